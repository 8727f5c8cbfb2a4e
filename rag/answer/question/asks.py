"""Splits a question into what it asks and what it only tells: a person explains a situation and asks two things about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.language.lists import ASSENT
from rag.language.phrases import AUXILIARIES, DETERMINERS
from rag.language.sentences import sentences
from rag.language.words import content_stems

MOST_ASKS = 4
FEWEST_STEMS = 2  # content words of what is asked, from which it names something
LONG_WINDED = 25  # words of a question from which what it asks is also read by itself
OF_ALL = frozenset(
    "compare difference sum average extreme count which-rows product".split()
)  # forms with one answer to all that is asked
WH = r"(?:which|what|how|who|whom|whose|when|where|why)"
LEADING = r"(?:(?:at|in|on|by|until|till|from|for|to|with|of|since|within) )?"
AUX = rf"(?:{'|'.join(sorted(AUXILIARIES, key=len, reverse=True))})"
SUBJECT = rf"(?:i|we|you|he|she|it|they|there|this|that|one|some(?:one|body|thing)|any(?:one|body|thing)|{'|'.join(DETERMINERS)})"
PRONOUN = rf"(?:i|we|you|he|she|it|they|there|{'|'.join(DETERMINERS)})"
INVERTED = (
    rf"(?:{LEADING}{WH}(?:\s+[\w’'-]+){{0,3}}?\s+{AUX}\s+{SUBJECT}\b|{AUX}\s+{SUBJECT}\b)"  # "how long do we", "can I"
)
PLAIN = rf"(?:(?:who|what)\s+(?!{PRONOUN}\b)[\w’']+|{LEADING}how\s+(?!{PRONOUN}\b)\w+|{LEADING}(?:which|what|whose)\s+(?!{AUX}\b|{PRONOUN}\b)\w+|{WH}[’']s|{LEADING}{WH}\s+{AUX})\b"
TURNED_AROUND = re.compile(rf"(?:(?:[,;]\s*)?\b(?:and|so|but|then)\s+|[,;:–—]\s+)(?P<ask>{INVERTED})", re.IGNORECASE)
STRAIGHT = re.compile(rf"(?:[,;]\s*)?\b(?:and|so|but|then)\s+(?P<ask>{PLAIN})", re.IGNORECASE)
OPENS = re.compile(rf"(?:(?:and|so|but|or|then|also|please|now)\W+)*(?P<ask>{INVERTED}|{PLAIN}|{AUX}\s)", re.IGNORECASE)
REPORTED = re.compile(
    rf"\b(?:asks?|asked|asking|wonder\w*|know|knows|tell|tells|told|sure|find out|check|remember|forgot\w*|idea|say)\s+"
    rf"(?:(?:me|us|you|him|her|them|again|exactly)\s+)*(?P<ask>{LEADING}(?:{WH}|whether|if)\b)",
    re.IGNORECASE,
)
REPORTED_ON = re.compile(rf"(?:,\s*)?\band\s+(?P<ask>{LEADING}(?:{WH}|whether|if)\b)", re.IGNORECASE)
EMPTY = content_stems(" ".join(ASSENT))
OF_WHAT_IS_TOLD = re.compile(
    rf"\W*{AUX}\s+(?:that|this|it)\b(?:\W+[\w’'-]+){{0,3}}\W*\Z", re.IGNORECASE
)  # "is that so?"

HELP = re.compile(
    r"(?:can|could|will|would) (?:you|somebody|someone|anyone|anybody)(?: please)? (?:check|look|help|tell|find|let|say|explain|have a look)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that is asked, and what is told besides, without the other things asked."""

    asked: str
    told: str

    @property
    def whole(self) -> str:
        """What is told, then what is asked: a reader keeps the end of a long question."""
        return f"{self.told} {self.asked}".strip()

    @property
    def of_what_is_told(self) -> bool:
        """True if a sentence that is told is asked about: it says neither what yes nor what no would mean."""
        return OPENS.match(self.asked) is None

    @property
    def wordings(self) -> list[str]:
        """The question with what is told, and what is asked alone."""
        return list(dict.fromkeys([self.whole, self.asked]))


def asks_of(question: str) -> tuple[Ask, ...]:
    """Return the things that a question asks, in order; one without a told part if nothing can be told apart."""
    clauses: list[tuple[str, bool, str]] = []  # with True for what asks, and what it tells
    for start, end in sentences(question):
        for text, asks in _clauses(question[start:end]):
            told = "" if asks else text
            if asks and OF_WHAT_IS_TOLD.match(text) and _is_empty(text) and clauses and not clauses[-1][1]:
                told = clauses.pop()[0]
                text = f"{told} {text}"
            clauses.append((text, asks, told))
    found = [i for i, (_, asks, _) in enumerate(clauses) if asks]
    if not found:
        return (Ask(question, ""),)
    return tuple(
        Ask(clauses[i][0], " ".join(told for j, (_, _, told) in enumerate(clauses) if told and j != i))
        for i in found[:MOST_ASKS]
    )


def asks_apart(question: str, form: str) -> bool:
    """Return True if what a question asks is read apart: it asks several things, or tells much besides."""
    asks = asks_of(question)
    if len(question.split()) < LONG_WINDED:
        return len(asks) > 1 and form not in OF_ALL
    return len(asks) > 1 or bool(asks[0].told)


def is_vague(question: str) -> bool:
    """Return True if what is asked beside much that is told names too little to tell statements about it from others."""
    ask = asks_of(question)[-1]
    is_long = len(question.split()) >= LONG_WINDED  # in a short one, "if I lose it" tells what it is about
    return is_long and bool(ask.told) and len(content_stems(ask.asked)) < FEWEST_STEMS


def wordings_of(question: str) -> list[str]:
    """Return a question as it is read: what is told with what is asked last, and what is asked alone."""
    ask = asks_of(question)[-1]
    return ask.wordings if len(question.split()) >= LONG_WINDED else [question]


def _is_empty(text: str) -> bool:
    """Return True if what is asked names nothing: "is that so", "can you look it up for me"."""
    return content_stems(text) <= EMPTY


def _clauses(sentence: str) -> Iterator[tuple[str, bool]]:
    """Yield the clauses of a sentence, each with True if it asks."""
    starts = sorted(_starts(sentence))
    if not starts:
        yield sentence, False
        return
    if sentence[: starts[0][0]].strip(" ,.;:–—"):
        yield sentence[: starts[0][0]].strip(), False
    for (_, start), (end, _) in zip(starts, [*starts[1:], (len(sentence), 0)], strict=True):
        yield sentence[start:end].strip(" ,;:–—"), True


def _starts(sentence: str) -> set[tuple[int, int]]:
    """Return where each ask's joint and the ask itself begin."""
    opens = OPENS.match(sentence)
    found = {(0, opens.start("ask"))} if opens else set()
    found |= {(m.start(), m.start("ask")) for m in TURNED_AROUND.finditer(sentence)}
    found = {(joint, ask) for joint, ask in found if not HELP.match(sentence, ask)}
    reported = None if found else REPORTED.search(sentence)
    if reported:
        found = {(reported.start("ask"), reported.start("ask"))}
        return found | {(m.start(), m.start("ask")) for m in REPORTED_ON.finditer(sentence, reported.end())}
    found |= {(m.start(), m.start("ask")) for m in STRAIGHT.finditer(sentence)}
    return found
