"""Shortens a piece of evidence to the fewest words that answer: a phrase, a clause, a cell, or the sentence."""

from __future__ import annotations

import re

from rag.answer.forms.clause import clause_of
from rag.answer.reply import Statement
from rag.evidence import Evidence
from rag.language.figures import UNIT
from rag.language.limits import denies, sets_condition, with_limits
from rag.language.words import content_stems

CERTAIN = 0.5  # certainty from which the reader's answer span is shown alone
SHORT = 18  # most words of a sentence shown whole although a phrase answers
LONGEST = 24  # most words of a sentence shown whole if no phrase is certain; of a longer one, the clause is shown
CELL = " | "
EDGES = " \t\n,;:.–—-"
SIGN = re.compile(
    r"(?<![^\W_])[-−–+~±](?=[€$£¥]?\Z)|(?:[€$£¥]|(?<![^\W_])(?:EUR|USD|CHF|GBP|Fr\.)\s?)\Z"
)  # of a number
RANGE = re.compile(r"(?<![\w.,–-])(?<!\d:)\d+(?:[.,:]\d+)*\s?[-–]\s?\Z")  # "10–" before "20 days"
NEAR = 24  # characters behind a phrase in which a condition is its own: "9 euros a day, unless …"
CLOSERS = {"(": ")", "[": "]", "“": "”", "«": "»"}
BEHIND = re.compile(r"\s?(?P<sign>%|°\s?[CF]\b|[€$£¥])|\s?(?P<unit>[A-Za-zµ]{1,12}[²³]?)(?:/[a-z]{1,6})?(?!\w)")


def phrase_of(evidence: Evidence) -> str:
    """Return the reader's answer span, "" if there is none or it is not certain."""
    start, end = evidence.answer
    if evidence.certainty < CERTAIN or start >= end:
        return ""
    return tidy(evidence.text, start, end)


def tidy(text: str, start: int, end: int) -> str:
    """Return a span of a text, extended to whole words, signs, units, limits and brackets; no punctuation at its edges."""
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    start, end = _without_edges(text, start, end)
    start = _with_signs(text, start)
    behind = BEHIND.match(text, end) if end > start and text[end - 1].isdigit() else None
    if behind and (behind["sign"] or behind["unit"].casefold() in UNIT):
        end = behind.end()
    return _balanced(text, *with_limits(text, start, end))


def _without_edges(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without punctuation at its edges."""
    span = text[start:end]
    start += len(span) - len(span.lstrip(EDGES))
    return start, max(start, start + len(text[start:end].rstrip(EDGES)))


def _with_signs(text: str, start: int) -> int:
    """Return where a number that begins at `start` begins with its sign, its currency or the lower end of its range."""
    if not text[start : start + 1].isdigit():
        return start
    for pattern in (RANGE, SIGN, SIGN):
        found = pattern.search(text[:start])
        start = found.start() if found else start
    return start


def _balanced(text: str, start: int, end: int) -> str:
    """Return a span with both or none of its brackets and quotation marks."""
    phrase = text[start:end].rstrip(EDGES)
    for opening, closing in CLOSERS.items():
        if phrase.count(opening) > phrase.count(closing):
            stop = text.find(closing, end)
            phrase = text[start : stop + 1].strip() if 0 <= stop <= end + 40 else phrase.replace(opening, "")
        elif phrase.count(closing) > phrase.count(opening):
            phrase = phrase.replace(closing, "")
    return phrase.strip('"') if phrase.count('"') == 1 else phrase


def stands_alone(evidence: Evidence, phrase: str) -> bool:
    """Return True if nothing in its sentence turns the phrase: no denial before it, no exception or condition behind."""
    start, end = evidence.answer
    before = re.split(r"[;:]\s|[.!?]\s", evidence.text[:start])[-1]
    behind = re.split(r"[;:]\s|[.!?]\s", evidence.text[end : end + NEAR])[0]
    return not sets_condition(behind) and (denies(phrase) or not denies(before))


def briefly(evidence: Evidence, *, question: str = "", short: int = SHORT) -> Statement:
    """Return the shortest statement of a piece of evidence that makes sense alone."""
    if evidence.kind == "row":
        return Statement(cell_of(evidence, question), (evidence,))
    if evidence.kind == "code":
        return Statement(evidence.text, (evidence,), layout="code")
    if len(evidence.text.split()) <= short:
        return Statement(evidence.text, (evidence,))
    phrase = phrase_of(evidence)
    if phrase and stands_alone(evidence, phrase):
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
