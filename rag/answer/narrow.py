"""Narrows evidence to what a question names: the column of a group's others, the rows it names, the code or date it
asks for.

Nothing is taken away: what is not meant comes last.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from rag.answer.on_the_day import date_asked, day_of_entry
from rag.answer.question.listed import CODE
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.exact import canonical
from rag.language.words import content_stems

NOT_IN = re.compile(
    r"\bnon[- ](?P<one>\w{3,30})|\b(?:(?:is|are|am|was|were)(?:\s+not|n['’]t)|['’](?:s|re|m)\s+not|not\s+being)\s+(?:an?\s+|the\s+|any\s+)?(?P<other>\w{3,30})",
    re.IGNORECASE,
)
OTHERS = re.compile(
    r"\b(?:else|others?|non|not|guests?|visitors?|public|external|outsiders?|übrige|andere|gäste)\b|^nicht",
    re.IGNORECASE,
)
CELL = " | "
LAST = 0.001  # of the score of evidence that is not meant
OTHER_DATE = LAST * LAST  # the same for entries of another date, which are nearly alike
NAMED = 0.5  # of the best score: what a row has at least if the question names it
ROWS = re.compile(r" › rows? \d+(?:–\d+)?\Z")


def narrowed(found: Situation) -> Situation:
    """Return the situation with the evidence that is meant first."""
    read = found
    for change in (for_others, for_named_rows, for_codes, for_dates):
        read = change(read)
    return read


def for_others(found: Situation) -> Situation:
    """Read rows in the column of those who are not in a group that the question excludes."""
    out = excluded(found.question)
    return _sorted(found, lambda e: _beside(e, out) if e.kind == "row" else e) if out else found


def excluded(question: str) -> frozenset[str]:
    """Return the stems of the groups that a question is not about: "who is not a member", "non-members"."""
    return content_stems(" ".join(found["one"] or found["other"] for found in NOT_IN.finditer(question)))


def for_named_rows(found: Situation) -> Situation:
    """Put the rows of a table whose labels the question names before its other rows."""
    if found.intent.form != "fact" or not found.evidence:
        return found
    asked = content_stems(found.question)
    tables: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for evidence in found.evidence:
        if evidence.kind == "row":
            tables[evidence.passage.source, ROWS.sub("", evidence.passage.heading)].append(evidence)
    home = next((rows for rows in tables.values() if found.best in rows), [])
    labels = {row.start: content_stems(_label(row)) for row in home}
    common = frozenset.intersection(*labels.values()) if len(home) > 1 else frozenset[str]()
    named = {start: (label - common) & asked for start, label in labels.items()}
    first = named.get(found.best.start)
    if not first:
        return found
    floor = NAMED * found.best.score

    def scored(evidence: Evidence) -> Evidence:
        if evidence.start not in named or evidence.passage.source != found.best.passage.source:
            return evidence
        own = named[evidence.start]
        return replace(
            evidence,
            score=max(evidence.score, floor) if own - first else evidence.score if own else LAST * evidence.score,
        )

    return _sorted(found, scored)


def for_codes(found: Situation) -> Situation:
    """Put what is said of another code of the same kind last: a question about KR-9 is not answered with KR-4."""
    asked = _codes(found.question)
    if not asked:
        return found

    def scored(evidence: Evidence) -> Evidence:
        told = _codes(f"{evidence.passage.heading} {evidence.text}")
        other = not told & asked and {letters for letters, _ in told} & {letters for letters, _ in asked}
        return replace(evidence, score=LAST * evidence.score) if other else evidence

    return _sorted(found, scored)


def for_dates(found: Situation) -> Situation:
    """Put the entries of other dates than the one asked for last, in files that have an entry of that date."""
    asked = date_asked(found.question)
    if asked is None:
        return found
    days = {(e.passage.source, e.start): day_of_entry(e) for e in found.evidence}
    held = {source for (source, _), day in days.items() if day and asked.holds(day)}

    def scored(evidence: Evidence) -> Evidence:
        source = evidence.passage.source
        day = days[source, evidence.start]
        other = source in held and day and not asked.holds(day)
        return replace(evidence, score=OTHER_DATE * evidence.score) if other else evidence

    return _sorted(found, scored)


def _codes(text: str) -> set[tuple[str, str]]:
    """Return the letters and the canonical form of each code."""
    return {(m["letters"].rstrip("-–/ "), canonical(m.group().replace(" ", ""))) for m in CODE.finditer(text)}


def _sorted(found: Situation, change: Callable[[Evidence], Evidence]) -> Situation:
    changed: Iterable[Evidence] = map(change, found.evidence)
    return replace(found, evidence=tuple(sorted(changed, key=lambda evidence: -evidence.score)))


def _beside(row: Evidence, out: frozenset[str]) -> Evidence:
    """Return a row with the cell for the others as its answer; last if it is the row of the group itself."""
    cells = row.text.split(CELL)
    if _is_group(_label(row), out):
        return replace(row, score=LAST * row.score, answer=(0, 0), certainty=0.0)
    own = [cell for cell in cells[1:] if ": " in cell and _is_group(cell.split(": ", 1)[0], out)]
    left = [cell for cell in cells[1:] if ": " in cell and cell not in own]
    meant = [cell for cell in left if OTHERS.search(cell.split(": ", 1)[0])] or left
    if not own or len(meant) != 1:
        return row
    start = row.text.index(f"{CELL}{meant[0]}") + len(CELL)
    return replace(row, answer=(start, start + len(meant[0])), certainty=1.0)


def _label(row: Evidence) -> str:
    return row.text.split(CELL)[0].rsplit(": ", 1)[-1]


def _is_group(label: str, out: frozenset[str]) -> bool:
    """Return True if a label is the name of an excluded group, and not of those outside it."""
    return bool(content_stems(label)) and content_stems(label) <= out and not OTHERS.search(label)
