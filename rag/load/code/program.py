"""Reads programs: each function, class and statement is a piece of code under the names of its enclosing definitions.

The text is the file's own. Definitions are recognised by a form that most languages share: a keyword and a name, or a
name with parentheses before an opening brace. Lines indented below them belong to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from rag.load.decode import decode
from rag.load.parsed import Parsed, heading_path, require_text
from rag.types import Segment

LINE = re.compile(r"[^\r\n]+")
KEYWORD = re.compile(
    r"[ \t]*(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|virtual|override|inline|extern|"
    r"pub(?:\([^)]*\))?|const|unsafe|open|sealed|data|partial|declare|local)\s+)*"
    r"(?:def|class|func|fun|fn|function|sub|procedure|struct|enum|union|interface|trait|impl|protocol|module|namespace|object|"
    r"extension|macro_rules!|defmodule|defp?|message|service|type)(?:\s*<[^<>]*>)?\s+(?:\([^()]*\)\s*)?([\w$:.*~!?-]+)",
)
CREATE = re.compile(
    r"[ \t]*create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?(?:unique\s+)?(?:table|view|function|procedure|index|trigger|type)\s+"
    r"(?:if\s+not\s+exists\s+)?([\w.\"`\[\]]+)",
    re.IGNORECASE,
)
ASSIGNED = re.compile(
    r"[ \t]*(?:export\s+)?(?:const|let|var)\s+([\w$]+)\s*(?::[^=]+)?=\s*(?:async\s+)?(?:function\b|\([^()]*\)\s*(?::\s*[\w<>\[\]]+\s*)?=>|\w+\s*=>)"
)
C_LIKE = re.compile(
    r"[ \t]*(?:[\w:<>,*&\[\]~]+[ \t]+)+[*&]*([\w:~]+)\s*\([^;{}]*\)\s*(?:const\s*|throws\s+[\w., ]+)?\{?\s*$"
)
SHELL = re.compile(r"[ \t]*([\w-]+)\s*\(\)\s*\{")
TARGET = re.compile(r"([\w./%-]+)\s*:(?!=)[^=]*$")  # of a makefile
STATEMENT = re.compile(
    r"(?:if|else|elif|for|while|switch|case|return|do|try|catch|except|with|until|unless|new|throw|await|using)\b"
)
HUNK = re.compile(r"(?:diff |Index: |--- |@@ )")
COMMENT = re.compile(r"[ \t]*(?:#|//|/\*|\*|--|;|%|'|\"\"\"|@|\[)")
CLOSING = re.compile(r"[ \t]*(?:[\])}>]+[;,]?|end\b.*|fi|done|esac)\s*$")
LARGEST = 1_400  # characters of a piece; a longer one is split at an empty line


@dataclass(slots=True)
class Piece:
    """A group of lines: its span, its path, and its flags for adding more lines."""

    start: int
    end: int
    path: tuple[str, ...]
    whole: bool = False  # a complete statement
    comments: bool = True  # only comments so far


@dataclass(slots=True)
class Names:
    """The definitions around a line, each with its indentation."""

    held: list[tuple[int, str]] = field(default_factory=list)

    def at(self, indent: int, *, closing: bool) -> tuple[str, ...]:
        """Return the definitions around a line of this indentation."""
        self.held = [(depth, name) for depth, name in self.held if depth < indent or (closing and depth == indent)]
        return tuple(name for _, name in self.held)


def parse_program(data: bytes, source: str) -> Parsed:
    """Return the text of a program with its functions, classes and statements."""
    text = decode(data, source)
    require_text(text, source)
    title = PurePosixPath(source).name
    changes = PurePosixPath(source).suffix.lower() in (".diff", ".patch")
    pieces = _hunks(text) if changes else _pieces(text, makefile=_is_makefile(source))
    return Parsed(title, text, tuple(Segment(p.start, p.end, "code", heading_path([title, *p.path])) for p in pieces))


def _is_makefile(source: str) -> bool:
    path = PurePosixPath(source.lower())
    return path.suffix == ".mk" or path.name == "makefile"


def _pieces(text: str, *, makefile: bool) -> Iterator[Piece]:
    names, piece, last_end = Names(), None, 0
    for match in LINE.finditer(text):
        line = match.group()
        if not line.strip():
            continue
        indent = len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip())
        comment, closing = COMMENT.match(line) is not None, CLOSING.match(line) is not None
        gap = len(re.findall(r"\n|\r(?!\n)", text[last_end : match.start()])) > 1
        path = names.at(indent, closing=closing)
        name = "" if comment else _defined(line, indent, makefile)
        if name:
            names.held.append((indent, name))
            path = (*path, name)
        start = match.start() + len(line) - len(line.lstrip())
        end = match.start() + len(line.rstrip())
        if piece is None or _opens(piece, path, name, end, indent, comment=comment, closing=closing, gap=gap):
            if piece:
                yield piece
            piece = Piece(start, end, path, comments=comment)
        else:
            piece.end, piece.path = end, path if piece.comments else piece.path
            piece.comments = piece.comments and comment
        piece.whole = not path and not comment
        last_end = match.end()
    if piece:
        yield piece


def _opens(
    piece: Piece, path: tuple[str, ...], name: str, end: int, indent: int, *, comment: bool, closing: bool, gap: bool
) -> bool:
    """Return True if a line begins a new piece: another definition, another statement, or too much for one."""
    if piece.comments:
        return gap and not (path and path == piece.path)
    if name or (gap and path != piece.path):
        return True
    if not path and not piece.path:
        return gap or (piece.whole and indent == 0 and not closing)
    if comment and path != piece.path:
        return True
    return end - piece.start > LARGEST and (gap or end - piece.start > 2 * LARGEST)


def _defined(line: str, indent: int, makefile: bool) -> str:
    """Return the name that a line defines, or an empty string."""
    found = KEYWORD.match(line) or CREATE.match(line) or ASSIGNED.match(line) or SHELL.match(line)
    if found is None and makefile and indent == 0:
        found = TARGET.match(line)
    if (
        found is None
        and not STATEMENT.match(line.lstrip())
        and line.rstrip().endswith(("{", ")") if indent == 0 else "{")
    ):
        found = C_LIKE.match(line[:300])
    return found[1].strip('"`[]:.') if found else ""


def _hunks(text: str) -> Iterator[Piece]:
    """Yield the hunks of a patch under the file that they change."""
    piece: Piece | None = None
    file = ""
    for match in LINE.finditer(text):
        line = match.group()
        if line.startswith("+++ "):
            file = line[4:].split("\t")[0].strip().removeprefix("b/")
        begins = HUNK.match(line) is not None
        if (
            piece is None
            or (begins and not (line.startswith(("--- ", "@@")) and piece.comments))
            or match.end() - piece.start > LARGEST
        ):
            if piece:
                yield piece
            piece = Piece(match.start(), match.end(), ())
        piece.end, piece.path = match.end(), (file,) if file else ()
        piece.comments = begins or line.startswith(
            ("index ", "+++ ", "new file", "deleted file", "similarity ", "rename ")
        )
    if piece:
        yield piece
