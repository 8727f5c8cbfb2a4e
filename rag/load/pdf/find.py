"""Locates a quote in the characters of a page."""

from __future__ import annotations

import unicodedata

CELL_JOIN = " | "
NEAR = 400  # most characters between the cells of a row


def find(text: str, quote: str) -> tuple[int, int]:
    """Return the span of a quote in a page's characters, ignoring white space, hyphens and letter width."""
    letters, places = _letters(text)
    wanted, _ = _letters(quote)
    at = letters.find(wanted) if wanted else -1
    return (places[at], places[at + len(wanted) - 1] + 1) if at >= 0 else (0, 0)


def row_spans(text: str, quote: str) -> list[tuple[int, int]]:
    """Return the spans of the cells of a table row, whose quote also has column names."""
    letters, places = _letters(text)
    cells: list[list[tuple[int, int]]] = []
    for part in quote.split(CELL_JOIN):
        found = next((spans for said in _readings(part) if (spans := _all(letters, said, text, places))), [])
        if found:
            cells.append(found)
    if not cells:
        return []
    rarest = min(cells, key=len)
    anchor = min(rarest, key=lambda one: sum(min(abs(one[0] - other[0]) for other in cell) for cell in cells))
    nearest = [min(cell, key=lambda one: abs(one[0] - anchor[0])) for cell in cells]
    return [(places[a], places[b - 1] + 1) for a, b in nearest if abs(a - anchor[0]) <= NEAR]


def _readings(part: str) -> list[str]:
    """Return the possible cells in `name: cell`, likeliest first; names may contain colons."""
    pieces = part.split(": ")
    return [wanted for i in range(1, len(pieces) + 1) if (wanted := _letters(": ".join(pieces[i % len(pieces) :]))[0])]


def _all(letters: str, wanted: str, text: str, places: list[int]) -> list[tuple[int, int]]:
    """Return every span of the letters that begins and ends at word boundaries."""
    found = []
    at = letters.find(wanted)
    while at >= 0:
        first, last = places[at], places[at + len(wanted) - 1]
        if not text[max(0, first - 1) : first].isalnum() and not text[last + 1 : last + 2].isalnum():
            found.append((at, at + len(wanted)))
        at = letters.find(wanted, at + 1)
    return found


def _letters(text: str) -> tuple[str, list[int]]:
    letters: list[str] = []
    places: list[int] = []
    for i, character in enumerate(text):
        for letter in unicodedata.normalize("NFKC", character).casefold():
            if letter.isalnum():
                letters.append(letter)
                places.append(i)
    return "".join(letters), places
