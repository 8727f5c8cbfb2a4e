"""Notices when sources say the same thing with another number, date or negation, and tells which files, or how many, say which."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import takewhile
from pathlib import PurePosixPath
from typing import TypeAlias

from rag.answer.scope import same_scope
from rag.evidence import Evidence
from rag.language.dates import MONTH_NAMES
from rag.language.lists import NUMBERS
from rag.language.words import Word, is_negated, words
from rag.types import Hit, Passage, Sentence

SAME = 0.8  # share of the other words that two sentences must have in common before they speak of the same
FEWEST = 4  # words besides the numbers: shorter sentences are alike by chance
MONTHS = frozenset(MONTH_NAMES)  # capitalised: dates differ by these as by numbers
OCCASION = re.compile(
    r"(?:1\d|20)\d\d|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th)"
)
COUNTS = ["no", *list(NUMBERS)[1:13]]  # up to twelve in words
CURRENCY, SIGNS, UNITS = "$€£¥", "-−", "%‰°"  # stand before, before, and behind a number

Saying: TypeAlias = tuple[frozenset[str], int]  # the numbers of a sentence, and whether it denies


def sides(evidence: Evidence, others: Sequence[Evidence], hits: Sequence[Hit]) -> tuple[tuple[Evidence, ...], ...]:
    """Return a sentence with those that agree with it, then those that contradict it, gathered by what they say.

    () if nothing contradicts it: rows of a table, and statements of another thing, year or version, never do. Of each passage the first sentence counts; the order is that of the others. A sentence that
    stands in several of the hits was read once, and counts for each of them.
    """
    found: dict[Saying, list[Evidence]] = {_saying(evidence.quote): [evidence]}
    seen = {evidence.passage.id}
    for other in others:
        if other.passage.id not in seen and _is_alike(evidence.quote, other.quote) and same_scope(evidence, other):
            said = _saying(other.quote)
            if said in found or _contradict(_saying(evidence.quote), said):
                found.setdefault(said, []).append(other)
                seen.add(other.passage.id)
    if len(found) < 2:
        return ()
    for side in found.values():
        for quote in [e.quote for e in side]:
            again = [
                _in_passage(quote, h.passage) for h in hits if h.passage.id not in seen and quote in h.passage.text
            ]
            side += again
            seen |= {e.passage.id for e in again}
    return tuple(tuple(side) for side in found.values())


def file_name(source: str) -> str:
    """Return the name of a file without its folders."""
    return PurePosixPath(source).name


def tally(sentences: Sequence[Sentence], labels: Sequence[str] = (), named: Callable[[str], str] = file_name) -> str:
    """Tell in how many files a contradiction is stated, and which says what; "" where fewer than two sides are there.

    The files of a side are those of all places where the passages stand that its citations point to; several are counted, one is
    named. `labels` are what the sides say in short, if that is known.
    """
    if len(sentences) < 2:
        return ""
    files = [_files(side) for side in sentences]
    stated = len(set.union(*files))
    shared = frozenset.intersection(*(_saying(side.text)[0] for side in sentences))
    labels = labels[: len(sentences)] or [_label(side.text, shared) for side in sentences]
    if stated == 1:
        return f"One file says both: {', '.join(label or 'so, and the opposite' for label in labels)}."
    said = [
        f"{named(next(iter(names))) if len(names) == 1 else _count(len(names))} {_said(len(names), label, side.text)}"
        for names, label, side in zip(files, labels, sentences, strict=True)
    ]
    twice = " Some say more than one of these." if stated < sum(map(len, files)) else ""
    return f"Found stated in {stated} files: {', '.join(said)}.{twice}"


def _in_passage(quote: str, passage: Passage) -> Evidence:
    start = passage.start + passage.text.index(quote)
    return Evidence(passage, start, start + len(quote), quote, 0.0)


def _files(side: Sentence) -> set[str]:
    passages = [citation.passage for citation in side.citations]
    return {p.source for p in passages} | {place.source for p in passages for place in p.places}


def _count(count: int) -> str:
    return COUNTS[count] if count < len(COUNTS) else f"{count:,}"


def _said(count: int, label: str, text: str) -> str:
    if label:
        return f"{'says' if count == 1 else 'say'} {label}"
    if _saying(text)[1]:
        return f"{'denies' if count == 1 else 'deny'} it"
    return f"{'says' if count == 1 else 'say'} so"


def _label(text: str, shared: frozenset[str]) -> str:
    """Return the numbers of a sentence that not every side has, as they are written, each with what it counts."""
    found = words(text)
    labels: list[str] = []
    end = 0
    for i, word in enumerate(found):
        if _is_figure(word) and _key(text, word) not in shared and word.start >= end:
            start, end = _figure(text, found[i:])
            labels.append(text[start:end])
    return " and ".join(dict.fromkeys(labels))


def _figure(text: str, found: Sequence[Word]) -> tuple[int, int]:
    """Return the span of a number: its sign or currency, the number words that follow, and the unit or thing they count."""
    start = found[0].start - (text[found[0].start - 1 : found[0].start] in tuple(CURRENCY + SIGNS))
    numbers = list(takewhile(_is_figure, found))
    run = [numbers[0]]
    for word in numbers[1:]:
        if text[_end(run[-1]) : word.start] != " ":
            break
        run.append(word)
    end = _end(run[-1])
    if unit := re.match(rf"[ \u00a0\u202f]?[{UNITS}{CURRENCY}]\w?", text[end:]):
        return start, end + unit.end()
    whole = text[end - 1] == "%" or len(run) == len(found)
    counted = None if whole else found[len(run)]
    if counted and text[end : counted.start] == " " and counted.text.islower() and counted.is_content:
        return start, _end(counted)
    return start, end


def _end(word: Word) -> int:
    return word.start + len(word.text)


def _is_alike(one: str, other: str) -> bool:
    """Return True if two sentences have nearly all words in common, numbers and negations aside."""
    plain, others = _plain(words(one)), _plain(words(other))
    return min(len(plain), len(others)) >= FEWEST and len(plain & others) >= SAME * len(plain | others)


def _contradict(one: Saying, other: Saying) -> bool:
    """Return True if both cannot be true of the same: another number, or one denies it.

    One that only says more does not contradict; nor do two that differ in a number and in the year or rank: they speak of two
    occasions.
    """
    first, second = one[0] - other[0], other[0] - one[0]
    if not first and not second:
        return one[1] != other[1]
    if not first or not second:
        return False
    return not any(len(numbers) > 1 and _names_occasion(numbers) for numbers in (first, second))


def _names_occasion(numbers: frozenset[str]) -> bool:
    """Return True if a year or a rank is among numbers that are no date."""
    return any(map(OCCASION.fullmatch, numbers)) and not any(number.title() in MONTHS for number in numbers)


def _saying(text: str) -> Saying:
    found = words(text)
    numbers = frozenset(_key(text, word) for word in found if _is_figure(word))
    return numbers, sum(is_negated(word) for word in found) % 2


def _plain(found: Sequence[Word]) -> set[str]:
    return {word.stem for word in found if not _is_figure(word) and word.is_content}


def _is_figure(word: Word) -> bool:
    return word.is_number or word.text in MONTHS


def _key(text: str, word: Word) -> str:
    """Return a number as it is compared, with the sign before it."""
    before = text[: word.start]
    negative = before.endswith(tuple(SIGNS)) and not before[:-1][-1:].isalnum()
    return f"{'-' if negative else ''}{word.text.lower().removesuffix('%')}"
