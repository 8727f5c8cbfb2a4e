"""Finds the tables and text columns of a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.load.pdf.columns import is_drawn_by_rows, is_text, parts_of, runs_of
from rag.load.pdf.gaps import gaps_of
from rag.load.pdf.grid import lattices
from rag.load.pdf.ruled import read_lattice
from rag.load.pdf.rules import Rules
from rag.load.pdf.table import Mend, Table
from rag.load.pdf.unruled import read_run
from rag.load.pdf.words import Row, Word, rows_of


def tables_of(words: Sequence[Word], rules: Rules, mend: Mend) -> list[Table]:
    """Return the tables of a page, ruled ones first."""
    found: list[Table] = []
    inside: list[Sequence[Word]] = []
    for lattice in lattices(rules, words):
        table, inner = read_lattice(lattice, rules, mend)
        inside += inner
        if table:
            found.append(table)
    taken = {word for held in (*(table.words for table in found), *inside) for word in held}
    for part in (*inside, *parts_of([word for word in words if word not in taken])):
        for run in runs_of(rows_of(part)):
            table = read_run(run, rules, mend)
            if table:
                found.append(table)
    return sorted(found, key=lambda table: table.order)


def text_columns(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Yield words in reading order, by column where two columns are drawn row by row."""
    for part in parts_of(words):
        run: list[Word] = []
        for rows in _stretches(rows_of(part)):
            gaps = gaps_of(rows) if len(rows) > 2 else []
            if len(gaps) in (1, 2) and is_text(rows, gaps) and is_drawn_by_rows(rows):
                if run:
                    yield run
                    run = []
                bounds = [-1e9, *((gap.start + gap.end) / 2 for gap in gaps), 1e9]
                for left, right in zip(bounds, bounds[1:], strict=False):
                    yield [w for row in rows for w in row if left <= (w.left + w.right) / 2 < right]
            else:
                run += sorted((w for row in rows for w in row), key=lambda w: w.order)
        if run:
            yield run


def _stretches(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield alternating runs of rows with and without a wide gap."""
    runs = list(runs_of(rows))
    inside = {id(row) for run in runs for row in run}
    before: list[Row] = []
    starts = {id(run[0]): run for run in runs}
    for row in rows:
        if id(row) in starts:
            if before:
                yield before
                before = []
            yield starts[id(row)]
        elif id(row) not in inside:
            before.append(row)
    if before:
        yield before
