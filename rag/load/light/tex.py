"""Reads LaTeX documents: sections, paragraphs, items, tables and notes, without commands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from rag.load.compose import Block
from rag.load.light.outline import Outline, pipe_rows, read_outline
from rag.load.light.tex_words import ACCENTS, DROPPED, KEPT_SECOND, SYMBOLS, UNITS
from rag.load.parsed import Parsed
from rag.types import SegmentKind

COMMENT = re.compile(r"(?<!\\)%[^\n]*(?:\n[ \t]*(?=\S))?")
BODY = re.compile(r"\\begin\s*\{document\}(.*?)(?:\\end\s*\{document\}|\Z)", re.DOTALL)
NAMED = re.compile(r"\\(title|author|date)\s*(?:\[[^\]]*\])?\s*\{")
SECTIONS = {
    "part": 1,
    "chapter": 2,
    "section": 3,
    "subsection": 4,
    "subsubsection": 5,
    "paragraph": 6,
    "subparagraph": 7,
}
STRUCTURE = re.compile(
    r"\\(?P<section>part|chapter|(?:sub){0,2}section|(?:sub)?paragraph)\*?\s*(?:\[[^\]]*\])?\s*(?=\{)|\\item\b\s*(?:\[(?P<label>[^\]]*)\])?|"
    r"\\begin\s*\{(?P<begin>\w+)\*?\}(?:\s*\[[^\]]*\])?|\\end\s*\{(?P<end>\w+)\*?\}|\\caption\*?\s*(?:\[[^\]]*\])?\s*(?P<caption>(?=\{))|\n\s*\n"
)
CODE = frozenset("verbatim lstlisting minted alltt Verbatim".split())
TABLES = frozenset("tabular tabularx tabulary longtable supertabular array".split())
MATH = frozenset("equation align gather multline displaymath eqnarray math".split())
UNREAD = frozenset("tikzpicture pgfpicture filecontents comment thebibliography".split())
ROW_END = re.compile(r"\\\\\*?(?:\[[^\]]*\])?|\\tabularnewline\b")
RULES = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule|endhead|endfirsthead|endfoot|endlastfoot)\b|\\c(?:mid|)line\s*(?:\([^)]*\))?\s*\{[^}]*\}"
)
COLUMNS = re.compile(r"\\multi(?:column|row)\s*\{[^{}]*\}\s*\{[^{}]*\}\s*\{([^{}]*)\}")
MACRO = re.compile(r"\\([A-Za-z@]+)\*?\s*|\\([^A-Za-z@])|([{}$~^_&])")
OPTIONS = re.compile(r"\[[^\[\]]*\]\s*")
BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
LOOSE = re.compile(r" ([,.;:!?)])")  # in a text with normalised blanks
JOINS = re.compile(r"\\and\b")
MAX_GROUP = 4_000  # characters in braces
MAX_DEPTH = 30


def parse_tex(data: bytes, source: str) -> Parsed:
    """Return the text of a LaTeX document."""
    return read_outline(data, source, _document)


def _document(text: str, outline: Outline) -> Iterator[Block]:
    """Yield the author and date of a document, then the blocks of its body."""
    text = COMMENT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    named = {match[1]: plain_tex(_together(_group(text, match.end() - 1)[0])) for match in NAMED.finditer(text)}
    outline.title = named.get("title", "").replace("\n", " ")
    body = BODY.search(text)
    yield from (Block(f"{name.capitalize()}: {named[name]}", "item") for name in ("author", "date") if named.get(name))
    yield from _blocks(body[1] if body else text, outline)


def _together(names: str) -> str:
    """Return names separated by semicolons, where LaTeX joins them by a command."""
    return "; ".join(name.strip() for name in JOINS.split(names))


def _blocks(text: str, outline: Outline) -> Iterator[Block]:
    """Yield the blocks of a body, split at structural commands."""
    at, kind, lists = 0, "paragraph", 0
    label = ""
    while match := STRUCTURE.search(text, at):
        yield from _said(label + text[at : match.start()], kind, outline)
        label, at = "", match.end()
        begin = match["begin"] or ""
        if match["section"]:
            name, at = _group(text, at)
            yield outline.enter(SECTIONS[match["section"]], plain_tex(name).replace("\n", " "))
            kind = "paragraph"
        elif match["caption"] is not None:
            name, at = _group(text, at)
            yield from _said(name, "paragraph", outline)
        elif begin in CODE or begin in TABLES or begin in UNREAD:
            end = text.find(f"\\end{{{begin}", at)
            end = len(text) if end < 0 else end
            yield from _environment(begin, text[at:end], outline)
            at = end
        elif begin in MATH:
            pass  # a formula is part of its sentence
        elif match[0].startswith("\\item"):
            kind = "item"
            label = f"{match['label']}: " if match["label"] else ""
        elif begin in ("itemize", "enumerate", "description"):
            lists += 1
        elif match["end"] in ("itemize", "enumerate", "description"):
            lists -= 1
            kind = "item" if lists > 0 else "paragraph"
    yield from _said(label + text[at:], kind, outline)


def _said(text: str, kind: str, outline: Outline) -> Iterator[Block]:
    said = LOOSE.sub(r"\1", " ".join(plain_tex(text).split()))
    if any(character.isalnum() for character in said):
        shown: SegmentKind = "item" if kind == "item" else "paragraph"
        yield outline.block(said, shown)


def _environment(name: str, text: str, outline: Outline) -> Iterator[Block]:
    """Yield the code, rows or references of an environment."""
    if name in CODE:
        yield outline.block(text.strip("\n"), "code")
    elif name in TABLES:
        while text.lstrip().startswith(("{", "[")):  # its width and columns
            text = (
                OPTIONS.sub("", text.lstrip(), count=1)
                if text.lstrip()[0] == "["
                else text[_group(text, text.index("{"))[1] :]
            )
        lines = [row for row in ROW_END.split(text) if row.strip()]
        heads = len(lines) > 2 and RULES.match(lines[1].lstrip()) is not None
        rows = [RULES.sub("", COLUMNS.sub(r"\1", row)) for row in lines]
        cells = [
            [" ".join(plain_tex(cell).split()) for cell in re.split(r"(?<!\\)&", row)] for row in rows if row.strip()
        ]
        yield from (outline.block(row, "row") for row in pipe_rows(cells, heads=heads))
    elif name == "thebibliography":
        for work in re.split(r"\\bibitem\s*(?:\[[^\]]*\])?\s*\{[^}]*\}", text)[1:]:
            yield from _said(work, "item", outline)


def _group(text: str, at: int) -> tuple[str, int]:
    """Return the content of the braces that open here, and their end; a single character without braces."""
    if at >= len(text) or text[at] != "{":
        return text[at : at + 1], at + 1
    depth = 0
    for match in BRACES.finditer(text, at, at + MAX_GROUP):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return text[at + 1 : match.start()], match.end()
    return text[at + 1 : at + MAX_GROUP], min(len(text), at + MAX_GROUP)


def plain_tex(text: str, depth: int = 0) -> str:
    """Return a text without commands: accents as letters, symbols as characters, formatted text plain."""
    parts: list[str] = []
    at = 0
    while match := MACRO.search(text, at):
        parts.append(text[at : match.start()])
        at = match.end()
        name, sign, mark = match[1], match[2], match[3]
        if mark:
            parts.append(" " if mark in "~&" else "" if mark in "{}$" else mark)
        elif (name or sign) in ACCENTS and (name is None or len(name) == 1):
            letter, at = _group(text, at + (len(text[at:]) - len(text[at:].lstrip())))
            parts.append(_accented(letter, ACCENTS[name or sign], depth))
        elif sign:
            parts.append(
                {"\\": "\n", ",": " ", ";": " ", ":": " ", " ": " ", "-": "", "/": "", "!": ""}.get(
                    sign, "" if sign in "()[]" else sign
                )
            )
        elif name in SYMBOLS:
            parts.append(SYMBOLS[name] + (" " if match[0].endswith((" ", "\n")) else ""))
        elif depth < MAX_DEPTH:
            said, at = _command(name, text, at, depth)
            parts.append(said)
    text = "".join([*parts, text[at:]])
    return (
        text.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”").strip() if not depth else text
    )


def _command(name: str, text: str, at: int, depth: int) -> tuple[str, int]:
    """Return the output of a command, and the end of its arguments."""
    options = OPTIONS.match(text, at)
    at = options.end() if options else at
    if name in ("SI", "qty", "num", "si", "unit"):
        first, at = _group(text, at)
        second, at = _group(text, at) if name in ("SI", "qty") and text[at : at + 1] == "{" else ("", at)
        value, unit = ("", first) if name in ("si", "unit") else (first, second)
        return " ".join(filter(None, (plain_tex(value, depth + 1), _unit(unit)))), at
    if name in DROPPED:
        while text[at : at + 1] in ("{", "["):
            option = OPTIONS.match(text, at)
            at = _group(text, at)[1] if text[at] == "{" else option.end() if option else at + 1
        return "", at
    if text[at : at + 1] != "{":
        return "", at
    shown, at = _group(text, at)
    if name in KEPT_SECOND and text[at : at + 1] == "{":
        shown, at = _group(text, at)
    if name == "frac" and text[at : at + 1] == "{":
        below, at = _group(text, at)
        shown = f"{shown}/{below}"
    said = plain_tex(shown, depth + 1)
    return f" ({said.strip()})" if name in ("footnote", "thanks") else said, at


def _accented(letter: str, accent: str, depth: int) -> str:
    plain = plain_tex(letter, depth + 1) if depth < MAX_DEPTH else letter
    plain = {"ı": "i", "ȷ": "j"}.get(plain, plain)
    return unicodedata.normalize("NFC", plain[:1] + accent) + plain[1:]


def _unit(text: str) -> str:
    """Return a unit as printed: MPa, km/h."""
    spelt = re.sub(r"\\per(?![a-z])\s*", "/", text)
    spelt = re.sub(r"\\([A-Za-z]+)\s*", lambda match: UNITS.get(match[1], match[1]), spelt)
    return re.sub(r"[{}~]", "", spelt).replace(".", " ").strip()
