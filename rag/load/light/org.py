"""Reads Org files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.load.compose import Block
from rag.load.light.outline import Lines, Outline, read_outline, rows_of
from rag.load.parsed import Parsed
from rag.load.tables.rows import texts

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
    """Return the text of an Org file; a task's state and dates are kept with its name."""
    return read_outline(data, source, _blocks)


def plain(text: str) -> str:
    """Return a text without inline markup."""
    for mark, shown in INLINE:
        text = mark.sub(shown, text)
    return text.strip()


def _blocks(text: str, outline: Outline) -> Iterator[Block]:
    lines = Lines(text.splitlines(), outline, plain)
    for line in lines:
        if heading := HEADING.match(line):
            yield from lines.flush()
            yield from _heading(heading, outline, lines.below())
        elif begin := BEGIN.match(line):
            yield from lines.flush()
            yield from _block(begin[1].lower(), lines)
        elif (named := KEYWORD.match(line)) and not lines.paragraph:
            yield from _keyword(named[1].lower(), plain(named[2]), outline)
        elif (drawer := DRAWER.match(line)) and drawer[1].upper() != "END":
            _skip(lines)
        elif PLANNED.match(line) or not line or line.lstrip().startswith(("# ", "#+")):
            yield from lines.flush()
        elif TABLE.match(line):
            yield from lines.flush()
            yield from _table(line, lines)
        elif item := ITEM.match(line):
            yield from lines.begin(TERM.sub(": ", item[1], count=1), "item")
        else:
            lines.paragraph.append(line.strip())
    yield from lines.flush()


def _block(name: str, lines: Lines) -> Iterator[Block]:
    """Yield the code of a block; other blocks only delimit text."""
    if name in CODE:
        taken = lines.take(lambda line: line.strip().lower() == f"#+end_{name}")
        yield lines.outline.block("\n".join(taken), "code")


def _skip(lines: Lines) -> None:
    """Skip a drawer, if it is closed."""
    at = lines.at
    lines.take(lambda line: line.strip().upper() == ":END:")
    if lines.at > len(lines.lines):
        lines.at = at


def _table(first: str, lines: Lines) -> Iterator[Block]:
    """Yield the rows of a table whose first line was read."""
    rows = [first, *lines.take(lambda line: not TABLE.match(line))]
    lines.at -= 1  # the line that ends a table is not part of it
    bare = [row.strip().removeprefix("|").removesuffix("|") for row in rows if not RULE.match(row)]
    cells = [[plain(cell) for cell in row.split("|")] for row in bare]
    heads = len(rows) > 2 and RULE.match(rows[1]) is not None
    yield from (lines.outline.block(row, "row") for row in rows_of(texts(cells), heads=int(heads)))


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
