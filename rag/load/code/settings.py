"""Reads settings files (YAML, TOML, INI, properties): each setting with the comment above it, under its section.

The text is the file's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from rag.load.decode import decode
from rag.load.parsed import Parsed, heading_path, require_text
from rag.types import Segment

LINE = re.compile(r"[^\r\n]+")
BREAK = re.compile(r"\n|\r(?!\n)")
SECTION = re.compile(r"\[+([^\[\]\r\n]+)\]+[ \t]*(?:[#;].*)?$")
KEY = re.compile(r"([ \t]*)(- )?([\w.$/@'\"-][^:=#\r\n]{0,100}?)\s*[:=](?:\s+|$)")
OPEN = re.compile(  # a key with its value on the following lines
    r"[^:\r\n]+:(?:\s+(?:[|>][+-]?\d?|&\S+))?\s*(?:#.*)?$"
)
NO_ITEM = 1_000  # indentation
COMMENT = re.compile(r"[ \t]*[#;!]")


def parse_settings(data: bytes, source: str) -> Parsed:
    """Return the text of a settings file with its settings as segments."""
    text = decode(data, source)
    require_text(text, source)
    title = PurePosixPath(source).name
    return Parsed(title, text, tuple(_segments(text, title, nested=source.lower().endswith((".yaml", ".yml")))))


def _segments(text: str, title: str, *, nested: bool) -> Iterator[Segment]:
    """Yield the settings; in YAML a key without a value is the heading of the lines indented below it."""
    section = ""
    above: list[tuple[int, str]] = []
    held: Segment | None = None  # a setting that may continue, or comments before their setting
    waiting, before, item = False, 0, NO_ITEM
    for match in LINE.finditer(text):
        line = match.group()
        if not any(character.isalnum() for character in line):
            continue
        start, end = match.start() + len(line) - len(line.lstrip()), match.start() + len(line.rstrip())
        gap = len(BREAK.findall(text, before, match.start())) > 1
        before = match.end()
        comment = COMMENT.match(line) is not None
        found = None if nested or comment else SECTION.match(line)
        key = None if found or comment else KEY.match(line)
        depth = len(key[1]) + 2 * bool(key[2]) if key else 0
        if key:
            above = [(indent, name) for indent, name in above if indent < depth]
        opens = key is not None and nested and OPEN.match(line) is not None
        if found:
            section = found[1].strip("'\" \t")
        if key and opens:
            above.append((depth, key[3].strip("'\" ")))
        path = heading_path([title, section, *(name for _, name in above)])
        inside = key is not None and not key[2] and depth >= item and not opens  # another setting of a list item
        item = depth if key and key[2] else item if inside or not key else NO_ITEM
        goes_on = inside or not (found or comment or key)  # or a list item, or a value over several lines
        if held and not (found or opens) and ((waiting and not gap) or (goes_on and not waiting)):
            held = replace(held, end=end, heading=path if waiting else held.heading)
        else:
            if held:
                yield held
            held = Segment(start, end, "heading" if found or opens else "code", path)
        waiting = comment
        if found or opens:
            yield held
            held = None
    if held:
        yield held
