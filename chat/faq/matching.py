"""Which entry answers a question: a ranking that can be explained and repeated (docs/chatbot.md).

A word of the question and a word of a phrasing are alike from 0 to 1 (chat/faq/likeness.py), and each word weighs by
how few of the company's entries use it. A phrasing's score says how much of the question it explains, and how much of
the phrasing the question covers; an entry is as good as its best phrasing.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chat.faq.likeness import grams, likeness
from chat.faq.words import is_weak, stems

# Chosen on tests/chat/faq_questions.json; docs/chatbot.md says how.
CONFIDENT = 0.56
LEAD = 0.08
UNSURE = 0.38
MOST_SUGGESTIONS = 3

# Less alike is not alike at all; and so many words of the phrasings one word of the question may stand for.
ALIKE, MOST_ALIKE = 0.5, 12
WEAK = 0.35
# What a word that no phrasing has weighs beside the rarest of theirs, and what all such words of a question weigh at
# most: who tells a long story has a question in it all the same.
FOREIGN, ALL_FOREIGN = 0.4, 1.5
# How much of the question the phrasing explains counts a little more than how much of it is asked.
QUESTION, PHRASING = 0.55, 0.45
# The words of an entry's other phrasings explain the question too, by half.
OWN_WORDS = 0.5


class Outcome(StrEnum):
    ANSWERED = "answered"
    SUGGESTED = "suggested"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Phrase:
    entry_id: int
    text: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An entry, how well it fits, and by which of its phrasings."""

    entry_id: int
    phrase: Phrase
    score: float
    explained: float
    covered: float


@dataclass(frozen=True, slots=True)
class Match:
    """Why: a word of the question, the word of the phrasing that it is like, and how much."""

    asked: str
    known: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Ranking:
    outcome: Outcome
    words: tuple[str, ...]
    # Best first: the answer, or what is suggested. All that came near, for whoever wants to know why.
    found: tuple[Found, ...]
    near: tuple[Found, ...]


class Index:
    """The phrasings of one company in one language, ready to be asked. Never changes."""

    def __init__(self, language: str, phrases: Iterable[Phrase]) -> None:
        self.language = language
        self.phrases = [phrase for phrase in phrases if phrase.words]
        self._of_word: dict[str, list[int]] = defaultdict(list)
        self._entries_of_word: dict[str, set[int]] = defaultdict(set)
        self._with_gram: dict[str, list[str]] = defaultdict(list)
        for number, phrase in enumerate(self.phrases):
            for word in phrase.words:
                self._of_word[word].append(number)
                self._entries_of_word[word].add(phrase.entry_id)
        for word in self._of_word:
            for gram in grams(word):
                self._with_gram[gram].append(word)
        entries = len({phrase.entry_id for phrase in self.phrases})
        self._rarest = math.log(1 + (entries + 0.5) / 0.5)
        self._weight = {
            word: math.log(1 + (entries - len(known) + 0.5) / (len(known) + 0.5)) * self._strength(word)
            for word, known in self._entries_of_word.items()
        }
        self._whole = [sum(self._weight[word] for word in phrase.words) for phrase in self.phrases]

    def _strength(self, word: str) -> float:
        return WEAK if is_weak(word, self.language) else 1.0

    # --- asking

    def rank(self, question: str) -> Ranking:
        words = tuple(stems(question, self.language))
        near = self._near(words)
        best = near[0].score if near else 0.0
        lead = best - near[1].score if len(near) > 1 else best
        if best >= CONFIDENT and lead >= LEAD:
            return Ranking(Outcome.ANSWERED, words, near[:1], near[:MOST_SUGGESTIONS])
        likely = tuple(found for found in near[:MOST_SUGGESTIONS] if found.score >= UNSURE)
        outcome = Outcome.SUGGESTED if likely else Outcome.UNKNOWN
        return Ranking(outcome, words, likely, near[:MOST_SUGGESTIONS])

    def why(self, words: tuple[str, ...], phrase: Phrase) -> list[Match]:
        """Which words of the question met which of the phrasing."""
        matches = []
        for word in words:
            alike = {known: found for known, found in self._alike(word).items() if known in phrase.words}
            if alike:
                known = next(iter(alike))
                matches.append(Match(word, known, alike[known]))
        return matches

    def _near(self, words: tuple[str, ...]) -> tuple[Found, ...]:
        """The entries with anything of the question in them, best first; of equals the older one."""
        asked: dict[int, float] = defaultdict(
            float
        )  # of each phrasing: the weight of the question that it explains
        asked_of_entry: dict[int, float] = defaultdict(float)
        met: dict[str, float] = defaultdict(float)  # of each word of the phrasings: how much it was asked for
        total = foreign = 0.0
        for word in words:
            alike = self._alike(word)
            weight = self._weight_of(word, alike)
            if not alike:
                foreign += weight
                continue
            total += weight
            phrases: dict[int, float] = {}
            entries: dict[int, float] = {}
            # Alike most come first, so what is there is the best.
            for known, likeness_ in alike.items():
                met[known] = max(met[known], likeness_)
                for number in self._of_word[known]:
                    phrases.setdefault(number, likeness_)
                for entry_id in self._entries_of_word[known]:
                    entries.setdefault(entry_id, likeness_)
            for number, likeness_ in phrases.items():
                asked[number] += weight * likeness_
            for entry_id, likeness_ in entries.items():
                asked_of_entry[entry_id] += weight * likeness_
        total += min(foreign, ALL_FOREIGN * self._rarest)
        best: dict[int, Found] = {}
        for number, own in asked.items():
            phrase = self.phrases[number]
            explained = ((1 - OWN_WORDS) * own + OWN_WORDS * asked_of_entry[phrase.entry_id]) / total
            covered = (
                sum(self._weight[word] * met.get(word, 0.0) for word in phrase.words) / self._whole[number]
            )
            score = explained**QUESTION * covered**PHRASING
            if phrase.entry_id not in best or score > best[phrase.entry_id].score:
                best[phrase.entry_id] = Found(phrase.entry_id, phrase, score, explained, covered)
        return tuple(sorted(best.values(), key=lambda found: (-found.score, found.entry_id)))

    def _weight_of(self, word: str, alike: dict[str, float]) -> float:
        if alike:
            return self._weight[next(iter(alike))]
        return FOREIGN * self._rarest * self._strength(word)

    def _alike(self, word: str) -> dict[str, float]:
        """The words of the phrasings that this one may stand for, most alike first."""
        is_known = word in self._of_word
        shared = Counter(known for gram in grams(word) for known in self._with_gram.get(gram, ()))
        least = 2 if len(word) > 4 else 1
        found = {}
        for known, common in shared.items():
            if common >= least:
                alike = likeness(word, known, asked_is_known=is_known)
                if alike >= ALIKE:
                    found[known] = alike
        best = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
        return dict(best[:MOST_ALIKE])
