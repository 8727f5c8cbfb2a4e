"""Finds what is said together in a document: a list, a paragraph or a short section, each with what stands above it.

A procedure or an enumeration is a run of blocks. None of them answers alone, so runs are compared with each other: by
the likelihood that one of their blocks answers, and by the words that the heading or label above them shares with the
question.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from rag.answer.neighbours import is_numbered, section, whole_items
from rag.answer.on_the_day import of_that_date
from rag.answer.read import SURE
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.words import content_stems
from rag.split.blocks import BULLET
from rag.types import Document

IN_RUNS = ("steps", "list")  # forms whose answer is a list or a paragraph rather than one block
READ = 24  # best blocks whose sections are looked at
REACH = 6  # passages of a section on either side of such a block
LONGEST_LABEL = 8  # words of a line that stands above others like a heading
LONG_ITEM = 32  # mean words of items that are paragraphs of their own: the points of minutes, the entries of a diary
MOST_WORDS = 110  # of the paragraphs of a section that are said together
HEADED = 2.0  # what a heading with all its words in the question adds, as a multiple of the likelihood of the blocks
LISTS = ("list", "which-rows")
ENUMERATED = 3.5  # what names several things is a list by its form, which counts where things are asked for
NUMBERED = 2.0  # a numbered list is steps by its form, which counts where steps are asked for
OF_TITLE = 0.5  # of that for the heading of a whole document, which says little of a part of it
SMALLEST = 1e-9
BETWEEN = re.compile(r"[,;:]\s|\s(?:and|or|und|oder|et|ou|y|o)\s|[()]")  # the things that a sentence names
SENTENCE_END = re.compile(r"(?<=[a-z]{3}[.!?])\s")
LONGEST_THING = 4  # words
FEWEST_THINGS = 3  # in a row; two behind a colon
ENDS = (".", "!", "?", "。", "！", "？", ";", ",")
COLONS = (":", "：")
NUMBERING = re.compile(r"^\W*\d+(?:\.\d+)*\W+")
BLANK_LINE = re.compile(r"\n[ \t]*\r?\n")
BOLD = re.compile(r"\s*(\*\*|__)[^*_]{2,80}\1\W*")


@dataclass(frozen=True, slots=True)
class Run:
    """Blocks that are said together, in order, below a heading, label or lead."""

    blocks: tuple[Evidence, ...]
    above: str = ""  # heading, or label
    lead: Evidence | None = None  # the label or sentence that announces the blocks, if it is a block itself
    in_lines: bool = False  # each block is on a line of its own
    titled: bool = False  # only the title of the document is above

    @property
    def is_list(self) -> bool:
        """Return True if the blocks are the items of a list, or short lines without bullets."""
        items = len(self.blocks) > 1 and all(block.kind == "item" for block in self.blocks)
        return items or (self.in_lines and len(self.blocks) > 2 and self.words <= LONG_ITEM * len(self.blocks))

    @property
    def likelihood(self) -> float:
        """The likelihood that one of the blocks answers."""
        return sum(block.score for block in self.blocks) + (self.lead.score if self.lead else 0.0)

    def named(self, question: str) -> float:
        """Return the share of the words above that a question holds, 0 to 1; less for the title of a document."""
        return named(question, self.above) * (OF_TITLE if self.titled else 1.0)

    @property
    def words(self) -> int:
        """The number of words of the blocks."""
        return words_of(self.blocks)


def best_run(found: Situation) -> Run:
    """Return the run that answers best; of entries with dates, those of the date that the question names."""
    form = found.intent.form

    def weight(run: Run) -> float:
        return run.likelihood * _formed(run, form) * (1 + HEADED * run.named(found.question))

    best = max(runs(found), key=weight)
    return replace(best, blocks=tuple(of_that_date(found.question, best.blocks)))


def _formed(run: Run, form: str) -> float:
    """Return the factor for a run that has the form asked for: numbered steps, or a list or sentence that enumerates."""
    if form == "steps":
        return NUMBERED if run.is_list and is_numbered(run.blocks) else 1.0
    listed = run.is_list or enumerates(leading(run, form).text)
    return ENUMERATED if form in LISTS and run.blocks[0].kind != "row" and listed else 1.0


def leading(run: Run, form: str) -> Evidence:
    """Return the best block of a run; where a list is asked for, one that enumerates is preferred."""
    return max(run.blocks, key=lambda b: b.score * (ENUMERATED if form in LISTS and enumerates(b.text) else 1.0))


def enumerates(text: str) -> bool:
    """Return True if a sentence of a text names several things: "pens, paper and ink", "Lost: a hat and a shoe"."""
    return any(
        _things(sentence) >= FEWEST_THINGS or (": " in sentence and _things(sentence.rpartition(": ")[2]) > 1)
        for sentence in SENTENCE_END.split(text)
    )


def _things(sentence: str) -> int:
    """Return how many short phrases in a row a sentence is made of at most."""
    lengths = [len(thing.split()) for thing in BETWEEN.split(sentence) if thing.strip()]
    return max((len(list(g)) for short, g in groupby(lengths, lambda n: n <= LONGEST_THING) if short), default=0)


def runs(found: Situation) -> list[Run]:
    """Return the runs of the sections in which the best evidence stands."""
    made: list[Run] = []
    seen: set[tuple[str, int]] = set()
    for evidence in found.evidence[:READ]:
        if (evidence.passage.source, evidence.start) not in seen:
            blocks = section(found, evidence, reach=REACH)
            seen |= {(block.passage.source, block.start) for block in blocks}
            made += runs_of(found.documents[evidence.passage.source], blocks)
    return made


def runs_of(document: Document, blocks: Sequence[Evidence]) -> list[Run]:
    """Return the runs of a section; a short section without lists and labels is one run."""
    whole = whole_items(blocks)
    heading = blocks[0].passage.heading.rpartition(" › ")[2]
    made = list(_below_labels(list(_parts(document, whole)), heading))
    plain = all(block.kind == "sentence" for block in whole) and not any(run.lead for run in made)
    if heading and plain and words_of(whole) <= MOST_WORDS:
        made = [Run(tuple(whole), heading)]
    title = heading == document.title
    return [replace(r, in_lines=_is_in_lines(document, r.blocks), titled=title and r.above == heading) for r in made]


def _is_in_lines(document: Document, blocks: Sequence[Evidence]) -> bool:
    """Return True if every block is a sentence on a line of its own."""
    between = [document.text[a.end : b.start] for a, b in pairwise(blocks)]
    return all(block.kind == "sentence" for block in blocks) and all("\n" in gap for gap in between)


def _below_labels(parts: Sequence[Sequence[Evidence]], heading: str) -> Iterator[Run]:
    """Yield the runs of the parts; the line or sentence that announces a part is its lead."""
    lead: Evidence | None = None
    for i, part in enumerate(parts):
        blocks = tuple(part)
        if lead is None and len(blocks) > 1 and BOLD.fullmatch(blocks[0].quote):
            lead, blocks = blocks[0], blocks[1:]
        announced = i + 1 < len(parts) and announces(blocks[-1], parts[i + 1][0])
        stands_above = len(blocks) == 1 and is_line(blocks[0]) and i + 1 < len(parts) and len(parts[i + 1]) == 1
        above_both = stands_above and i + 2 < len(parts) and announces(parts[i + 1][0], parts[i + 2][0])
        if not (announced and len(blocks) == 1) and not above_both:
            yield Run(blocks, f"{heading} {lead.text}" if lead else heading, lead)
        lead = blocks[-1] if announced else None


def announces(block: Evidence, after: Evidence) -> bool:
    """Return True if a block announces the next one: it ends in a colon, or is a short line unlike what follows."""
    text = block.text.rstrip()
    if block.kind in ("row", "code") or BULLET.match(block.quote):
        return False
    listed = bool(BULLET.match(after.quote))
    if text.endswith(COLONS):
        return listed or after.kind == "item" or len(text.split()) <= LONGEST_LABEL
    sentence = after.text.rstrip().endswith(ENDS) and len(after.text.split()) > 1
    return (listed or sentence) and is_line(block)


def is_line(block: Evidence) -> bool:
    """Return True if a block is a short line without a full stop, as a heading is."""
    text = block.text.rstrip()
    return block.kind not in ("row", "code") and len(text.split()) <= LONGEST_LABEL and not text.endswith(ENDS)


def _parts(document: Document, blocks: Sequence[Evidence]) -> Iterator[list[Evidence]]:
    """Yield lists and paragraphs; a row, a piece of code and an item that is a paragraph of its own are alone."""
    part: list[Evidence] = []
    for block in blocks:
        if part and not _go_together(document, part[-1], block):
            yield from _apart(part)
            part = []
        part.append(block)
    if part:
        yield from _apart(part)


def _apart(part: list[Evidence]) -> Iterator[list[Evidence]]:
    """Yield a list whole, or its items one by one if they are long."""
    if part[0].kind == "item" and words_of(part) > LONG_ITEM * len(part):
        yield from ([item] for item in part)
    else:
        yield part


def _go_together(document: Document, before: Evidence, block: Evidence) -> bool:
    if before.kind != block.kind or block.kind in ("row", "code"):
        return False
    if block.kind == "item":
        alike = bool(BULLET.match(before.quote)) == bool(BULLET.match(block.quote))
        return alike and is_numbered([before]) == is_numbered([block])
    between = document.text[before.end : block.start]
    return _segment(document, before) == _segment(document, block) or not BLANK_LINE.search(between)


def _segment(document: Document, block: Evidence) -> int:
    return bisect_right(document.segments, block.start, key=lambda segment: segment.start)


def words_of(blocks: Sequence[Evidence]) -> int:
    """Return the number of words of blocks."""
    return sum(len(block.text.split()) for block in blocks)


def surer(found: Situation, confidence: float) -> float:
    """Return the confidence that a run answers, from that of the best block: higher if several blocks are likely.

    Unchanged if the form of the answer is not IN_RUNS.
    """
    if found.intent.form not in IN_RUNS or not (found.evidence and 0 < confidence < 1):
        return confidence
    times = best_run(found).likelihood / max(found.best.score, SMALLEST)
    odds: float = confidence / (1 - confidence) * max(1.0, times) ** SURE
    return odds / (1 + odds)


def named(question: str, above: str) -> float:
    """Return the share of a heading's words that a question holds, 0 to 1."""
    asked, held = content_stems(question), content_stems(NUMBERING.sub("", above))
    return len(asked & held) / len(held) if held else 0.0
