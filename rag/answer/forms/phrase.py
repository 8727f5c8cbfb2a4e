"""Shortens a piece of evidence to the fewest words that answer: a phrase, a clause, a cell, or the sentence."""

from __future__ import annotations

import re

from rag.answer.reply import Statement
from rag.evidence import Evidence
from rag.language.figures import UNIT
from rag.language.words import content_stems

CERTAIN = 0.5  # certainty from which the reader's answer span is shown alone
SHORT = 18  # most words of a sentence shown whole although a phrase answers
LONGEST = 24  # most words of a sentence shown whole if no phrase is certain; of a longer one, the clause is shown
CLAUSE = re.compile(r"(?<=[;])\s+")
CELL = " | "
REMARK = re.compile(r",\s+(?:because|since|as|which|who|where|whereas|so that|e\.g\.|for example)\b", re.IGNORECASE)
CONDITION = re.compile(r"\b(?:if|unless|except|but|only|until|not|without|provided)\b", re.IGNORECASE)
EDGES = " \t\n,;:.–—-"
CLOSERS = {"(": ")", "[": "]", "“": "”", "«": "»"}
BEHIND = re.compile(r"\s?(?P<sign>%|°\s?[CF]\b|[€$£¥])|\s?(?P<unit>[A-Za-zµ]{1,12}[²³]?)(?:/[a-z]{1,6})?(?!\w)")


def phrase_of(evidence: Evidence) -> str:
    """Return the reader's answer span, "" if there is none or it is not certain."""
    start, end = evidence.answer
    if evidence.certainty < CERTAIN or start >= end:
        return ""
    return tidy(evidence.text, start, end)


def tidy(text: str, start: int, end: int) -> str:
    """Return a span of a text, extended to whole words, brackets and units, without punctuation at its edges."""
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    if start > 0 and text[start - 1] in "€$£¥-−+~" and text[start].isdigit():
        start -= 1
    behind = BEHIND.match(text, end) if end > start and text[end - 1].isdigit() else None
    if behind and (behind["sign"] or behind["unit"].casefold() in UNIT):
        end = behind.end()
    phrase = text[start:end].strip(EDGES)
    for opening, closing in CLOSERS.items():
        if phrase.count(opening) > phrase.count(closing):
            stop = text.find(closing, end)
            phrase = text[start : stop + 1].strip() if 0 <= stop <= end + 40 else phrase.replace(opening, "")
        elif phrase.count(closing) > phrase.count(opening):
            phrase = phrase.replace(closing, "")
    return phrase.strip('"') if phrase.count('"') == 1 else phrase


def clause_of(evidence: Evidence) -> str:
    """Return the clause, between semicolons, that holds the answer; the whole sentence if it has only one."""
    start = evidence.answer[0] if evidence.answer[0] < evidence.answer[1] else -1
    at = 0
    parts = CLAUSE.split(evidence.text)
    if start < 0 or len(parts) < 2:
        return evidence.text
    for part in parts:
        if at <= start < at + len(part) + 1:
            clause = part.rstrip(";").strip()
            return clause[:1].upper() + clause[1:]
        at += len(part) + 1
    return evidence.text


def shortened(text: str, most: int) -> str:
    """Return a sentence that is too long without the reason or remark at its end; a condition or exception is kept."""
    if len(text.split()) <= most:
        return text
    cut = REMARK.search(text, len(text) // 4)
    return f"{text[: cut.start()]}." if cut and not CONDITION.search(text, cut.start()) else text


def briefly(evidence: Evidence, *, question: str = "", short: int = SHORT) -> Statement:
    """Return the shortest statement of a piece of evidence that makes sense alone."""
    if evidence.kind == "row":
        return Statement(cell_of(evidence, question), (evidence,))
    if evidence.kind == "code":
        return Statement(evidence.text, (evidence,), layout="code")
    if len(evidence.text.split()) <= short:
        return Statement(evidence.text, (evidence,))
    phrase = phrase_of(evidence)
    if phrase:
        return Statement(f"{phrase[:1].upper()}{phrase[1:]}.", (evidence,))
    text = evidence.text if len(evidence.text.split()) <= LONGEST else clause_of(evidence)
    return Statement(text, (evidence,))


def cell_of(evidence: Evidence, question: str) -> str:
    """Return the cell that answers, with its label; or the row's cells that the question does not name."""
    cells = evidence.text.split(CELL)
    start, end = evidence.answer
    named = [cell for cell in _columns_asked_for(cells, question) if cell]
    if start < end and evidence.certainty >= CERTAIN:
        at = evidence.text.count(CELL, 0, start)
        if at == evidence.text.count(CELL, 0, end) and (at or len(cells) == 1):
            return _with_label(cells, cells[at])
    if len(named) == 1 and named[0] != cells[0]:
        return _with_label(cells, named[0])
    return "; ".join([cells[0], *named] if named and cells[0] not in named else cells)


def row_of(evidence: Evidence) -> str:
    """Return a row in readable form: `E11 – Cause: no water; Remedy: refill it`."""
    label, *cells = evidence.text.split(CELL)
    return f"{label.rsplit(': ', 1)[-1]} – {'; '.join(cells)}" if cells else label


def _with_label(cells: list[str], cell: str) -> str:
    """Return a cell after the row's label: `Switzerland – Price EUR: 19`."""
    label = cells[0].rsplit(": ", 1)[-1]
    return cell if cell == cells[0] else f"{label} – {cell}"


def _columns_asked_for(cells: list[str], question: str) -> list[str]:
    """Return the cells whose column shares a word with the question that not all columns have."""
    asked = content_stems(question)
    names = [content_stems(cell.split(": ", 1)[0]) if ": " in cell else frozenset[str]() for cell in cells]
    common = frozenset.intersection(*[name for name in names if name]) if any(names) else frozenset[str]()
    return [cell for cell, name in zip(cells, names, strict=True) if (name - common) & asked]
