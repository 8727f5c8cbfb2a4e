"""Reads the points of a document: what each row, line or sentence is about, and what it says of it.

Two documents can be compared by the points that are about the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language import lists
from rag.language.figures import UNIT, Figure, figures
from rag.language.words import content_stems, words
from rag.split.blocks import blocks_of
from rag.types import Passage

LEADER = re.compile(  # "Protection of the stairs ........ £280", "total      £14,956.80", "tear out both rooms - 3.600"
    r"^[ \t]*(?P<label>[^\n]{2,90}?)[ \t]*(?:\.{3,}|[ \t]{2,}|\t|[ \t][-–—][ \t])[ \t]*"
    r"(?P<value>(?:[€$£]|EUR|USD|GBP|CHF)?[ \t]*\d[\d.,]*(?:[ \t]?(?:[€$£%]|EUR|USD|GBP|CHF))?)[ \t]*$",
    re.MULTILINE,
)
LABELLED = re.compile(r"(?P<label>[^:;.!?]{2,40}):\s+(?P<value>\S.*)", re.DOTALL)
SHORT_LINE = 60  # characters; shorter lines of plain text were broken on purpose
MOST_WORDS = 16  # of a cell
MOST_PASSAGES = 60  # of a document; a longer one is a book
ALIKE = 0.5  # share of the weight of the words of the poorer one of two points about the same
COMPARING = content_stems(" ".join(lists.COMPARING))
ASPECTS = {name: content_stems(words) for name, words in lists.ASPECTS.items()}
MONEY = frozenset("€ $ £ ¥ eur euro euros usd dollar dollars gbp chf".split())


@dataclass(frozen=True, slots=True)
class Point:
    """What a document says of one thing."""

    evidence: Evidence
    label: str  # what it is about; "" if a sentence does not say it first
    value: str
    stems: frozenset[str]  # what it is about: of its label, or of the sentence
    figures: tuple[Figure, ...]

    @property
    def has_money(self) -> bool:
        return any(figure.unit in MONEY for figure in self.figures) or (
            self.evidence.kind == "row" and any(figure.kind == "number" for figure in self.figures)
        )


def points_of(found: Situation, source: str) -> list[Point]:
    """Return the points of a document, in order."""
    document = found.documents[source]
    known = {(e.start, e.end): e for e in found.evidence if e.passage.source == source}
    points: list[Point] = []
    for passage in found.passages_of(source)[:MOST_PASSAGES]:
        blocks = blocks_of(document, passage)
        rows = [(block.start, block.end) for block in blocks if block.kind == "row"]
        lines = [line for line in _price_lines(passage) if not _overlaps(line.evidence, rows)]
        points += lines
        taken = [(line.evidence.start, line.evidence.end) for line in lines]
        for block in blocks:
            evidence = known.get((block.start, block.end)) or Evidence.of(block)
            if block.kind == "row":
                points += _of_row(evidence)
            elif block.kind in ("sentence", "item") and not _overlaps(evidence, taken):
                points += map(_of_text, _lines(evidence))
    return points


def _price_lines(passage: Passage) -> Iterator[Point]:
    """Yield the lines of a passage that lead from a label to a number."""
    for match in LEADER.finditer(passage.text):
        quote = match.group().strip()
        start = passage.start + match.start() + match.group().index(quote)
        evidence = Evidence(passage, start, start + len(quote), quote, 0.0, " ".join(quote.split()))
        yield _point(evidence, match["label"].strip(" .-–—"), " ".join(match["value"].split()))


def _overlaps(evidence: Evidence, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < evidence.end and evidence.start < end for start, end in spans)


def _point(evidence: Evidence, label: str, value: str) -> Point:
    return Point(evidence, label, value, _about(label), figures(value))


def _lines(evidence: Evidence) -> Iterator[Evidence]:
    """Yield the lines of a block whose lines are too short for a paragraph; else the block."""
    lines = [match for match in re.finditer(r"[^\n]+", evidence.quote) if match.group().strip()]
    if len(lines) < 2 or any(len(line.group()) >= SHORT_LINE for line in lines[:-1]):
        yield evidence
        return
    for line in lines:
        text = line.group().strip()
        start = evidence.start + line.start() + line.group().index(text)
        if any(map(str.isalnum, text)):
            yield replace(
                evidence,
                start=start,
                end=start + len(text),
                quote=text,
                text=text.lstrip("-*•– "),
                answer=(0, 0),
                offsets=(),
            )


def _of_text(evidence: Evidence) -> Point:
    text = " ".join(evidence.text.split())
    match = LABELLED.fullmatch(text)
    label = match["label"] if match and len(match["label"].split()) <= 4 else ""
    said = match["value"] if match and label else text
    return Point(evidence, label, said.rstrip("."), _about(label or text), figures(said))


def _about(text: str) -> frozenset[str]:
    """Return the stems of what a text is about, without its figures."""
    said = {figure.value for figure in figures(text)}
    return frozenset(s for s in content_stems(text) - COMPARING if s not in said and s not in UNIT and not s.isdigit())


def _of_row(evidence: Evidence) -> list[Point]:
    """Return the point of a row: its label is its first cell with letters, its value all cells after that."""
    cells = [part.partition(": ") for part in evidence.text.split(" | ")]
    at = next((i for i, (_, _, text) in enumerate(cells) if re.search(r"[^\W\d_]{2}", text)), None)
    if at is None or at + 1 >= len(cells):
        return [_of_text(evidence)] if len(cells) == 1 else []
    told = cells[at + 1 :]
    value = told[0][2] if len(told) == 1 else ", ".join(f"{name}: {text}" for name, _, text in told)
    return [_point(evidence, cells[at][2], value)]


def aspect(points: Sequence[Point], name: str) -> Point | None:
    """Return the point of a document that says most clearly what an aspect is: its price, guarantee, start, payment."""
    about = ASPECTS[name]
    of = [p for p in points if content_stems(p.label) & about and (p.figures or p.evidence.kind == "row")]
    if name == "Price":
        of = [p for p in of if p.has_money]
        return max(of, key=lambda p: max(float(f.value) for f in p.figures if f.kind == "number"), default=None)
    later = [(place, i) for i, p in enumerate(points) if p.figures and (place := _place(p.value, about)) is not None]
    return of[0] if of else points[min(later)[1]] if later else None


def _place(text: str, about: frozenset[str]) -> int | None:
    """Return which word of a text is the first about something; None if none is."""
    return next((i for i, word in enumerate(words(text)) if word.stem in about), None)


def alike(point: Point, others: Sequence[Point], rarity: Counter[str]) -> tuple[float, Point | None]:
    """Return the point that is most like another one and how like it is, from 0 to 1; None if two are as like."""
    ranked = sorted(((likeness(point, other, rarity), i) for i, other in enumerate(others)), reverse=True)
    if not ranked or ranked[0][0] <= 0 or (len(ranked) > 1 and ranked[1][0] == ranked[0][0]):
        return 0.0, None
    return ranked[0][0], others[ranked[0][1]]


def likeness(one: Point, other: Point, rarity: Counter[str]) -> float:
    """Return the share of the weight of the poorer point's words that both have; rare words weigh more."""
    least = min(_weight(one.stems, rarity), _weight(other.stems, rarity))
    return _weight(one.stems & other.stems, rarity) / least if least else 0.0


