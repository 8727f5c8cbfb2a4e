"""Separates running heads and footers from the text of pages.

A line repeated verbatim at the edge of many pages is one; it is content once, at its first occurrence. Between pages
only the page number in it may differ; a line with any other differing digits (an invoice number, a date) is content.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rag.load.pdf.lines import Line

EDGE_LINES = 3  # lines at the top and bottom of a page that can be running heads
TIGHT = 1.4  # times the height of the letters, between lines of text
REPEATED = 0.4  # least share of the pages; left and right pages may have different heads
PAGE_NUMBER = re.compile(
    r"\W{0,40}(?:page|seite|página|pagina|strana|blatt|s\.|p\.?|стр\.?)?\s{0,8}(?:0|[ivxlc]{1,7})(?:\s{0,8}(?:of|/|von|de|di|av|z|из)\s{0,8}0)?\W{0,40}"
)
COUNTED = re.compile(r"(?:\b(?:page|seite|página|pagina|strana|blatt|стр)\b|\bp\.|\bs\.|第)\W{0,3}(\d{1,4})|(\d{1,4})\s*(?:of|/|von|de|di|av|z|из)\s*\d{1,4}\b|"
                     r"\A(\d{1,4})(?=\s+\D)|(?<=[\s|·•])(\d{1,4})\Z", re.IGNORECASE)  # fmt: skip
BEFORE_NUMBER = re.compile(
    r"(?:\b(?:no|nr|number|nummer|art|article|section|chapter|version|v)\b\.?|#|№|:|[$€£])\s*\Z", re.IGNORECASE
)
NAMED, FAR = 3, 99  # "Receipt 1003" on page one has a receipt's number, "Handbook 3" a page number
DIGITS = re.compile(r"\d+")


def marked(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return the lines with `running` set: "noise" for page numbers and repetitions, "first" for first occurrences."""
    repeated, counted = _running(pages)
    seen: set[str] = set()
    result: list[list[Line]] = []
    for number, page in enumerate(pages):
        roles: dict[int, str] = {}
        for i, place, key in _edge_keys(page):
            offset = _without_page(page[i], number)
            if offset is not None and counted.get(f"{place} {_bare(key)}") == offset:
                roles[i] = "noise"
            elif f"{place} {key}" in repeated:
                roles[i] = "noise" if key in seen or PAGE_NUMBER.fullmatch(_bare(key)) else roles.get(i, "first")
                seen.add(key)
        roles = {i: role for i, role in roles.items() if not _is_near_text(page, i, roles)}
        numbers = all(PAGE_NUMBER.fullmatch(_bare(line.text.casefold())) for line in page)
        only = len(roles) == len(page) and not numbers  # a page of only such lines is a form or a slide
        roles = {} if only else roles
        result.append([replace(line, running=roles[i]) if i in roles else line for i, line in enumerate(page)])
    return result


def _is_near_text(page: Sequence[Line], i: int, roles: Mapping[int, str]) -> bool:
    """Return True if a line is as close to the text as the text's own lines, like the first or last row of a table."""
    line = page[i]
    return any(abs(other.bottom - line.bottom) <= TIGHT * line.size for k, other in enumerate(page) if k not in roles)


def _running(pages: Sequence[Sequence[Line]]) -> tuple[set[str], dict[str, int]]:
    """Return the keys of lines repeated verbatim, and of those that differ only in a page number, with its offset."""
    same: Counter[str] = Counter()
    offsets: dict[str, Counter[int]] = defaultdict(Counter)
    for number, page in enumerate(pages):
        keys = list(_edge_keys(page))
        same.update({f"{place} {key}" for _, place, key in keys})
        for i, place, key in keys:
            offset = _without_page(page[i], number)
            if offset is not None:
                offsets[f"{place} {_bare(key)}"][offset] += 1
    filled = sum(1 for page in pages if page)
    needed = max(3.0 if len(pages) > 3 else 2.0, REPEATED * filled)
    most = {key: found.most_common(1)[0] for key, found in offsets.items()}
    counted = {key: offset for key, (offset, count) in most.items() if count >= needed}
    if filled <= 3:
        counted |= {key: 1 for key in most if PAGE_NUMBER.fullmatch(key.partition(" ")[2]) and most[key][0] == 1}
    return {key for key, count in same.items() if count >= needed}, counted


def _edge_keys(page: Sequence[Line]) -> Iterator[tuple[int, str, str]]:
    """Yield the index, position and key of each line near the top or bottom of its page."""
    by_height = sorted(range(len(page)), key=lambda i: -page[i].bottom)
    for place, indices in (("top", by_height[:EDGE_LINES]), ("foot", by_height[-EDGE_LINES:])):
        for i in indices:
            yield i, place, page[i].text.casefold()


def _bare(key: str) -> str:
    return DIGITS.sub("0", key)


def _without_page(line: Line, number: int) -> int | None:
    """Return the offset of the number in a line from its 0-based page number; None if it has no page number."""
    if PAGE_NUMBER.fullmatch(_bare(line.text.casefold())):
        digits = DIGITS.search(line.text)
        return int(digits[0]) - number if digits else 0
    for match in COUNTED.finditer(line.text):
        if not BEFORE_NUMBER.search(line.text[: match.start(match.lastindex or 0)]):
            offset = int(match[match.lastindex or 0]) - number
            named = (match.lastindex or 0) > 2 and len(line.text.split()) <= NAMED
            return None if named and offset > FAR else offset
    return None
