"""How alike two stems are: inflected forms that the stemmer left apart, and typing errors (docs/chatbot.md)."""

from functools import lru_cache

SHORTEST = 3
# No inflected form and no typing error counts as the word itself.
INFLECTED = 0.85
TYPED_WRONG = 0.9
# A word that the company's phrasings use is hardly a typing error of another one that they use.
BOTH_KNOWN = 0.8
GRAM = 3
MANY_GRAMS = 0.45


@lru_cache(maxsize=50_000)
def grams(stem: str) -> frozenset[str]:
    """Pieces of three characters, the beginning and the end marked."""
    marked = f"<{stem}>"
    return frozenset(marked[at : at + GRAM] for at in range(max(1, len(marked) - GRAM + 1)))


def likeness(asked: str, known: str, *, asked_is_known: bool) -> float:
    """From 0 to 1. `asked_is_known`: some phrasing has the very word."""
    if asked == known:
        return 1.0
    if min(len(asked), len(known)) < SHORTEST:
        return 0.0
    found = max(_common_beginning(asked, known), _common_grams(asked, known))
    if asked_is_known:
        return found * BOTH_KNOWN
    return max(found, _typing_error(asked, known))


def _common_beginning(asked: str, known: str) -> float:
    """Endings change and beginnings stay: "wysyłk" and "wysyłce"."""
    short, long = sorted((len(asked), len(known)))
    same = 0
    while same < short and asked[same] == known[same]:
        same += 1
    if same >= 4 and same >= 0.6 * long:
        return INFLECTED
    if same == short and long - short <= 2:
        return INFLECTED - 0.1
    return 0.0


def _common_grams(asked: str, known: str) -> float:
    """Also finds a word in its relatives: "dostępn" and "niedostępn". Short words need the same beginning."""
    if min(len(asked), len(known)) < 6 and asked[0] != known[0]:
        return 0.0
    asked_grams, known_grams = grams(asked), grams(known)
    share = 2 * len(asked_grams & known_grams) / (len(asked_grams) + len(known_grams))
    return min(share, INFLECTED) if share >= MANY_GRAMS else 0.0


def _typing_error(asked: str, known: str) -> float:
    """One wrong, missing, doubled or swapped letter; two in long words. The first letter is rarely the wrong one."""
    allowed = 0 if len(asked) < 4 else 1 if len(asked) < 8 else 2
    begins = asked[0] == known[0] or asked[:2] == known[1::-1]
    if not allowed or not (begins or len(asked) > 7):
        return 0.0
    errors = _errors(asked, known, allowed)
    if errors > allowed:
        return 0.0
    return TYPED_WRONG - 0.05 * errors if min(len(asked), len(known)) > 5 else TYPED_WRONG - 0.15


def _errors(first: str, second: str, limit: int) -> int:
    """The edit distance with swapped neighbours, or something above `limit`."""
    if abs(len(first) - len(second)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for at, letter in enumerate(first, 1):
        above, row, oldest = row, [at], before
        for other_at, other in enumerate(second, 1):
            cost = min(above[other_at] + 1, row[-1] + 1, above[other_at - 1] + (letter != other))
            swapped = at > 1 and other_at > 1 and letter == second[other_at - 2] and first[at - 2] == other
            row.append(min(cost, oldest[other_at - 2] + 1) if swapped else cost)
        before = above
        if min(row) > limit:
            return limit + 1
    return row[-1]
