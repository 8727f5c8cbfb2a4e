"""Finds whom "he" and "she" mean, and which part "one" stands for, in the turns before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.question.topics import inside_sentence, is_known, is_person
from rag.language.dates import NUMBER_OF_MONTH, WEEKDAYS
from rag.language.lists import FUNCTION_WORDS
from rag.language.phrases import DETERMINERS, TOKEN, Phrase, noun_phrases

SHE = re.compile(r"\b(he|she|him)\b", re.IGNORECASE)
HIS = re.compile(r"\b(his|her)\b(?=\s+[a-z])", re.IGNORECASE)
HER = re.compile(r"\bher\b", re.IGNORECASE)
CALLED = re.compile(r"(?:er|or|ist|ian|ant|man|woman|chair|nurse|mayor|chef|boss|ess)$")  # a person, by the suffix
WHO = re.compile(r"\W*who(?:se|m)?\b", re.IGNORECASE)
WHO_IS = re.compile(
    r"\W*[Ww]ho(?:['’]s| is| was)\s+(?:[A-ZÀ-Þ][\w.'’-]*\s*){1,4}\W*$"
)  # "Who is Ada Lind?" tells of Ada
WHICH_ONE = re.compile(r"\W*(?:and |so )?(?:which|what)(?: (?:one|kind|type|sort|size|model))s?\b", re.IGNORECASE)
TO_CHANGE = re.compile(
    r"(?:^|[.;:,!]\s|\n|\b(?:then|must|should|please|to)\s)\W{0,3}(?:change|replace|swap|renew|insert|fit|refill|order|buy|use)\s(?=(?:the|a|an|its|your)\s)",
    re.IGNORECASE,
)
LONGEST_CALLED = 3  # words of "the harbour master"


def person_of(question: str, answer: str, writer: str = "") -> str:
    """Return the person that a turn was about: the one named in the question, or in the answer if it asked who.

    If neither is named, it is who wrote what was cited.
    """
    asked, told = ([p for p in noun_phrases(text) if is_person(p)] for text in (question, answer))
    new = [p for p in told if not is_known(p, question)]
    if WHO.match(question):
        new += [p for p in noun_phrases(answer) if _is_one_name(p) and not is_known(p, question)]
        named = [*asked, *new] if WHO_IS.match(question) else [*new, *asked]
    else:
        named = asked if writer else [*asked, *new]
    called = [p for text in (question, answer) for p in noun_phrases(text) if _is_called(p)]
    first = [inside_sentence(p.text) for p in named]
    return next(iter([*first, *filter(None, [writer]), *(inside_sentence(p.text) for p in called)]), "")


def part_of(question: str, answer: str) -> str:
    """Return the part that "which one" asks for: what the last answer tells to change; "" if it tells nothing like that."""
    told = TO_CHANGE.search(answer) if WHICH_ONE.match(question) else None
    found = noun_phrases(answer[told.end() :]) if told else []
    return inside_sentence(found[0].text) if found else ""


def means_a_person(question: str) -> bool:
    """Return True if a question says he or she."""
    return bool(SHE.search(question) or HER.search(question) or HIS.search(question))


def with_person(question: str, turns: Sequence[tuple[str, str, str]]) -> str:
    """Replace "she" by the person named last; `turns` are questions, answers and who wrote what they cite."""
    told = (person_of(*turn) for turn in reversed(turns))
    person = next(filter(None, told), "") if means_a_person(question) else ""
    if not person:
        return question
    named = HIS.sub(lambda _: f"{person}’s", question)  # a function: a name is no template
    return HER.sub(lambda _: person, SHE.sub(lambda _: person, named))


def _is_called(phrase: Phrase) -> bool:
    """Return True if a phrase is a word for a person with a determiner: "the harbour master"."""
    words = TOKEN.findall(phrase.text)
    return (
        words[0].lower() in DETERMINERS
        and len(phrase.words) <= LONGEST_CALLED
        and bool(CALLED.search(words[-1].lower()))
    )


def _is_one_name(phrase: Phrase) -> bool:
    """Return True if a phrase is one capitalised word that is neither a month nor a day."""
    word = phrase.text
    days = {day.casefold() for day in WEEKDAYS} | set(NUMBER_OF_MONTH)
    return word.isalpha() and word[:1].isupper() and word.casefold() not in days and word.lower() not in FUNCTION_WORDS
