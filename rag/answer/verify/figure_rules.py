"""Rules about figures: numbers, dates, times and codes must match the evidence, with their unit, bound and row."""

from __future__ import annotations

import re

from rag.answer.verify.statement import Statement
from rag.language.figures import UNIT, Figure, figures, same_date, same_unit
from rag.language.opposites import BOUNDS
from rag.language.words import words

BOUND = [(kind, re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(forms, key=len, reverse=True)))})\s+(?:[a-z]+\s)?[€$£]?\s?$", re.IGNORECASE))
         for kind, forms in BOUNDS.items()]  # fmt: skip
BEHIND = (("at least", re.compile(r"^\s*(?:[\w€%]+\s){0,2}(?:or (?:more|over|older|above|longer|later)|and (?:over|more|above)|at least|upwards|minimum)\b|^\+", re.IGNORECASE)),
          ("at most", re.compile(r"^\s*(?:[\w€%]+\s){0,2}(?:or (?:less|under|younger|below|fewer|earlier)|at most|maximum)\b", re.IGNORECASE)))  # fmt: skip
STRICT = frozenset({"more than", "less than", "at least", "at most"})
COMPARED = re.compile(
    r"^(?:\s?%|\s?[€$£])?(?:\s(?!or\b)\w+){0,2}?\s(?P<word>more|fewer|less|higher|lower|larger|smaller|longer|shorter|older|younger|earlier|later|faster|slower|ahead|behind|cheaper|heavier|lighter|above|below)\b(?!\s+or\b)",
    re.IGNORECASE,
)
LABELLED = re.compile(r"(?<![^|:\n])([^|:\n]+): ([^|\n]+)")  # "Price EUR: 19"
PERIODS = {
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "yearly": "year",
    "annual": "year",
    "annually": "year",
}


def keeps_figures(given: Statement) -> str | None:
    """Every figure of the claim is in the evidence, above it or in the question."""
    there = figures(given.known)
    for said in figures(given.claim):
        if not any(_equal(said, figure, given.known) for figure in there) and not _is_count(said, given):
            return f"{given.claim[said.start : said.end]!r} is not in what it cites"
    return None


def _equal(said: Figure, there: Figure, known: str) -> bool:
    if said.kind == "date":
        if there.kind != "date" or not same_date(said.value, there.value):
            return False
        year, _, day = said.value.split("-")
        return (not year or there.value.startswith(year) or year in known) and (
            not day or bool(there.value.split("-")[2])
        )
    if said.kind == "time" and there.kind == "number":
        return said.value == f"{there.value}:00"  # "from 22 to 6"
    if said.kind == "time" and there.kind == "time":
        return said.value == there.value or _half_day(said.value) == there.value
    if said.kind == "number" and there.kind in ("time", "date", "code"):
        return said.value in re.split(r"\D+", there.value)
    return said.kind == there.kind and said.value == there.value


def _half_day(value: str) -> str:
    hour, minute = value.split(":")
    return f"{(int(hour) + 12) % 24}:{minute}"


def _is_count(said: Figure, given: Statement) -> bool:
    """A small number may count listed items: one block holds that many, separated by commas or lines."""
    if said.kind != "number" or not said.value.isdigit() or not 2 <= int(said.value) <= 20:
        return False
    return any(
        len(re.split(r", (?:and )?| and |;\s|\n", block.split(":")[-1])) == int(said.value) for block in given.blocks
    )


def keeps_units(given: Statement) -> str | None:
    """A number keeps its unit."""
    there = [figure for figure in figures(given.known) if figure.kind == "number"]
    for said in figures(given.claim):
        if said.kind != "number" or not said.unit:
            continue
        units = [figure.unit for figure in there if figure.value == said.value and figure.unit]
        units += [unit for name, cell in LABELLED.findall(given.evidence) for figure in figures(cell)
                  if figure.value == said.value and not figure.unit for unit in name.casefold().split() if unit in UNIT]  # fmt: skip
        verdicts = [same_unit(said.unit, unit) for unit in units]
        if False in verdicts and True not in verdicts:
            return f"{said.value} {said.unit} is {said.value} {units[verdicts.index(False)]} there"
    return None


def keeps_periods(given: Statement) -> str | None:
    """A month does not become a year: recurring amounts and events keep their period."""
    here, there = _periods(given.claim), _periods(given.known)
    lost = here - there
    return f"it says {min(lost)!r}, which is {min(there)!r} there" if lost and there and not here & there else None


def _periods(text: str) -> set[str]:
    found = {
        PERIODS[word.casefold()]
        for word in re.findall(r"\b(?:hourly|daily|weekly|monthly|yearly|annual|annually)\b", text, re.IGNORECASE)
    }
    return found | {
        word.casefold()
        for word in re.findall(r"\b(?:a|per|each|every)[ _](hour|day|night|week|month|year)\b", text, re.IGNORECASE)
    }


