"""Reads Org files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from rag.load.compose import Block, compose
from rag.load.decode import decode
from rag.load.light.outline import Outline, pipe_rows
from rag.load.parsed import Parsed, require_text

HEADING = re.compile(r"(\*+)\s+(\S.*)$")
TAGS = re.compile(r"\s(:[\w@#%:]+:)\s*$")
KEYWORD = re.compile(r"\s*#\+(\w+):\s*(.*)$")
BEGIN = re.compile(r"\s*#\+begin_(\w+)", re.IGNORECASE)
DRAWER = re.compile(r"\s*:([\w-]+):\s*$")
PLANNED = re.compile(r"\s*(?:(?:SCHEDULED|DEADLINE|CLOSED):\s*[<\[][^>\]]+[>\]]\s*)+$")
PLAN = re.compile(r"(SCHEDULED|DEADLINE|CLOSED):\s*[<\[]([^>\]]+)[>\]]")
ITEM = re.compile(r"\s*(?:[-+]|\d{1,3}[.)])\s+(?:\[[ xX-]\]\s+)?(\S.*)$")
TERM = re.compile(r"(?<=\S)\s{1,4}::\s")
TABLE = re.compile(r"\s*\|")
RULE = re.compile(r"\s*\|-")
CODE = frozenset(("src", "example", "export"))
INLINE = (
    (re.compile(r"\[\[[^\]]*\]\[([^\]]*)\]\]"), r"\1"),
    (re.compile(r"\[\[([^\]]*)\]\]"), r"\1"),
    (re.compile(r"\[fn:[^\]]*\]"), ""),
    (re.compile(r"(?<![\w~=])([*/_=~+])(?=\S)(.+?)(?<=\S)\1(?![\w~=])"), r"\2"),
)
TITLES = ("title", "author", "date", "description")


def parse_org(data: bytes, source: str) -> Parsed:
    """Return the text of an Org file; a task's state and dates stand with its name."""
    text = decode(data, source)
    require_text(text, source)
    outline = Outline()
    blocks = list(_blocks(text.splitlines(), outline))
    title = outline.title or PurePosixPath(source).stem
    return compose(outline.titled(blocks, title), source, title=title)


def plain(text: str) -> str:
    """Return a text without the marks inside its lines."""
    for mark, shown in INLINE:
        text = mark.sub(shown, text)
    return text.strip()


def _blocks(lines: list[str], outline: Outline) -> Iterator[Block]:
    paragraph: list[str] = []
    kind, at = "paragraph", 0

    def flush() -> Iterator[Block]:
        nonlocal paragraph, kind
        if paragraph:
            yield outline.block(plain(" ".join(paragraph)), "item" if kind == "item" else "paragraph")
        paragraph, kind = [], "paragraph"

    while at < len(lines):
        line = lines[at].rstrip()
        at += 1
        heading, begin, item = HEADING.match(line), BEGIN.match(line), ITEM.match(line)
        if heading:
            yield from flush()
            yield from _heading(heading, outline, lines[at] if at < len(lines) else "")
        elif begin:
            yield from flush()
            end = next(
                (i for i in range(at, len(lines)) if lines[i].strip().lower() == f"#+end_{begin[1].lower()}"),
                len(lines),
            )
            if begin[1].lower() in CODE:
                yield outline.block("\n".join(lines[at:end]), "code")
                at = end + 1
        elif (named := KEYWORD.match(line)) and not paragraph:
            yield from _keyword(named[1].lower(), plain(named[2]), outline)
        elif (drawer := DRAWER.match(line)) and drawer[1].upper() != "END":
            at = next((i for i in range(at, len(lines)) if lines[i].strip().upper() == ":END:"), at - 1) + 1
        elif PLANNED.match(line) or not line or line.lstrip().startswith(("# ", "#+")):
            yield from flush()
        elif TABLE.match(line):
            yield from flush()
            end = next((i for i in range(at, len(lines)) if not TABLE.match(lines[i])), len(lines))
            rows = [line, *lines[at:end]]
            cells = [[plain(cell) for cell in row.strip().strip("|").split("|")] for row in rows if not RULE.match(row)]
            heads = len(rows) > 2 and RULE.match(rows[1]) is not None
            yield from (outline.block(row, "row") for row in pipe_rows(cells, heads=heads))
            at = end
        elif item:
            yield from flush()
            paragraph, kind = [TERM.sub(": ", item[1], count=1)], "item"
        else:
            paragraph.append(line.strip())
    yield from flush()


def _keyword(name: str, value: str, outline: Outline) -> Iterator[Block]:
    if name == "title":
        outline.title = outline.title or value
    if name in TITLES and value and name != "title":
        yield outline.block(f"{name.capitalize()}: {value}", "item")


def _heading(found: re.Match[str], outline: Outline, below: str) -> Iterator[Block]:
    """Enter a heading; a task is also an item with its state, its tags and its dates."""
    words = found[2]
    tags = TAGS.search(words)
    words = TAGS.sub("", words).rstrip()
    state = re.match(r"([A-Z]{3,12})\s+(?:\[#\w\]\s+)?", words)
    name = plain(re.sub(r"\[#\w\]\s*", "", words[state.end() :] if state else words))
    yield outline.enter(len(found[1]), name)
    facts = [f"State: {state[1]}"] if state else []
    if PLANNED.match(below):
        facts += [f"{what.capitalize()}: {_stamp(when)}" for what, when in PLAN.findall(below)]
    facts += [f"Tags: {', '.join(filter(None, tags[1].split(':')))}"] if tags else []
    if facts:
        yield outline.block(" | ".join([f"Task: {name}" if state else f"Entry: {name}", *facts]), "row")


def _stamp(when: str) -> str:
    return re.sub(r"\s+", " ", when).strip()
