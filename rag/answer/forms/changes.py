"""Shows what changed between two versions of a document, point by point, or how one value changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from rag.answer.conflicts.versions import replaced
from rag.answer.forms.versus import (
    GENERAL,
    LONGEST,
    PAPERS,
    PART,
    beside,
    labels_of,
    name_stems,
    on_a_subject,
    searched,
)
from rag.answer.reply import Reply, Statement, table_row
from rag.answer.situation import Situation
from rag.answer.tables.computed import cited
from rag.answer.tables.points import COMPARING, Point, alike, pairs, points_of, rarity_of
from rag.language.lists import FUNCTION_WORDS
from rag.language.words import content_stems
from rag.split.tables import tables_of

MOST_PAIRS = 8  # points in a table
SURELY = 0.6  # share of the words of the poorer one of two points, of which nobody named the second
CLEAR = 0.5  # of the best score: what another block has at most where the best one is surely meant
MOST_SIBLINGS = 4  # files whose names share a word; more are minutes or letters
NOW = frozenset("now new current today".split())
BEFORE = frozenset("before old former formerly previous previously then".split())
OLD_AND_NEW = re.compile(
    r"\b(?:old|older|former|previous|earlier|last)\b.*\b(?:new|newer|current|now|present|latest|this)\b"
    r"|\b(?:new|newer|current|now|present|latest|this)\b.*\b(?:old|older|former|previous|earlier|last)\b|\bchang\w+\b|\bversions?\b",
    re.IGNORECASE,
)


def changes(found: Situation) -> Reply:
    """Return what differs between the old and the new version of the file that a question names."""
    if found.intent.form not in ("compare", "difference", "version") or not OLD_AND_NEW.search(found.question):
        return ()
    every = searched(found)
    asked = content_stems(found.question) - COMPARING
    old = [source for source in replaced(every) if name_stems(found, source) & asked]
    if not old:
        return ()
    held = {source: len(name_stems(found, source) & asked) for source in old}
    old = [source for source in old if held[source] == max(held.values())]
    family = PART.sub("", old[0])
    new = [s for s in every if PART.sub("", s) == family and s not in replaced(every)]
    if len(old) != 1 or len(new) != 1:
        return ()
    before, after = points_of(found, old[0]), points_of(found, new[0])
    subject = asked - name_stems(found, old[0]) - name_stems(found, new[0]) - PAPERS
    if subject - GENERAL:
        return on_a_subject(found, [before, after], labels_of([old[0], new[0]], found.question), subject)
    rows = _told_by_the_new(found, new[0])
    told = [(a, b) for a, b in pairs(before, after) if max(len(p.value.split()) for p in (a, b)) <= LONGEST]
    if not told and not rows:
        return ()
    rows += [
        Statement(table_row([b.label or a.label, a.value, b.value]), (a.evidence, b.evidence), layout="row")
        for a, b in told
    ]
    cut = f"({MOST_PAIRS} of {len(rows)} points)" if len(rows) > MOST_PAIRS else ""
    head = Statement(table_row([cut, *labels_of([old[0], new[0]], found.question)]), (), layout="head")
    return (head, *rows[:MOST_PAIRS])


def _told_by_the_new(found: Situation, source: str) -> list[Statement]:
    """Return the rows of a table in which a document itself says what was before, and what is now."""
    rows: list[Statement] = []
    for table in tables_of(found.documents[source]):
        now = [column for column in table.columns if column.casefold() in NOW]
        before = [column for column in table.columns if column.casefold() in BEFORE]
        for row in table.rows if len(now) == len(before) == 1 else ():
            cells = [row.cell(before[0]), row.cell(now[0])]
            told = [cell.text for cell in cells if cell]
            if len(set(told)) == 2:
                evidence = tuple(cited(found, source, [row]))
                rows += [Statement(table_row([row.cells[0].text, *told]), evidence, layout="row")] * bool(evidence)
    return rows


def counterpart(found: Situation) -> Reply:
    """Return the best evidence beside what a file of the same series says about the same; () if none surely does."""
    source = found.best.passage.source
    every = searched(found)
    own = points_of(found, source)
    point = next((p for p in own if p.evidence.start < found.best.end and found.best.start < p.evidence.end), None)
    is_clear = all(e.score <= CLEAR * found.best.score for e in found.evidence[1:2])
    if point is None or not point.stems or not point.figures or not is_clear:
        return ()
    likest: list[tuple[float, str, Point]] = []
    for other in _siblings(source, every):
        points = points_of(found, other)
        like, same = alike(point, points, rarity_of(own, points))
        if same and like >= SURELY and {f.kind for f in same.figures} & {f.kind for f in point.figures}:
            likest.append((like, other, same))
    if not likest:
        return ()
    best = max(likest, key=lambda entry: entry[0])
    if [like for like, _, _ in likest].count(best[0]) > 1:
        return ()
    (a, one), (b, other_point) = sorted([(source, point), (best[1], best[2])], key=lambda entry: entry[0])
    return beside([one, other_point], labels_of([a, b], found.question))


def _siblings(source: str, every: Sequence[str]) -> list[str]:
    """Return the other files whose names share a word with one; () if they are so many that they are minutes or letters."""
    own = _name_words(source)
    held = [other for other in every if other != source and own & _name_words(other)]
    return held if len(held) < MOST_SIBLINGS else []


def _name_words(source: str) -> frozenset[str]:
    return frozenset(filter(None, PART.split(PurePosixPath(source).stem.casefold()))) - FUNCTION_WORDS
