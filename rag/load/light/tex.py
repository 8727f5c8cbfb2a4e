"""Reads LaTeX documents: sections, paragraphs, items, tables and notes, without commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from rag.load.compose import Block
from rag.load.light.outline import Outline, read_outline
from rag.load.light.tex_plain import group, plain_tex
from rag.load.light.tex_tables import TABLES, caption_in, captioned, rows_of
from rag.load.office.word_styles import written
from rag.load.parsed import Parsed, heading_path

COMMENT = re.compile(r"(?<!\\)%[^\n]*(?:\n[ \t]*(?=\S))?")
CONDITION = re.compile(r"\\(if(?!f\b|thenelse\b)[A-Za-z@]*|else|fi)(?![A-Za-z@])")
BODY = re.compile(r"\\begin\s*\{document\}(.*?)(?:\\end\s*\{document\}|\Z)", re.DOTALL)
NAMED = re.compile(r"\\(title|author|date)\s{0,9}(?:\[[^\]]{0,200}\])?\s{0,9}\{")
SECTIONS = {
    "part": 1,
    "chapter": 2,
    "section": 3,
    "subsection": 4,
    "subsubsection": 5,
    "paragraph": 6,
    "subparagraph": 7,
}
STRUCTURE = re.compile(  # bounded, for linear time
    r"\\(?P<section>part|chapter|(?:sub){0,2}section|(?:sub)?paragraph)\*?\s{0,9}(?:\[[^\]]{0,200}\])?\s{0,9}(?=\{)|"
    r"\\item\b\s{0,9}(?:\[(?P<label>[^\]]{0,200})\])?|\\begin\s{0,9}\{(?P<begin>\w{1,40})\*?\}(?:\s{0,9}\[[^\]]{0,200}\])?|"
    r"\\end\s{0,9}\{(?P<end>\w{1,40})\*?\}|\\caption\*?\s{0,9}(?:\[[^\]]{0,200}\])?\s{0,9}(?P<caption>(?=\{))|\n\s*\n"
)
CODE = frozenset("verbatim lstlisting minted alltt Verbatim".split())
LISTS = frozenset(
    "itemize enumerate description compactitem compactenum compactdesc inparaenum list trivlist tasks".split()
)
COUNTED = frozenset("enumerate compactenum inparaenum".split())
FORMS = (("{}.", "decimal"), ("({})", "lowerLetter"), ("{}.", "lowerRoman"), ("{}.", "upperLetter"))  # by depth
WORK = re.compile(r"\\bibitem\s{0,9}(?:\[[^\]]{0,200}\])?\s{0,9}\{[^{}]{0,200}\}")
MATH = frozenset("equation align gather multline displaymath eqnarray math".split())
UNREAD = frozenset("tikzpicture pgfpicture filecontents comment thebibliography".split())
LOOSE = re.compile(r" ([,.;:!?)])")  # in a text with normalised blanks
JOINS = re.compile(r"\\and\b")


def parse_tex(data: bytes, source: str) -> Parsed:
    """Return the text of a LaTeX document."""
    return read_outline(data, source, _document)


def _without_skipped(text: str) -> str:
    """Return a text without what stands between \\iffalse and its \\else or \\fi."""
    parts: list[str] = []
    at = depth = 0  # of conditions inside what is skipped
    for match in CONDITION.finditer(text):
        if depth:
            closes = match[1] == "fi" or (match[1] == "else" and depth == 1)
            depth += -1 if closes else match[1] != "else"
            at = at if depth else match.end()
        elif match[1] == "iffalse":
            parts.append(text[at : match.start()])
            at, depth = match.start(), 1
    return "".join((*parts, text[at:]))


def _document(text: str, outline: Outline) -> Iterator[Block]:
    """Yield the author and date of a document, then the blocks of its body."""
    text = _without_skipped(COMMENT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    named = {match[1]: plain_tex(_together(group(text, match.end() - 1)[0])) for match in NAMED.finditer(text)}
    outline.title = named.get("title", "").replace("\n", " ")
    body = BODY.search(text)
    yield from (Block(f"{name.capitalize()}: {named[name]}", "item") for name in ("author", "date") if named.get(name))
    yield from _blocks(body[1] if body else text, outline)


def _together(names: str) -> str:
    """Return names separated by semicolons, where LaTeX joins them by a command."""
    return "; ".join(name.strip() for name in JOINS.split(names))


@dataclass(slots=True)
class Lists:
    """The lists around the item that is being read: how many items each has so far, None where they are not counted."""

    counts: list[int | None] = field(default_factory=list)
    in_item: bool = False

    def begin(self, name: str) -> None:
        """Enter a list."""
        self.counts.append(0 if name in COUNTED else None)

    def end(self, name: str) -> None:
        """Leave a list; an item of an unknown one ends with whatever environment ends."""
        if name in LISTS and self.counts:
            self.counts.pop()
        self.in_item = self.in_item and bool(self.counts)

    def label(self, own: str | None) -> str:
        """Begin an item; return what stands before it: its own label, or its number as it is printed."""
        self.in_item = True
        if own:
            return f"{own}: "
        if not self.counts or self.counts[-1] is None:
            return ""
        self.counts[-1] += 1
        depth = sum(count is not None for count in self.counts) - 1
        form, letters = FORMS[min(depth, len(FORMS) - 1)]
        return form.format(written(self.counts[-1], letters)) + " "


def _blocks(text: str, outline: Outline) -> Iterator[Block]:
    """Yield the blocks of a body: the text between structure marks."""
    at, lists, label = 0, Lists(), ""
    while match := STRUCTURE.search(text, at):
        yield from _said(label + text[at : match.start()], lists, outline)
        label, at = "", match.end()
        begin = match["begin"] or ""
        if match["section"]:
            name, at = group(text, at)
            yield outline.enter(SECTIONS[match["section"]], plain_tex(name).replace("\n", " "))
            lists = Lists()
        elif match["caption"] is not None:
            name, at = group(text, at)
            yield from _said(name, Lists(), outline)
        elif begin in CODE or begin in TABLES or begin in UNREAD:
            end = _end(text, begin, at)
            yield from _environment(begin, text[at:end], outline, captioned(text, at, end) if begin in TABLES else "")
            at = end
        elif match[0].startswith("\\item"):
            label = lists.label(match["label"])
        elif begin in LISTS:
            lists.begin(begin)
        elif match["end"]:
            lists.end(match["end"])
    yield from _said(label + text[at:], lists, outline)


def _end(text: str, name: str, at: int) -> int:
    """Return where an environment ends, those of its kind inside it passed over."""
    depth = 1
    for match in re.compile(rf"\\(begin|end)\s{{0,9}}\{{{name}\*?\}}").finditer(text, at):
        depth += 1 if match[1] == "begin" else -1
        if not depth or (match[1] == "end" and name in CODE):
            return match.start()
    return len(text)


def _said(text: str, lists: Lists, outline: Outline) -> Iterator[Block]:
    said = LOOSE.sub(r"\1", " ".join(plain_tex(text).split()))
    if any(character.isalnum() for character in said):
        yield outline.block(said, "item" if lists.in_item else "paragraph")


def _environment(name: str, text: str, outline: Outline, caption: str) -> Iterator[Block]:
    """Yield the code, rows or references of an environment."""
    if name in CODE:
        yield outline.block(text.strip("\n"), "code")
    elif name in TABLES:
        own, text = caption_in(text)
        yield from _said(own, Lists(), outline)
        for row in rows_of(text):
            block = outline.block(row.text, row.kind)
            yield replace(block, heading=heading_path([block.heading, own or caption, *row.section]))
    elif name == "thebibliography":
        for work in WORK.split(text)[1:]:
            yield from _said(work, Lists(in_item=True), outline)
