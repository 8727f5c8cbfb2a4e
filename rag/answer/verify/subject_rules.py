"""Rules about the subject of a statement: it must be the thing, code or column that the question names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.verify.statement import SHORT_NAMES, Statement, canonical, clauses
from rag.language.figures import figures
from rag.language.words import Word, names, words

IDENTIFIER = re.compile(r"(?<![\w-])(?:[A-Za-z]+(?:_[A-Za-z0-9]+)+|--[a-z][\w-]+)(?![\w-])")
TURNED = re.compile(r"\b(?P<word>from|to)\s+(?P<name>[A-Z][\w’'-]+)")


def keeps_subject(given: Statement) -> str | None:
    """If a question names two things, what the evidence says about one is not said about the other."""
    asked = {canonical(word): word.text for word in names(given.question) if not word.is_number}
    for clause in clauses(given):
        here, there = _forms(clause.words), _forms(clause.sentence)
        other = [form for form in asked if form in there and form not in here]
        mine = [form for form in asked if form in here and form not in there]
        if mine and other and not (here & there & set(asked)):
            return f"it is said of {asked[other[0]]!r} there"
    return None


def keeps_code(given: Statement) -> str | None:
    """If a question names a code, the cited text does not name another one instead."""
    asked = _codes(given.question)
    if not asked or asked & _codes("\n".join((given.claim, *given.context))):
        return None
    cited = [_codes(block) for block in given.blocks]
    if cited and all(found and not found & asked for found in cited):
        return f"it is said of {min(cited[0])!r} there"
    return None


def keeps_columns(given: Statement) -> str | None:
    """A value of a table with things as columns stays with its column; the first cell is the row's name."""
    for block, is_row in zip(given.blocks, given.rows, strict=True):
        cells = [cell.rpartition(": ")[::2] for cell in block.split(" | ")[1:] if ": " in cell] if is_row else []
        named = _named(given.claim, cells) or _named(given.question, cells)
        if not named:
            continue
        for said in figures(given.claim):
            homes = [name for name, value in cells if any(f.value == said.value for f in figures(value))]
            if homes and not any(name in named for name in homes):
                return f"{given.claim[said.start : said.end]!r} stands in the column {homes[0]!r}"
    return None


def keeps_ends(given: Statement) -> str | None:
    """From and to stay with the place that follows them in the question, if the evidence has neither."""
    asked = {match["name"].casefold(): match["word"].lower() for match in TURNED.finditer(given.question)}
    there = {match["name"].casefold() for match in TURNED.finditer(given.evidence)}
    for match in TURNED.finditer(given.claim):
        name = match["name"].casefold()
        if name not in there and asked.get(name, match["word"].lower()) != match["word"].lower():
            return f"it says {match['word']!r} {match['name']}, which is asked the other way round"
    return None


def _forms(said: Sequence[Word]) -> set[str]:
    return {canonical(word) for word in said} - set(SHORT_NAMES)


def _codes(text: str) -> set[str]:
    return {figure.value for figure in figures(text) if figure.kind == "code"} | {
        match.group().casefold().replace("_", "") for match in IDENTIFIER.finditer(text)
    }


def _named(text: str, cells: Sequence[tuple[str, ...]]) -> set[str]:
    """Return the columns whose every word a text has, unless it has all columns or they are all alike."""
    said = {canonical(word) for word in words(text)}
    named = {name for name, _ in cells if name and {canonical(word) for word in words(name)} <= said}
    return named if len(cells) > 2 and len(named) < len(cells) and all(map(_is_name, named)) else set()


def _is_name(column: str) -> bool:
    return all(word.is_capitalised or word.is_number for word in words(column) if word.is_content)