def bound(text: str, figure: Figure) -> str | None:
    """Return the bound that the surrounding words give a number: more than, less than, at least or at most."""
    before, after = text[max(0, figure.start - 30) : figure.start], text[figure.end : figure.end + 30]
    for kind, pattern in BEHIND:
        if pattern.search(after):
            return kind
    negated = re.search(
        r"(?:\b(?:not|no|never|cannot)|n['’]t)\b[^.;,]{0,20}\b(?P<word>more than|less than|fewer than|older than|younger than|over|above|exceed|exceeds)\s+(?:[a-z]+\s)?[€$£]?$",
        before,
    )
    if negated:
        return "at least" if negated["word"].split()[0] in ("less", "fewer", "younger") else "at most"
    found = next((kind for kind, pattern in BOUND if pattern.search(before)), None)
    ranged = re.search(r"\bfrom\s+[€$£]?$", before) and re.match(r"[^.;]{0,20}(?:\b(?:to|until|till)\b|[-–])", after)
    return (
        None
        if ranged
        or (re.search(r"\bfrom\s+[€$£]?$", before) and not re.match(r"[\w\s%€]{0,16}\b(?:on|onwards|up)\b", after))
        else found
    )


def keeps_bounds(given: Statement) -> str | None:
    """More than, less than, at least, at most stay with their number, and so do more and fewer after it."""
    evidence = given.evidence
    for said in figures(given.claim):
        same = [figure for figure in figures(evidence) if figure.kind == said.kind and figure.value == said.value]
        if said.kind != "number" or not same:
            continue
        mine, theirs = bound(given.claim, said), {bound(evidence, figure) for figure in same}
        if mine not in theirs and not _may_differ(mine, theirs, given):
            return f"{said.value} is {_named(next(iter(theirs)))} there, {_named(mine)} here"
        compared = [COMPARED.match(evidence[figure.end :]) for figure in same]
        if compared and all(compared):
            word = compared[0]["word"].lower() if compared[0] else ""
            said_words = {w.text.lower() for w in words(given.claim)}
            if word not in said_words and not _turned(word, said_words):
                return f"{said.value} is {word} than something there"
    return None


def _may_differ(mine: str | None, theirs: set[str | None], given: Statement) -> bool:
    """A phrase that answers a question about the bound may omit it, and one bound may apply to several numbers."""
    if mine is None:
        asked = re.search(
            r"\b(?:max\w*|min\w*|most|least|limit|up to|latest|earliest|until|how (?:long|late|early|many|much|old))\b",
            given.question,
            re.IGNORECASE,
        )
        return bool(theirs & {"at most", "at least"}) and len(words(given.claim)) <= 8 and bool(asked)
    written = {bound(block, figure) for block in given.blocks for figure in figures(block)}
    return theirs == {None} and mine in written


def _named(kind: str | None) -> str:
    return kind or "exactly that"


def _turned(word: str, said: set[str]) -> bool:
    """A comparison may be reversed, and a difference may be expressed by its verb."""
    turned = {"more": "fewer less rose up increase increased grew", "fewer": "more fell down dropped decrease", "less": "more fell down cheaper decrease decreased",
              "younger": "older", "older": "younger", "later": "earlier before after", "earlier": "later before sooner", "higher": "lower rose up increased increase more",
              "lower": "higher fell down decreased less", "before": "earlier after prior", "after": "later before following", "longer": "shorter", "shorter": "longer",
              "heavier": "lighter", "lighter": "heavier", "above": "below over more exceeding", "below": "above under less", "faster": "slower", "slower": "faster",
              "cheaper": "dearer expensive less", "larger": "smaller bigger", "smaller": "larger bigger", "ahead": "behind won", "behind": "ahead", "ago": "since before"}  # fmt: skip
    return bool(set(turned.get(word, "").split()) & said)


def keeps_rows(given: Statement) -> str | None:
    """A table value stays with its own row: no other row is named beside it."""
    rows = [
        _cells(block) for block, is_row in zip(given.blocks, given.rows, strict=True) if is_row or block.count("|") > 1
    ]
    if len(rows) < 1:
        return None
    for part in re.split(r"[;\n]|(?<=\w)\. |, (?=[A-Z\d][\w ]*:)", given.claim):
        for said in figures(part):
            mine = [
                row
                for row in rows
                if any(_equal(said, figure, given.known) for cell in row for figure in figures(cell))
            ]
            if not mine:
                continue
            named = [row for row in rows if _names_row(part, row)] or [
                row for row in rows if _names_row(given.question, row)
            ]
            if named and not any(row in named for row in mine):
                return f"{part[said.start : said.end]!r} stands in another row"
    return None


def _cells(block: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in block.split("|") if cell.strip())


def _names_row(text: str, row: tuple[str, ...]) -> bool:
    label = row[0].split(":", 1)[-1].strip().casefold()
    return len(label) > 1 and re.search(rf"(?<!\w){re.escape(label)}(?!\w)", text.casefold()) is not None
