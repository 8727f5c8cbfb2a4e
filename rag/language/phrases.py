"""Finds the noun phrases of an English question or sentence, using closed word classes.

A phrase is a determiner with what follows it, a run of names, or words that are neither function words nor common
verbs. This finds the topic of a question; it is not a parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.language.lists import FUNCTION_WORDS, NEGATIONS

TOKEN = re.compile(r"[\w&]+(?:['’.\-–/,&](?=\w)\w+)*%?|[^\w\s]")
DETERMINERS = frozenset("the a an my our your his her its their this that these those each every some any no".split())
AUXILIARIES = frozenset(
    """is are was were am be been being do does did done has have had can could may might must shall should will would
    isn't aren't wasn't weren't don't doesn't didn't hasn't haven't can't couldn't cannot won't wouldn't shouldn't mustn't""".split()
)
QUESTION_WORDS = frozenset("what which who whom whose when where why how".split())
PREPOSITIONS = frozenset(
    """about after against at before behind below between by during for from in inside into near of off on over since
    through to towards under until upon via with within without""".split()
)
COMMON_VERBS = frozenset(
    """accept add allow answer apply approve arrive ask attend attended bake become began begin begins belong borrow bought break bring build
    built buy call cancel came cause caused chair chairs change charge choose clean climb climbed close closed closes come comes consist contact contain contains
    cook cost costs cover covers criticise deal decide decided defrost deliver delivered depart describe die died differ direct directs do
    earn earns employ end ended ends enter exist expire feed fill fit fix follow found gave get gets give given gives go goes grow had handle hang happen
    happened happens has have held help hold holds include included includes install invite join keep keeps kept know last lasted lasts
    learn leave leaves led left let lie lies lift like likes lock love live lived lives lose lost made make makes manage matter mean means measure meet meets mend move moved moves need
    needed needs offer offers open opened opens order ordered own owned owns paid park pay pays play plays prepare produce pronounce
    propose protect provide prune publish pull push put ran reach reaches read receive receives recommend register remove renew rent repair repaired replace
    replaced report require required requires reset resign return returned run runs said sang sat saw say says see sell sells send sent
    serve set sign signed sing sit sleep sold speak speaks spend spent stand start started starts stay stood stop stops store suggest
    support supports swim switch take taken takes taught teach teaches tell thank think throw told took translate travel turn use used uses visit vote
    want wants wash weigh weighs went win won wore work worked works write written wrote wear allowed forbidden permitted broken born called
    cancelled founded located hurt valid available open free""".split()
)
PLACES = frozenset("first second third last next other same only new old".split())  # come before a noun
TITLES = frozenset("mr mrs ms miss dr prof professor captain father sister sir lady herr frau".split())


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase with its span and the preposition before it."""

    text: str
    start: int
    end: int
    preposition: str = ""
    amount: bool = False  # after "how much" or "how many"

    @property
    def words(self) -> list[str]:
        """Its words, without a determiner."""
        found = TOKEN.findall(self.text)
        return found[1:] if found[0].lower() in DETERMINERS and len(found) > 1 else found

    @property
    def is_name(self) -> bool:
        """True if each of its words begins like a name."""
        return all(word[:1].isupper() for word in self.words if word not in ("of", "the", "&"))

    @property
    def is_plural(self) -> bool:
        last = self.words[-1].lower()
        return last in ("people", "children", "men", "women") or (
            last.endswith("s") and not last.endswith(("ss", "us"))
        )


def noun_phrases(text: str) -> list[Phrase]:
    """Return the noun phrases of a text in order; phrases joined by "of" are one."""
    found: list[Phrase] = []
    for phrase in _phrases(text):
        if found and phrase.preposition == "of" and text[found[-1].end : phrase.start].strip() == "of":
            last = found.pop()
            phrase = Phrase(text[last.start : phrase.end], last.start, phrase.end, last.preposition)
        found.append(phrase)
    return found


def _phrases(text: str) -> Iterator[Phrase]:
    tokens = list(TOKEN.finditer(text))
    i = 0
    while i < len(tokens):
        end = _end_of_phrase(tokens, i)
        if end > i:
            before = tokens[i - 1].group().lower() if i else ""
            start, stop = tokens[i].start(), tokens[end - 1].end()
            yield Phrase(
                text[start:stop], start, stop, before if before in PREPOSITIONS else "", before in ("much", "many")
            )
        verb = (
            end > i and end < len(tokens) and _is_verb_of_name(tokens[end - 1].group(), tokens[end].group(), bare=True)
        )
        i = max(end + verb, i + 1)


def _end_of_phrase(tokens: list[re.Match[str]], start: int) -> int:
    """Return the index of the token after a phrase that begins at `start`; `start` itself if none does."""
    first = tokens[start].group().lower()
    after_determiner = first in DETERMINERS
    before = tokens[start - 1].group().lower() if start else ""
    after_preposition = before in PREPOSITIONS and before != "to"  # "to pay" is not a phrase
    if before == "how" or (before in AUXILIARIES and (first.endswith("ed") or _is_being_done(tokens, start))):
        return start  # "how long", "is directed", "is painting the shed"
    i = start + after_determiner
    may_be_verb = not (after_determiner or after_preposition)
    while i < len(tokens) and _belongs(tokens[i].group(), opens=i == 0, may_be_verb=may_be_verb):
        if i > start and _is_verb_of_name(tokens[i - 1].group(), tokens[i].group(), bare=not after_determiner):
            break
        may_be_verb = tokens[i].group().lower() not in PLACES and not after_preposition
        i += 1
    return i if i > start + after_determiner else start


def _is_being_done(tokens: list[re.Match[str]], at: int) -> bool:
    """Return True if a word is the verb of "is painting the shed"."""
    return tokens[at].group().lower().endswith("ing") and any(
        t.group().lower() in DETERMINERS for t in tokens[at + 1 : at + 2]
    )


def _is_verb_of_name(name: str, word: str, *, bare: bool) -> bool:
    """Return True if a word after a name is its verb: "Captain Mirelle commanded", "the Cirro weighs"."""
    if not name[:1].isupper() or not word[:1].islower() or name.lower() in DETERMINERS:
        return False
    return bare or (word.endswith(("s", "ed")) and not word.endswith("ss"))


def _belongs(word: str, *, opens: bool, may_be_verb: bool) -> bool:
    """Return True if a word can continue a noun phrase."""
    lower = word.lower().replace("’", "'")
    if not re.match(r"[\w&]", word) or lower in AUXILIARIES or lower in QUESTION_WORDS or lower in PREPOSITIONS:
        return False
    named = word[:1].isupper() and not opens
    if lower in DETERMINERS:
        return named and lower == "the"
    if lower in FUNCTION_WORDS or lower in NEGATIONS:
        return lower in PLACES or (named and lower not in ("i",))
    return named or not (may_be_verb and lower in COMMON_VERBS)
