"""Reads reStructuredText with docutils; of unknown directives and roles (Sphinx has many) the text is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rag.errors import LoadError
from rag.load.compose import Block
from rag.load.light.outline import Outline, read_outline, rows_of
from rag.load.parsed import Parsed
from rag.load.tables.cells import EMPTY, Cell
from rag.load.tables.spans import Spanning, Spans
from rag.types import SegmentKind

QUIET = {
    "report_level": 5, "halt_level": 5, "file_insertion_enabled": False, "raw_enabled": False, "_disable_config": True,
    "doctitle_xform": False, "docinfo_xform": False, "sectsubtitle_xform": False, "smart_quotes": False, "syntax_highlight": "none",
}  # fmt: skip
UNREAD = frozenset(
    "toctree contents index highlight currentmodule module meta include image only tabularcolumns default-role".split()
)
CODES = frozenset(
    "code-block sourcecode code prompt console testcode doctest literalinclude parsed-literal highlight".split()
)
HIDDEN = frozenset(
    "comment substitution_definition target system_message raw image pending meta problematic docinfo".split()
)
OPTION = re.compile(r"\s*:[\w-]+:")
LABELLED = frozenset("note warning tip hint important caution danger attention error".split())


def warm_up() -> None:
    """Import what every file needs, before the child process sets its limits."""
    import docutils.parsers.rst.languages.en
    import docutils.readers.standalone  # noqa: F401


def parse_rst(data: bytes, source: str) -> Parsed:
    """Return the text of a reStructuredText document."""
    return read_outline(data, source, lambda text, outline: _blocks(_document(text, source), outline, 0, "paragraph"))


def _document(text: str, source: str) -> Any:
    """Return the docutils tree of a text."""
    from docutils.core import publish_doctree
    from docutils.utils import ApplicationError

    _read_everything()
    try:
        return publish_doctree(text, settings_overrides=QUIET)
    except (ApplicationError, ValueError, IndexError, AttributeError) as error:
        raise LoadError(source, f"it is not reStructuredText ({' '.join(str(error).split())[:200]})") from error


def _read_everything() -> None:
    """Make docutils read unknown directives and roles as text."""
    from docutils import nodes
    from docutils.parsers.rst import Directive, directives, roles

    class Words(Directive):  # type: ignore[misc]
        """A directive whose content is text, or code."""

        has_content = True
        optional_arguments = 1
        final_argument_whitespace = True
        option_spec = None

        def run(self) -> list[Any]:
            if self.name in UNREAD:
                return []
            if self.name in CODES:
                return [nodes.literal_block("\n".join(self.content), "\n".join(self.content))]
            box = nodes.container()
            named = "\n".join(line for line in "".join(self.arguments).splitlines() if not OPTION.match(line))
            if named:
                box += nodes.paragraph(named, named)
            while self.content and OPTION.match(self.content[0]):
                self.content.trim_start()
            self.state.nested_parse(self.content, self.content_offset, box)
            return [box]

    known_directive, known_role = directives.directive, roles.role
    if getattr(known_directive, "reads_everything", False):
        return

    def directive(name: str, language: Any, document: Any) -> Any:
        if name in UNREAD or name in CODES:
            return Words, []
        found, messages = known_directive(name, language, document)
        return (found, messages) if found else (Words, [])

    def words(role: str, raw: str, text: str, line: int, inliner: Any, options: Any = None, content: Any = None) -> Any:
        named = text.split(" <")[0] if text.endswith(">") else text.lstrip("~!")
        return [nodes.inline(raw, named)], []

    def role(name: str, language: Any, line: int, reporter: Any) -> Any:
        found, messages = known_role(name, language, line, reporter)
        return (found, messages) if found else (words, [])

    directive.reads_everything = True  # type: ignore[attr-defined]
    directives.directive, roles.role = directive, role


def _blocks(node: Any, outline: Outline, depth: int, kind: SegmentKind) -> Iterator[Block]:
    """Yield the blocks of a node and its descendants."""
    for child in node.children:
        name = type(child).__name__
        if name in HIDDEN:
            continue
        if name == "section":
            yield from _blocks(child, outline, depth + 1, "paragraph")
        elif name == "title":
            yield outline.enter(max(depth, 1), _words(child))
        elif name == "table":
            titles = (part for part in child.children if type(part).__name__ == "title")
            yield from (outline.block(_words(title), "paragraph") for title in titles)
            yield from (outline.block(row, "row") for row in _rows(child))
        elif name in ("literal_block", "doctest_block", "math_block"):
            yield outline.block(child.astext(), "code")
        elif name in ("field", "option_list_item", "definition_list_item"):
            yield from _pair(child, outline, depth)
        elif name == "line_block":
            yield outline.block("\n".join(_words(line) for line in child.findall(_is_line)), kind)
        elif name in LABELLED:
            yield outline.block(f"{name.capitalize()}: {_words(child)}", "paragraph")
        elif name in ("paragraph", "attribution", "rubric", "caption", "subtitle"):
            yield outline.block(_words(child), kind)
        elif hasattr(child, "children") and child.children:
            yield from _blocks(child, outline, depth, "item" if name in ("list_item", "footnote") else kind)


def _is_line(node: Any) -> bool:
    return type(node).__name__ == "line"


def _pair(node: Any, outline: Outline, depth: int) -> Iterator[Block]:
    """Yield a term with its description; anything beyond one paragraph follows."""
    names = [child for child in node.children if type(child).__name__ in ("field_name", "option_group", "term")]
    bodies = [child for child in node.children if child not in names and type(child).__name__ != "classifier"]
    parts = [part for name in names for part in (name.children if type(name).__name__ == "option_group" else [name])]
    name = ", ".join(map(_words, parts))
    paragraphs = [child for body in bodies for child in body.children]
    first = paragraphs[0] if paragraphs and type(paragraphs[0]).__name__ == "paragraph" else None
    yield outline.block(f"{name}: {_words(first)}" if first is not None else f"{name}:", "item")
    for body in bodies:
        if first in body.children:
            body.remove(first)
        yield from _blocks(body, outline, depth, "item")


def _rows(table: Any) -> Iterator[str]:
    """Yield the rows of a table; those of a table in one of its cells are words of that cell."""
    for group in (child for child in table.children if type(child).__name__ == "tgroup"):
        parts = [(type(part).__name__, part.children) for part in group.children]
        spans = Spans()
        rows = [row for name, rows in parts if name in ("thead", "tbody") for row in rows]
        grid = [spans.row(map(_cell, row.children)) for row in rows]
        yield from rows_of(grid, heads=sum(len(rows) for name, rows in parts if name == "thead"))


def _cell(entry: Any) -> Spanning:
    words = _words(entry)
    return Cell(words) if words else EMPTY, 1 + entry.get("morecols", 0), 1 + entry.get("morerows", 0)


def _words(node: Any) -> str:
    """Return the text of a node, without footnote markers."""
    parts: list[str] = []
    for child in node.children:
        name = type(child).__name__
        if name == "Text":
            parts.append(child.astext())
        elif (name not in HIDDEN and name not in ("footnote_reference", "citation_reference")) or name == "problematic":
            parts.append(_words(child))
            parts.append(" " if name in ("paragraph", "list_item") else "")
    return " ".join("".join(parts).split())
