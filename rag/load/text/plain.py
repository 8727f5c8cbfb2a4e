"""Finds paragraphs, items, headings and boilerplate in plain text.

The text is unchanged: segments only point into it. Everything here depends on the form of a line (length, ending,
context), never on its subject.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from pathlib import PurePosixPath
from typing import TypeAlias

from rag.load.decode import decode
from rag.load.parsed import WIKI_HEADING, Parsed, heading_level, heading_path, require_text
from rag.load.text.aligned import tables_in
from rag.load.text.boilerplate import is_furniture
from rag.load.text.chat import chat_segments
from rag.load.text.headings import ADDRESS, MAX_HEADING, NUMBERED, looks_like_heading
from rag.load.text.questions import with_questions
from rag.load.text.typed import TypedTable
from rag.types import Segment, SegmentKind

Span: TypeAlias = tuple[int, int]
LINE = re.compile(r"[^\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]+")
WRAP_WIDTHS = range(40, 121)  # characters of a wrapped line; longer lines are whole paragraphs
WRAPPED = 0.6  # least share of forced line breaks in a block before any is undone
ONE_SENTENCE_A_LINE = 0.8  # share of lines that end a sentence, above which each line stands alone, as in a log
MAX_COMPARED = 1_000  # addresses, and headings, compared for the title
BULLET = re.compile(r"(?:[-*+•‣▪●○◦–—·]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\(?[ivxIVX]{1,5}[.)])[ \t]+(?=\S)")
UNDERLINE = re.compile(r"([=\-~*_#^])\1{2,}")
SENTENCE_END = re.compile(r"[.!?…。！？।؟։။។][\"'”’»)\]]*$")
TITLE_LABEL = re.compile(r"(?:title|subject|titel|titre|título|titolo|заголовок|标题|題名)\s*[:：]\s*(\S.*)", re.I)


@dataclass(frozen=True, slots=True)
class Unit:
    """One or more grouped lines; `alone` marks a single line that may be a heading."""

    start: int
    end: int
    kind: SegmentKind
    alone: bool
    text: str  # stripped
    columns: str = ""  # of its table


def line_units(text: str, start: int, end: int) -> list[Unit]:
    """Return the units of a text with one paragraph per line, or wrapped by an editor."""
    units = _mark_headings(_merge_underlines(list(_units(text[start:end]))))
    return [replace(unit, start=unit.start + start, end=unit.end + start) for unit in units]


def parse_plain(data: bytes, source: str) -> Parsed:
    """Return a plain text file's own text with its segments."""
    text = decode(data, source)
    require_text(text, source)
    chat = None if source.lower().endswith(".log") else chat_segments(text, PurePosixPath(source).stem)
    if chat:
        return Parsed("", text, tuple(chat))
    units = _mark_furniture(_mark_headings(_merge_underlines(list(_units(text)))))
    title = _title(text, units)
    pages = (0, *(match.end() for match in re.finditer("\f", text))) if "\f" in text.strip() else ()
    return Parsed(title, text, tuple(with_questions(text, list(_with_paths(units, title)))), pages)


def _units(text: str) -> Iterator[Unit]:
    block: list[Span] = []
    previous_end = 0
    for match in LINE.finditer(text):
        line = match.group()
        stripped = line.strip()
        breaks = text.count("\n", previous_end, match.start()) or text.count("\r", previous_end, match.start())
        if block and (breaks > 1 or not stripped):
            yield from _with_tables(text, block)
            block = []
        if stripped:
            start = match.start() + len(line) - len(line.lstrip())
            block.append((start, start + len(stripped)))
        previous_end = match.end()
    if block:
        yield from _with_tables(text, block)


def _with_tables(text: str, lines: Sequence[Span]) -> Iterator[Unit]:
    """Yield the units of a block: the rows of its tables, and the text around them."""
    at = 0
    for table in tables_in(text, lines):
        if lines[at : table.start]:
            yield from _units_of_block(text, lines[at : table.start])
        yield from _units_of_table(text, lines, table)
        at = table.end
    if lines[at:]:
        yield from _units_of_block(text, lines[at:])


def _units_of_table(text: str, lines: Sequence[Span], table: TypedTable) -> Iterator[Unit]:
    for kind, span in table.parts(lines):
        yield Unit(*span, kind, False, text[slice(*span)], table.columns)


def _units_of_block(text: str, lines: Sequence[Span]) -> Iterator[Unit]:
    """Join wrapped lines; every other line is a separate unit."""
    width = max(end - start for start, end in lines)
    forced = sum(_continues(text, before, line, width) for before, line in pairwise(lines))
    whole = sum(SENTENCE_END.search(text, start, end) is not None for start, end in lines)
    may_wrap = (
        width in WRAP_WIDTHS and forced >= WRAPPED * (len(lines) - 1) and whole < ONE_SENTENCE_A_LINE * len(lines)
    )
    torn = any(breaks_inside_sentence(text, before, line) for before, line in pairwise(lines))
    groups: list[list[Span]] = []
    for line in lines:
        before = groups[-1][-1] if groups else line
        if (groups and may_wrap and _continues(text, before, line, width)) or (
            groups and torn and breaks_inside_sentence(text, before, line, capitals=True)
        ):
            groups[-1].append(line)
        else:
            groups.append([line])
    bodies = [text[group[0][0] : group[-1][1]] for group in groups]
    sentenceless = [not SENTENCE_END.search(body) and len(body) < WRAP_WIDTHS.stop for body in bodies]
    short_lines = len(groups) > 1 and sum(sentenceless) * 2 > len(groups)  # an address, a list without bullets, a poem
    for group, body, short in zip(groups, bodies, sentenceless, strict=True):
        kind: SegmentKind = "item" if BULLET.match(body) or (short and short_lines) else "paragraph"
        yield Unit(group[0][0], group[-1][1], kind, len(group) == 1, body)


