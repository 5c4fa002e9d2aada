"""Which entry the chatbot chooses (ST7), on a labelled set of questions of a shop that it has not seen as phrasings."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chat.faq.likeness import likeness
from chat.faq.matching import Index, Outcome, Phrase, Ranking
from chat.faq.words import stems
from contactcenter.folding import fold

LABELLED: dict[str, Any] = json.loads((Path(__file__).parent / "faq_questions.json").read_text("utf-8"))
LANGUAGES = ["pl", "en"]

pytestmark = pytest.mark.once


@dataclass
class Asked:
    question: str
    # None: no entry answers it.
    expected: str | None
    ranking: Ranking
    keys: list[str]

    @property
    def became(self) -> str:
        ranked = [self.keys[found.entry_id] for found in self.ranking.found]
        if self.ranking.outcome == Outcome.ANSWERED:
            return "right" if ranked == [self.expected] else "wrong"
        if self.ranking.outcome == Outcome.SUGGESTED:
            return "suggested" if self.expected in ranked else "others suggested"
        return "unknown"


def index_of(language: str, entries: list[dict[str, Any]] | None = None) -> Index:
    entries = LABELLED[language]["entries"] if entries is None else entries
    return Index(
        language,
        [
            Phrase(number, text, tuple(stems(text, language)))
            for number, entry in enumerate(entries)
            for text in entry["phrasings"]
        ],
    )


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def asked(language: str) -> list[Asked]:
    index, labelled = index_of(language), LABELLED[language]
    keys = [entry["key"] for entry in labelled["entries"]]
    questions = [(question, entry["key"]) for entry in labelled["entries"] for question in entry["questions"]]
    questions += [(question, None) for question in labelled["unanswerable"]]
    return [Asked(question, key, index.rank(question), keys) for question, key in questions]


def table(asked: list[Asked]) -> str:
    """What became of the questions, and each one that went wrong."""
    answerable = Counter(each.became for each in asked if each.expected)
    unanswerable = Counter(each.became for each in asked if not each.expected)
    lines = [f"with an entry: {dict(answerable)}", f"without: {dict(unanswerable)}"]
    for each in asked:
        if each.became in {"wrong", "others suggested"} or (each.expected and each.became == "unknown"):
            near = ", ".join(
                f"{each.keys[found.entry_id]} {found.score:.2f} ({found.phrase.text})"
                for found in each.ranking.near
            )
            lines.append(f"{each.became}: {each.question!r} is {each.expected}; {near}")
    return "\n".join(lines)


def share(asked: list[Asked], *became: str) -> float:
    return sum(each.became in became for each in asked) / len(asked)


def test_the_labelled_set_is_large_and_repeats_no_phrasing(language: str) -> None:
    labelled = LABELLED[language]
    phrasings = [fold(text) for entry in labelled["entries"] for text in entry["phrasings"]]
    questions = [fold(text) for entry in labelled["entries"] for text in entry["questions"]]

    assert len(labelled["entries"]) >= 25
    assert min(len(entry["phrasings"]) for entry in labelled["entries"]) >= 4
    assert len(questions) >= 150
    assert len(labelled["unanswerable"]) >= 40
    assert not set(phrasings) & {*questions, *map(fold, labelled["unanswerable"])}


def test_confident_answers_are_right(asked: list[Asked]) -> None:
    confident = [each for each in asked if each.ranking.outcome == Outcome.ANSWERED]

    assert share(confident, "right") >= 0.96, table(asked)


def test_most_questions_are_answered_or_offered(asked: list[Asked]) -> None:
    answerable = [each for each in asked if each.expected]

    assert share(answerable, "right") >= 0.74, table(asked)
    assert share(answerable, "right", "suggested") >= 0.93, table(asked)


def test_what_no_entry_answers_is_not_answered(asked: list[Asked]) -> None:
    unanswerable = [each for each in asked if not each.expected]

    assert share(unanswerable, "wrong") <= 0.03, table(asked)
    assert share(unanswerable, "unknown") >= 0.7, table(asked)


def test_every_phrasing_finds_its_own_entry(language: str) -> None:
    index = index_of(language)
    for number, entry in enumerate(LABELLED[language]["entries"]):
        for text in entry["phrasings"]:
            assert index.rank(text).found[0].entry_id == number, text


def test_the_same_question_is_answered_the_same_way_whatever_the_order_of_the_entries(language: str) -> None:
    entries = LABELLED[language]["entries"]
    there, back = index_of(language), index_of(language, entries[::-1])
    for entry in entries:
        for question in entry["questions"]:
            first, second = there.rank(question), back.rank(question)
            assert first.outcome == second.outcome
            assert [found.score for found in first.near] == pytest.approx(
                [found.score for found in second.near]
            )


@pytest.mark.parametrize(
    "question", ["", "?!", "   ", "a", "😀😀", "ł", "x" * 10_000, "the of and", "i w na"]
)
def test_what_asks_nothing_is_unknown(language: str, question: str) -> None:
    assert index_of(language).rank(question).outcome == Outcome.UNKNOWN


def test_without_entries_everything_is_unknown() -> None:
    assert Index("pl", []).rank("Ile trwa dostawa?").outcome == Outcome.UNKNOWN


def test_a_single_entry_answers_its_question_and_no_other() -> None:
    index = index_of("pl", [{"phrasings": ["Jakie są godziny otwarcia?", "Kiedy jest otwarte?"]}])

    assert index.rank("godziny otwarcia sklepu").outcome == Outcome.ANSWERED
    assert index.rank("czy mogę zwrócić buty").outcome == Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("asked", "known", "least"),
    [
        ("fakturz", "faktur", 0.8),  # w fakturze
        ("wysylc", "wysylk", 0.6),  # o wysyłce
        ("niedostepn", "dostepn", 0.5),
        ("dostwa", "dostawa", 0.75),  # a letter is missing
        ("obdior", "odbior", 0.7),  # letters are swapped
        ("anulwac", "anulowac", 0.8),
    ],
)
def test_inflected_forms_and_typing_errors_are_alike(asked: str, known: str, least: float) -> None:
    assert least <= likeness(asked, known, asked_is_known=False) < 1


@pytest.mark.parametrize(
    ("asked", "known"), [("rat", "rab"), ("but", "bon"), ("hurt", "kurt"), ("kot", "kod")]
)
def test_other_words_are_not(asked: str, known: str) -> None:
    assert likeness(asked, known, asked_is_known=False) < 0.5


def test_a_word_that_the_company_uses_is_no_typing_error_of_another() -> None:
    assert likeness("dostal", "dostaw", asked_is_known=True) < likeness(
        "dostal", "dostaw", asked_is_known=False
    )


def test_polish_letters_may_be_left_out() -> None:
    assert stems("Zwrócić ŁÓDŹ i żółć", "pl") == stems("zwrocic lodz i zolc", "pl")


def test_why_names_the_words_that_met() -> None:
    index = index_of("pl")
    ranking = index.rank("prosze o reklamcja butow")
    (match,) = index.why(ranking.words, ranking.near[0].phrase)

    assert match.asked == "reklamcj" and match.known == "reklamacj" and 0.7 < match.likeness < 1
