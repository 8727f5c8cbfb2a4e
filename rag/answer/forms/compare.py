"""Replies to a comparison: a small table with a column for each thing named, or a sentence for each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.forms.changes import counterpart
from rag.answer.forms.contrast import contrast
from rag.answer.forms.fact import explanation, said
from rag.answer.query.matching import widened
from rag.answer.query.sides import sides_of, subject_of
from rag.answer.reply import Reply, Statement, table_row
from rag.answer.situation import Situation
from rag.answer.tables.computed import cited
from rag.evidence import Evidence
from rag.language.words import content_stems
from rag.split.tables import Row, Table, tables_of

MOST_ROWS = 8
WORD = re.compile(r"\w+(?:[.,]\w+)*")
REMARK = re.compile(r"\s\(.*|,\s.*|\s\d[\d.,]*\s?%.*")  # behind a name: "Acid 60 %", "Wax, melted"


def compare(found: Situation) -> Reply:
    """Return the compared things side by side if a table holds them, else the best sentence for each."""
    replies = [
        reply
        for source in dict.fromkeys([*(e.passage.source for e in found.evidence[:20]), *found.sources[:10]])
        for table in tables_of(found.documents[source])
        if (reply := _of_columns(found, table, source) or _of_rows(found, table, source))
    ]
    asked = _words(found.question)

    def likeness(reply: Reply) -> tuple[int, int]:
        """The number of question words among a table's names, then the amount of data in the table."""
        names = _words(" ".join(s.text.split("|")[1] if i else s.text for i, s in enumerate(reply)))
        return len(names & asked), sum(statement.text.count("|") for statement in reply)

    best = max(replies, key=likeness, default=())
    if best and (subject := subject_of(found.question) - _stems_of(best)) and sides_of(found.question):
        in_prose = contrast(found, least=0 if found.best.kind != "row" else min(1, len(subject)))
        best = in_prose or best
    return best or counterpart(found) or contrast(found) or _sentence_each(found)


def _stems_of(reply: Reply) -> frozenset[str]:
    return widened(content_stems(" ".join(statement.text.replace("|", " ") for statement in reply)))


def _of_columns(found: Situation, table: Table, source: str) -> Reply:
    """Return the rows of a table whose columns are the things compared; () for fewer than two."""
    names = _named(found.question, [c for c in table.columns if c and c != table.columns[0]])
    if len(names) < 2:
        return ()
    rows = [(row, cells) for row in table.rows if all(cells := [row.cell(name) for name in names])]
    asked = [(row, cells) for row, cells in rows if _words(row.cells[0].text) & _words(found.question)] or rows
    shown = asked[:MOST_ROWS]
    head = Statement(table_row([_cut(len(shown), len(asked), "rows"), *names]), (), layout="head")
    return _with_rows(
        found, source, head, [(row, [row.cells[0].text, *(c.text for c in cells if c)]) for row, cells in shown]
    )


def _of_rows(found: Situation, table: Table, source: str) -> Reply:
    """Return the properties of the compared rows; () if fewer than two rows are named."""
    labels = {row.cells[0].text: row for row in table.rows if row.cells}
    names = _named(found.question, list(labels))
    if len(names) < 2:
        return ()
    rows = [labels[name] for name in names]
    every = [c for c in table.columns[1:] if c and all(row.cell(c) for row in rows)]
    if not every:
        return ()
    asked = [c for c in every if _words(c) & _words(found.question)]
    columns = [c for c in every if len(every) <= MOST_ROWS or c in (asked or every)][:MOST_ROWS]
    kind = " ".join(filter(None, [table.columns[0], _cut(len(columns), len(asked or every), "columns")]))
    head = Statement(table_row([kind, *columns]), (), layout="head")
    told = [(row, [row.cells[0].text, *(c.text for name in columns if (c := row.cell(name)))]) for row in rows]
    return _with_rows(found, source, head, told)


def _cut(shown: int, every: int, what: str) -> str:
    return f"({shown} of {every} {what})" if shown < every else ""


def _with_rows(found: Situation, source: str, head: Statement, rows: Sequence[tuple[Row, Sequence[str]]]) -> Reply:
    """Return a table of rows, each with its evidence; () if one cannot be cited."""
    lines = [Statement(table_row(cells), _evidence(found, source, row), layout="row") for row, cells in rows]
    return (head, *lines) if lines and all(line.evidence for line in lines) else ()


def _named(question: str, names: list[str]) -> list[str]:
    """Return the names of which the question holds a distinguishing word, in the question's order."""
    words = {name: _words(REMARK.sub("", name)) or _words(name) for name in names}
    common = set.intersection(*words.values()) if len(words) > 1 else set()
    asked = [word.casefold() for word in WORD.findall(question)]
    own = {name: words[name] - common for name in names}
    found = [(min(asked.index(w) for w in own[name]), name) for name in names if own[name] and own[name] <= set(asked)]
    return [name for _, name in sorted(found)]


def _words(text: str) -> set[str]:
    return {word.casefold() for word in WORD.findall(text) if len(word) > 1 or word.isdigit()}


def _evidence(found: Situation, source: str, row: Row) -> tuple[Evidence, ...]:
    """Return a table row as evidence, in the passage that holds it; () if none does."""
    for evidence in found.evidence:
        if evidence.passage.source == source and evidence.start == row.start:
            return (evidence,)
    return tuple(cited(found, source, [row]))


def _sentence_each(found: Situation) -> Reply:
    """Return the best evidence for each half of "A and B", "A or B", "A vs B"; else the best sentences."""
    chosen: list[Evidence] = []
    for side in _sides(found.question):
        named = {word for word in side if word[0].isdigit()} or side
        holding = [e for e in found.evidence if named & _words(e.text)]
        holding += [e for e in found.evidence if named & _words(f"{e.passage.heading} {e.passage.source}")]
        chosen += [e for e in holding if e not in chosen][:1]
    if len(chosen) < 2:
        return explanation(found)
    return tuple(said(evidence, found.question) for evidence in chosen)


def _sides(question: str) -> list[set[str]]:
    """Return the words that are only on one side of a comparison's "and", "or", "vs" or "than"."""
    parts = re.split(
        r"\b(?:and|or|vs\.?|versus|than|und|oder|et|ou|y|o)\b|,", question.strip(" ?!."), flags=re.IGNORECASE
    )
    if len(parts) < 2:
        return []
    left, right = parts[-2], parts[-1]
    return [_words(" ".join(left.split()[-3:])) - _words(right), _words(" ".join(right.split()[:3])) - _words(left)]
