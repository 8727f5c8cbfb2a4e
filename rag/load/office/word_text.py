"""Reads the text of a Word paragraph across its runs, and its notes, comments and drawings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rag.load.office.formula import linear
from rag.load.office.package import attribute, child, children, chosen, is_on, local
from rag.load.office.word_styles import Style

INSIDE = frozenset("hyperlink ins moveTo smartTag sdt sdtContent fldSimple bdo dir customXml".split())
LEFT_OUT = frozenset(["del", "moveFrom"])
MARKS = frozenset(["footnoteReference", "endnoteReference", "commentReference"])
AFTER_WORD = re.compile(r"[^\W\d_]{3}[.,;:!?”\")]*\Z")
NOTE_SIGN = re.compile(r"\d{1,3}|[*†‡§]{1,3}")
SMALLEST = 3  # half points


@dataclass(slots=True)
class Words:
    """The text of a paragraph."""

    parts: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    marks: list[tuple[str, str]] = field(default_factory=list)  # (kind of reference, id)
    drawn: list[Any] = field(default_factory=list)  # drawings in their order
    light: bool = False  # True if some of it is not bold

    @property
    def text(self) -> str:
        """The visible text."""
        return "".join(self.parts)

    @property
    def strong(self) -> bool:
        """True if all of it is bold."""
        return not self.light and bool(self.text.strip())


def words_of(paragraph: Any, style: Style, styles: Mapping[str, Style]) -> Words:
    """Return the text of a paragraph, with insertions and without deletions; `styles` are those of its runs, by id."""
    words = Words()
    _walk(paragraph, words, style, styles)
    return words


def _walk(element: Any, words: Words, style: Style, styles: Mapping[str, Style]) -> None:
    for inner in element:
        name = local(inner)
        if name == "r":
            _run(inner, words, style, styles)
        elif name in INSIDE:
            _walk(inner, words, style, styles)
        elif name == "AlternateContent":
            held = chosen(inner)
            if held is not None:
                _walk(held, words, style, styles)
        elif name in ("oMath", "oMathPara"):
            words.parts.append(linear(inner))


def _run(run: Any, words: Words, style: Style, styles: Mapping[str, Style]) -> None:
    properties = child(run, "rPr")
    named = child(properties, "rStyle")
    own = styles.get(attribute(named, "val"), Style()) if named is not None else Style()
    vanish = child(properties, "vanish")
    by_style = style.hidden if own.hidden is None else own.hidden
    hidden = (is_on(vanish) if vanish is not None else bool(by_style)) or _is_unseen(run, properties, own, style)
    raised = child(properties, "vertAlign")
    superscript = raised is not None and attribute(raised, "val") == "superscript"
    said: list[str] = []
    for inner in run:
        _piece(inner, said, words, style)
    text = "".join(said)
    if superscript and NOTE_SIGN.fullmatch(text.strip()) and AFTER_WORD.search(words.text[-12:]):
        return  # a note marker, not part of the word
    (words.hidden if hidden else words.parts).append(text)
    bold = style.bold if child(properties, "b") is None else is_on(child(properties, "b"))
    words.light = words.light or (bool(text.strip()) and not bold)


def _is_unseen(run: Any, properties: Any, own: Style, style: Style) -> bool:
    """Return True if text is too small to see, or white on a background that is not known to be coloured.

    A run's own settings come before those of its character style, and these before those of its paragraph's style.
    """
    sized, coloured = child(properties, "sz"), child(properties, "color")
    size = attribute(sized, "val") if sized is not None else own.size or style.size
    colour = attribute(coloured, "val").upper() if coloured is not None else own.colour or style.colour
    if size.isdigit() and int(size) <= SMALLEST:
        return True
    if colour != "FFFFFF" or own.grounded or style.grounded:
        return False
    around = [inner for inner in run.iterancestors() if local(inner) in ("p", "tbl", "txbxContent", "background")]
    on_colour = any(child(properties, name) is not None for name in ("shd", "highlight"))
    return not on_colour and all(local(inner) == "p" and child(inner, "pPr", "shd") is None for inner in around)


def _piece(piece: Any, said: list[str], words: Words, style: Style) -> None:
    name = local(piece)
    if name == "t":
        said.append(piece.text or "")
    elif name in ("tab", "ptab"):
        said.append("\t")
    elif name in ("br", "cr"):
        said.append("\n")
    elif name == "noBreakHyphen":
        said.append("-")
    elif name in MARKS:
        words.marks.append((name.removesuffix("Reference"), attribute(piece, "id")))
    elif name == "AlternateContent":
        held = chosen(piece)
        for inner in held if held is not None else ():
            _piece(inner, said, words, style)
    elif name in ("drawing", "pict", "object"):
        words.drawn.append(piece)
    elif name == "fldChar":
        said.append(_form_field(child(piece, "ffData")))


def _form_field(data: Any) -> str:
    """Return the value of a legacy form field that is not text: a tick, or the chosen list entry."""
    box = child(data, "checkBox")
    if box is not None:
        state = child(box, "checked")
        return "☒" if is_on(state if state is not None else child(box, "default")) else "☐"
    choice = child(data, "ddList")
    if choice is None:
        return ""
    entries = [attribute(entry, "val") for entry in children(choice, "listEntry")]
    result = child(choice, "result")
    index = attribute(result, "val") if result is not None else "0"
    return entries[int(index)] if index.isdigit() and int(index) < len(entries) else ""
