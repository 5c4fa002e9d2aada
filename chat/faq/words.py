"""From what somebody typed to the words that count: folded, without stop words, stemmed (docs/chatbot.md)."""

import re
from functools import lru_cache
from threading import Lock

import snowballstemmer

from agents.models import Language
from contactcenter.folding import fold

_WORD = re.compile(r"[^\W_]+")
# Of a long question only so many different words are looked at.
MOST_WORDS = 60
LONGEST_WORD = 32

# Words that say nothing of what is asked. All of them folded.
_STOP = {
    Language.POLISH: """
        a aby albo ale ani az bardzo beda bede bedzie bo by byc byl byla bylo chce chcemy chcial chciala
        chcialabym chcialbym chcielibysmy ci co cos czesc czy da dac dla do dobra dobre dobry dzieki
        dziekuje dzien dzis dzisiaj gdy gdyz gdzies go halo hej i ich im ja jak jaka jakas jaki jakich jakie
        jakies jakim jakis jako je jego jej jesli jest jestem jestescie jeszcze jezeli kiedys kto ktora
        ktore ktorej ktory ktos lub ma macie mam mamy mi mnie moge mogl moglabym moglbym moim moj moja moje
        mojego mojej mozecie mozliwa mozliwe mozliwy mozna musze na nad nam nas nasz nasza nie niech
        niestety nim niz no o od ok okej on ona oni ono oraz pan pana pani panstwa panstwo panstwu po pod
        podczas poniewaz poprosze potrzebuje pozdrawiam prosze przed przez przy pytanie rowniez sa sam sie
        skad sobie ta tak taki takie tam te tego tej ten teraz tez to tu twoj ty tych tym u w wam was wasz
        wasza wasze waszego waszej waszych waszym we wiec wieczor wiedziec wiem witam wlasnie wszystko wy z
        za zamierzam zapytac ze zeby zostac
    """,
    Language.ENGLISH: """
        a about after afternoon again all also am an and any anybody anyone are as at be because been before
        being but by can could did didn do does doesn doing don done dont evening for from get give go good
        got had has have having hello help her here hey hi him his how i if in into is isn it its just know
        let like ll may me might mine morning much must my need no not of off ok okay on one or our ours out
        please question re she should so some somebody someone something still such than thank thanks that
        the their them then there these they thing this those to too up us ve very want wanted was we were
        what which who will with wonder would yes you your yours
    """,
}
# Words that only say what kind of answer is wanted. They help to choose, and are no reason to answer.
_WEAK = {
    Language.POLISH: """
        czas dlaczego dlugo dni dostac dostalam dostalem dostane dzien gdzie ile inny jak jaka jaki jakie
        kiedy kupic kupilam kupilem mozna paczce paczka paczke paczki produkt produktu robic sklep sklepie
        sklepu sprawdzic szybko towar towaru trwa wyslac zamowienia zamowienie zamowieniu zly znajde znalezc
        zrobic
    """,
    Language.ENGLISH: """
        bought buy cost costs day days fast find get how item long make many much offer order orders package
        parcel product receive received send sent shop store take time when where which who why
    """,
}


class _Stemmer:
    """One of snowball's, which keep what they work on in themselves: one thread at a time."""

    def __init__(self, algorithm: str) -> None:
        self._stem = snowballstemmer.stemmer(algorithm).stemWord
        self._lock = Lock()

    @lru_cache(maxsize=20_000)  # noqa: B019 - lives as long as the process
    def __call__(self, word: str) -> str:
        with self._lock:
            return str(self._stem(word))


_STEMMERS = {Language.POLISH: _Stemmer("polish"), Language.ENGLISH: _Stemmer("english")}
_STOP_WORDS = {language: frozenset(words.split()) for language, words in _STOP.items()}


def _stems(language: Language, words: str) -> frozenset[str]:
    return frozenset(_STEMMERS[language](word) for word in words.split() if word not in _STOP_WORDS[language])


_WEAK_STEMS = {language: _stems(language, words) for language, words in _WEAK.items()}


def stems(text: str, language: str) -> list[str]:
    """The stems of the words that count, in order, each once. The text is folded first: so "zwrócić" and "zwrocic",
    which the stemmer treats differently, come out the same."""
    language = Language(language)
    found: dict[str, None] = {}
    for word in _WORD.findall(fold(text)):
        if len(word) > 1 and word not in _STOP_WORDS[language]:
            found[_STEMMERS[language](word[:LONGEST_WORD])] = None
        if len(found) == MOST_WORDS:
            break
    return list(found)


def is_weak(stem: str, language: str) -> bool:
    return stem in _WEAK_STEMS[Language(language)]
