"""Reads a table whose cells are separated by white space."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from rag.load.pdf.columns import is_drawn_by_rows, is_text
from rag.load.pdf.gaps import gaps_of
from rag.load.pdf.logical import logical_rows
from rag.load.pdf.rules import Rules
from rag.load.pdf.spread import LABEL, Gap, alone, has_gap, leaf_names, spread
from rag.load.pdf.table import Mend, Table
from rag.load.pdf.words import Row, chained, text_of
from rag.load.tables.cells import EMPTY, Cell, Grid, filled, is_period, is_typed

SIGNS = re.compile(r"[$€£¥₹%‰()]|\)%|US\$")
SIGN_BEHIND = re.compile(r"(.*[\d)—–-]) ([$€£¥₹])")
LEADERS = re.compile(r"(?:\.\s?){4,}|…{2,}|_{4,}")
MAX_HEAD = 5  # most printed rows of column names
HEAD_STEP = 1.7  # times the height of the letters, between the lines of a head
CENTRED = 0.02  # of the width of a table
NEAR_STEP = 1.15  # times the usual row distance: a bold row within it is a section, farther below a heading
EDGES = 3.0  # tolerance in points for aligned edges of a column's cells
ALIKE = 0.55  # least share of aligned cells in a column


def read_run(run: list[Row], rules: Rules, mend: Mend) -> Table | None:
    """Return the table formed by rows without lines, None if they are not a table."""
    gaps = gaps_of(run)
    if not gaps:
        return None
    gaps = _without_signs(run, gaps)
    run = _trimmed(run, gaps)
    if len(run) < 2 or not gaps or is_text(run, gaps):
        return None
    across = [r.at for r in rules.across if r.start < run[0][-1].right and r.end > run[0][0].left]
    head = _head(run, gaps, across)
    groups = [run[:head], *logical_rows(run[head:], gaps, across)] if head else logical_rows(run, gaps, across)
    edges = min(row[0].left for row in run), max(row[-1].right for row in run)
    names = bool(head) or _names_columns(groups, gaps)
    grid = [_line(group, gaps, mend, edges, head=names and i == 0) for i, group in enumerate(groups)]
    held = alone(run, gaps)
    if not _is_table(grid, run, groups, held):
        return None
    words = frozenset(word for row in run for word in row)
    columns = [[word for _, words in cells for word in words] for cells in held]
    lefts = tuple((min((w.left for w in c), default=0.0), max((w.right for w in c), default=0.0)) for c in columns)
    return Table(grid, words, lefts, run[0][0].top, run[-1][0].bottom)


def _without_signs(run: Sequence[Row], gaps: list[Gap]) -> list[Gap]:
    """Drop the gaps around columns that hold only currency signs, brackets and percent signs."""
    kept = list(gaps)
    columns = alone(run, kept)
    i = 0
    while i <= len(kept):
        held = [(at, text_of(words)) for at, words in columns[i]]
        signs = [text for _, text in held if SIGNS.fullmatch(text.replace(" ", ""))]
        if kept and signs and all(at < MAX_HEAD or text in signs for at, text in held):
            before = all(text[0] in ")%‰" for text in signs)
            del kept[max(0, min(i - 1 if before else i, len(kept) - 1))]
            columns = alone(run, kept)
            i = 0
        else:
            i += 1
    return kept


def _trimmed(run: list[Row], gaps: Sequence[Gap]) -> list[Row]:
    """Drop rows at both ends with a single column, unless the last ones continue a cell above."""
    start, end = 0, len(run)
    steps = [above[0].middle - below[0].middle for above, below in pairwise(run)]
    usual = median(steps) if steps else 0.0
    while start < end and len(cells := spread(run[start], gaps)) < 2 and cells[0][0] == 0:
        if _is_bold(run[start]):
            break
        start += 1
    while end > start and len(cells := spread(run[end - 1], gaps)) < 2 and cells[0][0] == 0:
        section = _is_bold(run[end - 1]) and steps and steps[end - 2] <= NEAR_STEP * usual
        if end > 1 and (section or len(chained(run[end - 2 : end])) == 1):
            break
        end -= 1
    return run[start:end]


def _head(run: Sequence[Row], gaps: Sequence[Gap], across: Sequence[float]) -> int:
    """Return the number of printed rows of column names: above the first values, bold or close together."""
    count = 0
    for i, row in enumerate(run[:MAX_HEAD]):
        cells = spread(row, gaps)
        values = [text_of(words) for first, _, words in cells if first > 0]
        if any(is_typed(text) and not is_period(text) for text in values) or (
            cells[0][0] == 0 and i and not _is_bold(row)
        ):
            break
        if i and run[i - 1][0].middle - row[0].middle > HEAD_STEP * row[0].size:
            break
        count = i + 1
        if any(row[0].bottom - 0.6 * row[0].size < at < row[0].middle for at in across):
            break
    if count > 1 and not (all(map(_is_bold, run[:count])) and not all(map(_is_bold, run[count:]))):
        below = [text_of(words) for row in run[count:] for first, _, words in spread(row, gaps) if first > 0]
        if not below or sum(map(is_typed, below)) * 2 < len(below):
            return 0
    return count if count < len(run) and count > 1 else 0


def _is_over_all(row: Row, gaps: Sequence[Gap], edges: tuple[float, float]) -> bool:
    """Return True if a row is one text centred over the table, above no single column."""
    left, right = edges
    off = abs((row[0].left + row[-1].right) / 2 - (left + right) / 2)
    return len(gaps) > 1 and not has_gap(row) and row[0].left > gaps[0].start and off <= CENTRED * (right - left)


def _names_columns(groups: Sequence[Sequence[Row]], gaps: Sequence[Gap]) -> bool:
    """Return True if a first row without values has a name for nearly every column, even if close together."""
    cells = leaf_names(groups[0][0], gaps)
    values = any(is_typed(text_of(words)) and not is_period(text_of(words)) for _, _, words in cells)
    return len(groups[0]) == 1 and len(groups) > 2 and not values and len(cells) * 5 >= 4 * (len(gaps) + 1)


def _is_bold(row: Row) -> bool:
    return all(word.bold for word in row)


def _line(
    group: Sequence[Row], gaps: Sequence[Gap], mend: Mend, edges: tuple[float, float], *, head: bool = False
) -> list[Cell]:
    """Return the cells of one table row, which may span several printed rows."""
    texts: list[list[Row]] = [[] for _ in range(len(gaps) + 1)]
    bold = [True] * len(texts)
    leaf = group[-1] if head else None
    if len(group) == 1 and _is_over_all(group[0], gaps, edges):
        return [Cell(text_of(group[0]), False, _is_bold(group[0]))] * len(texts)
    spans: list[tuple[int, int, Cell]] = []
    for row in group:
        for first, last, words in leaf_names(row, gaps) if row is leaf else spread(row, gaps):
            if first < last and not head and len(group) == 1:
                spans.append((first, last, Cell(text_of(words), False, _is_bold(words))))
                continue
            for column in range(first, last + 1 if head else first + 1):
                texts[column].append(words)
                bold[column] = bold[column] and _is_bold(words)
    line = [Cell(mend(lines), False, strong) if lines else EMPTY for lines, strong in zip(texts, bold, strict=True)]
    for first, last, cell in spans:
        line[first : last + 1] = [cell] * (last + 1 - first)
    return _with_signs(line)


def _with_signs(line: list[Cell]) -> list[Cell]:
    """Return a row with each currency sign moved to its own value, from the end of the previous one."""
    for i in range(len(line) - 1):
        sign = SIGN_BEHIND.fullmatch(line[i].text)
        if sign and line[i + 1].text and line[i] is not line[i + 1]:
            line[i] = Cell(sign[1], False, line[i].strong)
            line[i + 1] = Cell(f"{sign[2]} {line[i + 1].text}", False, line[i + 1].strong)
    return line


def _is_table(
    grid: Grid, run: Sequence[Row], groups: Sequence[Sequence[Row]], columns: Sequence[Sequence[tuple[int, Row]]]
) -> bool:
    """Return True if rows are a table, not a list, table of contents, formula or two addresses side by side."""
    full = [row for row in grid if len(filled(row)) > 1]
    if len(full) < 2 or len(full) * 5 < len(grid) * 2:
        return False
    valued = sum(any(is_typed(cell.text) for cell in row[1:]) for row in full)
    if valued * 3 < len(full) * 2 and not is_drawn_by_rows([[w for row in group for w in row] for group in groups]):
        return False
    if any(LEADERS.search(text_of(row)) for row in run):
        return False
    firsts = [row[0].text for row in full if row[0].text]
    if len(grid[0]) < 4 and sum(LABEL.fullmatch(text) is not None for text in firsts) * 2 > len(firsts):
        return False
    values = [cell.text for row in full for cell in row[1:] if cell.text]
    typed = any(map(is_typed, values))
    if len(full) < 3 and not typed and not all(text.endswith(":") for text in firsts):
        return False
    return all(_is_aligned([words for _, words in held]) for held in columns[1:])


def _is_aligned(held: Sequence[Row]) -> bool:
    """Return True if most cells of a column are aligned left, right or centred."""
    if len(held) < 2:
        return True
    edges = [(w[0].left, w[-1].right, (w[0].left + w[-1].right) / 2) for w in held]
    return any(
        max(sum(abs(edge[side] - other[side]) <= EDGES for other in edges) for edge in edges) >= ALIKE * len(edges)
        for side in range(3)
    )
