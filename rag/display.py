"""Renders an answer in a notebook, as Markdown or HTML; tags, links, images and escape sequences are inert."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from html import escape
from typing import NamedTuple

LONGEST = 60  # characters of a text in a repr
INVISIBLE = frozenset(
    {"Cc", "Cf", "Cs", "Co", "Cn"}
)  # controls, bidi overrides, tags, surrogates, private use, unassigned
KEPT = frozenset("\n\t\u200c\u200d")  # joiners shape Persian, Indic scripts and emoji
LIVE = re.compile(r"\\*(?:<(?=[a-zA-Z/!?])|(?<!\w)!(?=\[))")  # what begins HTML or an image in Markdown
LINKED = re.compile(r"\\*(?:://|(?<=www)\.|@|\$)", re.IGNORECASE)  # addresses, formulas: live in many viewers
UNTYPESET = "tex2jax_ignore mathjax_ignore"  # MathJax leaves it alone, in its versions 2 and 3


class Note(NamedTuple):
    """The parts of a citation that are shown."""

    marker: int
    place: str  # file, span and page
    quote: str


def shortened(text: str, limit: int = LONGEST) -> str:
    """Return a text in quotes on one line, cut to `limit` characters."""
    line = " ".join(text.split())
    return repr(line if len(line) <= limit else line[: limit - 1] + "…")


def plain(text: str) -> str:
    """Drop invisible characters that reorder or hide the text beside them; every line break becomes `\\n`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in KEPT or unicodedata.category(c) not in INVISIBLE)


def escaped(json_text: str) -> str:
    """Return JSON with invisible characters escaped: a program reads the same value, a terminal executes nothing."""
    return "".join(
        c if c in KEPT or unicodedata.category(c) not in INVISIBLE else json.dumps(c)[1:-1] for c in json_text
    )


def dead(text: str) -> str:
    """Return a text with everything escaped that Markdown would turn into a link, an image or HTML."""
    return LIVE.sub(_escaped, _unlinked(plain(text)))


def markdown(text: str, notes: Iterable[Note]) -> str:
    """Return an answer as Markdown, its quotes listed below it."""
    quotes = [f"{note.marker}. {_inert(note.place)}: “{_inert(' '.join(note.quote.split()))}”" for note in notes]
    return "\n".join([_inert(text), "", *quotes]).strip()


def html(text: str, notes: Iterable[Note]) -> str:
    """Return an answer as HTML; each citation below it opens to show its quote."""
    from markdown_it import MarkdownIt  # imported here: `import rag` does not need it

    parser = (
        MarkdownIt("commonmark", {"html": False}).enable("table").disable(["link", "image", "autolink", "reference"])
    )
    quotes = [
        f"<details><summary>[{note.marker}] {escape(plain(note.place))}</summary>"
        f'<blockquote style="white-space: pre-wrap">{escape(plain(note.quote))}</blockquote></details>'
        for note in notes
    ]
    return f'<div class="{UNTYPESET}">{parser.render(plain(text))}{"".join(quotes)}</div>'


def _inert(text: str) -> str:
    """Return text with every tag, link, address, image and formula escaped."""
    text = plain(text).replace("&", "&amp;").replace("<", "&lt;")
    return LINKED.sub(_escaped, _unlinked(text))


def _unlinked(text: str) -> str:
    return text.replace("](", "]\\(").replace("][", "]\\[").replace("]:", "]\\:")


def _escaped(found: re.Match[str]) -> str:
    """Escape the last sign; backslashes before it would undo that, and are escaped too."""
    slashes = len(found.group()) - len(found.group().lstrip("\\"))
    return "\\" * (2 * slashes + 1) + found.group().lstrip("\\")
