"""Tells which part of a sentence a yes/no question is about, where one part says yes and another says no.

"Vouchers are accepted; cash is not", "fine everywhere except in the hall". English only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.settled import FORBIDS, OBLIGES, ONLY, Answer, is_denied
from rag.language.limits import any_of
from rag.language.lists import DUTIES
from rag.language.words import Word, words

CUT = re.compile(
    r"[;.]\s+|(?<!\s),?\s+(?=but\b)|,\s+(?=(?:and|while|whereas|nor|not(?! only)|so|which)\b)|(?<!\s)\s+(?=not (?:on|in|at|for|to|by|with|from)\b)",
    re.IGNORECASE,
)
EXCEPT = re.compile(
    r"(?<!\s),?\s+(?:with the exception of|unless|except|excepting|excepted|excluding|apart from|aside from|other than)\b",
    re.IGNORECASE,
)
EXCEPTED = re.compile(r",\s+(?P<what>[^,;.]{3,60})\s+excepted\b", re.IGNORECASE)
NOT_ONLY = re.compile(
    r"\bnot only\b|\bno later\b|\bno more than\b|\bwithout\b(?= (?:fee|charge|asking|extra))", re.IGNORECASE
)
WITHOUT = re.compile(r"\b(?:without|with no)\s+(?P<what>[^,;.?!]{2,40})", re.IGNORECASE)
AND = re.compile(r"(?:(?<!\s)\s+)?(?:,|\band\b|\bor\b)\s*")
LEANS = re.compile(
    r"(?:so\b|(?:but|and|nor)?\s*(?:not|do not|does not|don['’]t|may not|must not|cannot|can['’]t|is not|are not)\b)",
    re.IGNORECASE,
)
POINTS = re.compile(r"\b(?:it|them|one|ones|any|this|that|these|those|so)\b", re.IGNORECASE)
DUTY = any_of(DUTIES)
OWN = frozenset(("own",))


@dataclass(frozen=True, slots=True)
class Side:
    """A part of a sentence."""

    text: str
    stems: frozenset[str]
    denies: bool
    leans: bool = False  # on the part before it: "but not on Sundays", "so please leave it"
    points: bool = False  # with a pronoun that stands for something of the part before it
    excepts: bool = False


def told(question: str, text: str) -> Answer:
    """Return what the part of a sentence that a question is about answers; "" if that cannot be told."""
    if _lacks_the_only(question, text):
        return "no"
    found, asked = sides(text), _stems(question)
    if without := _without(question, text, asked):
        return without
    if not is_mixed(found):
        duty = found and found[0].denies and OBLIGES.search(question) and asked & found[0].stems
        return "no" if duty else ""
    side = _meant(found, asked)
    if side is None or (OBLIGES.search(question) and not side.denies and not DUTY.search(side.text)):
        return ""
    return "no" if side.denies != bool(FORBIDS.search(question)) else "yes"


def sides(text: str) -> list[Side]:
    """Return the parts of a sentence; what is excepted is on the other side than what it is excepted from."""
    found: list[Side] = []
    for part in filter(None, CUT.split(text)):
        excepted = EXCEPTED.search(part)
        head, *rest = [part[: excepted.start()], excepted["what"]] if excepted else EXCEPT.split(part)
        denied = is_denied(NOT_ONLY.sub(" ", head))
        found.append(Side(head, _stems(head), denied, bool(LEANS.match(head)), bool(POINTS.search(head))))
        found += [
            Side(one, _stems(one), not denied, excepts=True) for tail in rest for one in AND.split(tail) if _stems(one)
        ]
    return found


def is_mixed(found: Sequence[Side]) -> bool:
    """Return True if one part denies and another does not."""
    return len({side.denies for side in found}) > 1


def _meant(found: Sequence[Side], asked: frozenset[str]) -> Side | None:
    """Return the part that a question is about; None if that cannot be told."""
    excepted = next((side for side in found if side.excepts and side.stems <= asked), None)
    if excepted is not None:
        return excepted
    whole = [side for side in found if not side.excepts]
    if not is_mixed(whole):
        return whole[0]
    own = [len(asked & side.stems.difference(*(o.stems for o in whole if o is not side))) for side in whole]
    leaning = [side for side, count in zip(whole, own, strict=True) if side.leans and count]
    if leaning:
        return leaning[-1]
    first = [side for side, count in zip(whole, own, strict=True) if count and count == max(own)]
    if not first or is_mixed(first):
        return None
    after = whole[whole.index(first[-1]) + 1 :]
    return None if any(side.points and side.denies != first[-1].denies for side in after) else first[-1]


def _lacks_the_only(question: str, text: str) -> bool:
    """Return True if a question asks to do without what a sentence names as the only way."""
    lacking = WITHOUT.search(question)
    only = ONLY.search(text)
    return bool(lacking and only and _stems(lacking["what"]) & _stems(text) and not is_denied(text))


def _without(question: str, text: str, asked: frozenset[str]) -> Answer:
    """Return what a sentence answers on a duty that it names: "kept without asking", "not entered without a lamp"."""
    lacking = WITHOUT.search(text)
    if lacking is None or not OBLIGES.search(question):
        return ""
    said = [word for word in words(lacking["what"]) if _tells(word)]
    if not said or said[0].stem not in asked:
        return ""
    return "yes" if is_denied(text[: lacking.start()]) else "no"


def _stems(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in words(text) if _tells(word))


def _tells(word: Word) -> bool:
    return word.is_content or word.is_number or word.text.lower() in OWN