def _weight(stems: frozenset[str], rarity: Counter[str]) -> float:
    return sum(1 / (1 + rarity[stem]) for stem in stems)


def rarity_of(*documents: Sequence[Point]) -> Counter[str]:
    """Return in how many points each word is."""
    return Counter(stem for points in documents for point in points for stem in point.stems)


def pairs(some: Sequence[Point], others: Sequence[Point]) -> list[tuple[Point, Point]]:
    """Return the points of two documents that are about the same and give figures of one kind that differ, once each.

    Those with a label come first.
    """
    rarity = rarity_of(some, others)
    ranked = sorted(
        (
            (_pair_likeness(a, b, some, others, rarity), -i, -j)
            for i, a in enumerate(some)
            for j, b in enumerate(others)
        ),
        reverse=True,
    )
    chosen: list[tuple[Point, Point]] = []
    used: tuple[set[int], set[int]] = (set(), set())
    for like, i, j in ranked:
        a, b = some[-i], others[-j]
        if like >= ALIKE and i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
            if {f.value for f in a.figures} != {f.value for f in b.figures}:
                chosen.append((a, b))
    return sorted(chosen, key=lambda pair: (not pair[0].label, pair[0].evidence.start))


def _pair_likeness(
    one: Point, other: Point, some: Sequence[Point], others: Sequence[Point], rarity: Counter[str]
) -> float:
    """Return how like two points are; those that alone give figures of several kinds, dates with times, are about the same."""
    here, there = _kinds(one), _kinds(other)
    if not here & there:
        return 0.0
    alone = len(here) > 1 and here == there and all([_kinds(p) for p in of].count(here) == 1 for of in (some, others))
    return 1.0 if alone else likeness(one, other, rarity)


def _kinds(point: Point) -> frozenset[str]:
    return frozenset(figure.kind for figure in point.figures)