def _continues(text: str, before: Span, line: Span, width: int) -> bool:
    """Return True if a line break was forced: the next line's first word would not have fitted."""
    body = text[line[0] : line[1]]
    if BULLET.match(body) or UNDERLINE.fullmatch(body) or UNDERLINE.fullmatch(text[before[0] : before[1]]):
        return False
    first_word = body.split(None, 1)[0]
    return before[1] - before[0] + 1 + len(first_word) > width


def breaks_inside_sentence(text: str, before: Span, line: Span, *, capitals: bool = False) -> bool:
    """Return True if a sentence continues after a line break: it did not end, and a lower-case letter follows.

    With `capitals` a name may follow too, for blocks known to be wrapped.
    """
    ahead, body = text[before[0] : before[1]], text[line[0] : line[1]]
    if len(ahead) < WRAP_WIDTHS.start or SENTENCE_END.search(ahead) or BULLET.match(body):
        return False
    return body[0].islower() or (capitals and body[0].isalnum())


def _merge_underlines(units: list[Unit]) -> list[Unit]:
    """Turn a line with === or --- below it into a heading, and every rule of such characters into boilerplate."""
    merged: list[Unit] = []
    for unit in units:
        if UNDERLINE.fullmatch(unit.text):
            if merged and merged[-1].alone and merged[-1].end + 3 > unit.start and len(merged[-1].text) <= MAX_HEADING:
                merged[-1] = replace(merged[-1], kind="heading")
            merged.append(replace(unit, kind="noise"))
        elif not any(character.isalnum() for character in unit.text):
            merged.append(replace(unit, kind="noise"))
        else:
            merged.append(unit)
    return merged


def _mark_headings(units: list[Unit]) -> list[Unit]:
    marked = list(units)
    for i, unit in enumerate(units):
        if unit.alone and WIKI_HEADING.fullmatch(unit.text):
            marked[i] = replace(unit, kind="heading")
    for i, unit in enumerate(units[:-1]):
        if unit.kind not in ("paragraph", "item") or not unit.alone or not looks_like_heading(unit.text):
            continue
        if unit.kind == "item" and not NUMBERED.match(unit.text) and BULLET.match(unit.text):
            continue
        following = units[i + 1]
        opens_prose = bool(following.columns) or (
            following.kind == "paragraph" and len(following.text) > len(unit.text) and _is_prose(following.text)
        )
        if opens_prose and (i == 0 or marked[i - 1].kind in ("heading", "noise") or _is_prose(units[i - 1].text)):
            marked[i] = replace(unit, kind="heading")
    return marked


def _is_prose(text: str) -> bool:
    return bool(SENTENCE_END.search(text)) or len(text) > MAX_HEADING


def _mark_furniture(units: list[Unit]) -> list[Unit]:
    """Mark boilerplate around the article of a saved page; only in mostly prose, and at its edges or repeated."""
    prose = [i for i, unit in enumerate(units) if unit.kind == "paragraph" and _is_prose(unit.text)]
    if len(prose) < 2:
        return units
    repeats = Counter(unit.text for unit in units)
    marked = list(units)
    for i in range(len(units) - 1, -1, -1):
        unit = units[i]
        if unit.columns or unit.kind not in ("paragraph", "item", "heading") or _is_prose(unit.text):
            continue
        at_edge = i < prose[0] or i > prose[-1]
        leads_nowhere = unit.text.endswith((":", "：")) and (i + 1 == len(marked) or marked[i + 1].kind == "noise")
        if is_furniture(unit.text, at_edge=at_edge, repeats=repeats[unit.text], leads_nowhere=leads_nowhere):
            marked[i] = replace(unit, kind="noise")
    return marked


def _title(text: str, units: Sequence[Unit]) -> str:
    headings = [unit for unit in units if unit.kind == "heading" and not unit.columns]
    for unit in units[:10]:
        label = TITLE_LABEL.fullmatch(unit.text)
        if label:
            return label[1]
    links = [set(re.findall(r"\w+", link[0].casefold())) for link in islice(ADDRESS.finditer(text), MAX_COMPARED)]
    for heading in headings[:MAX_COMPARED]:  # the page's address often contains its title
        spelt = heading.text.casefold().replace("’", "").replace("'", "")
        words = {word for word in re.findall(r"\w+", spelt) if len(word) > 2}
        if len(words) > 2 and any(len(words & link) >= 0.7 * len(words) for link in links):
            return heading.text
    first = next((unit for unit in units if unit.kind != "noise"), None)
    return heading_level(first.text)[1] if first and first in headings[:1] else ""


def _with_paths(units: Sequence[Unit], title: str) -> Iterator[Segment]:
    """Give every unit its heading path; only wiki headings have deeper levels."""
    levels: dict[int, str] = {}
    for unit in units:
        if unit.kind == "heading" and not unit.columns:
            level, name = heading_level(unit.text)
            levels = {old: text for old, text in levels.items() if old < level} | {level: name}
            if name == title:
                levels = {}
        yield Segment(unit.start, unit.end, unit.kind, _path(title, levels, unit))


def _path(title: str, levels: dict[int, str], unit: Unit) -> str:
    return heading_path([title, *(levels[i] for i in sorted(levels)), unit.columns if unit.kind == "row" else ""])
