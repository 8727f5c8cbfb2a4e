"""Detects sources that say the same with a different number, date or negation, and tells which files say which."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import takewhile
from pathlib import PurePosixPath
from typing import TypeAlias

from rag.answer.conflicts.scope import same_scope
from rag.evidence import Evidence
from rag.language.dates import MONTH_NAMES
from rag.language.lists import NUMBERS
from rag.language.words import Word, is_negated, words
from rag.types import Hit, Passage, Sentence

SAME = 0.8  # least share of other words in common for two sentences to be about the same thing
FEWEST = 4  # words besides numbers; shorter sentences may be alike by chance
MONTHS = frozenset(MONTH_NAMES)  # capitalised; dates differ by these as by numbers
OCCASION = re.compile(
    r"(?:1\d|20)\d\d|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th)"
)
COUNTS = ["no", *list(NUMBERS)[1:13]]  # up to twelve in words
CURRENCY, SIGNS, UNITS = "$€£¥", "-−", "%‰°"  # the first two precede a number, the third follows it

Saying: TypeAlias = tuple[frozenset[str], int]  # the numbers of a sentence, and True if it is negated


def sides(evidence: Evidence, others: Sequence[Evidence], hits: Sequence[Hit]) -> tuple[tuple[Evidence, ...], ...]:
    """Return a sentence with those that agree with it, then those that contradict it, grouped by what they say.

    () if nothing contradicts it; table rows, and statements about another thing, year or version, never do. Only the
    first such sentence of a passage counts, in the given order. A sentence in several hits was read once and counts for
    each.
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
    """Return a sentence on how many files state a contradiction, and which says what; "" for fewer than two sides.

    The files of a side are those of all places of its cited passages; a single file is named, several are counted.
    `labels` are short forms of what the sides say, if known.
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
    """Return the numbers of a sentence that not all sides share, as written, each with what it counts."""
    found = words(text)
    labels: list[str] = []
    end = 0
    for i, word in enumerate(found):
        if _is_figure(word) and _key(text, word) not in shared and word.start >= end:
            start, end = _figure(text, found[i:])
            labels.append(text[start:end])
    return " and ".join(dict.fromkeys(labels))


def _figure(text: str, found: Sequence[Word]) -> tuple[int, int]:
    """Return the span of a number with its sign or currency, following number words, and the unit or thing counted."""
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
    """Return True if two sentences share nearly all words, apart from numbers and negations."""
    plain, others = _plain(words(one)), _plain(words(other))
    return min(len(plain), len(others)) >= FEWEST and len(plain & others) >= SAME * len(plain | others)


def _contradict(one: Saying, other: Saying) -> bool:
    """Return True if two statements cannot both be true: they differ in a number, or one is negated.

    A statement that only adds something does not contradict. Two that differ in a number and in a year or rank are
    about two occasions.
    """
    first, second = one[0] - other[0], other[0] - one[0]
    if not first and not second:
        return one[1] != other[1]
    if not first or not second:
        return False
    return not any(len(numbers) > 1 and _names_occasion(numbers) for numbers in (first, second))


def _names_occasion(numbers: frozenset[str]) -> bool:
    """Return True if the numbers, dates aside, include a year or a rank."""
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
    """Return a number in the form in which it is compared, with its sign."""
    before = text[: word.start]
    negative = before.endswith(tuple(SIGNS)) and not before[:-1][-1:].isalnum()
    return f"{'-' if negative else ''}{word.text.lower().removesuffix('%')}"
