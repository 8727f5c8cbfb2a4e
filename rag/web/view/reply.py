"""Renders an answer's text, a safe subset of Markdown, as inert HTML: paragraphs, lists, steps, tables and code.

Nothing else of Markdown is supported, so documents cannot produce links, images, headings or HTML. Markers become
buttons. Sentences are wrapped in spans marked as worded or quoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rag.display import plain
from rag.types import Sentence
from rag.web import strings
from rag.web.view.escape import attribute, shown

Kind: TypeAlias = Literal["paragraph", "bullet", "step", "table", "code"]
Pill: TypeAlias = Callable[[int], str]

STEP = re.compile(r"(\d{1,4})\. (?=\S)")
DELIMITER = re.compile(r"\|[-:| ]+\|")  # the line under a table's head
FENCE = re.compile(r"(`{3,})[^`]*")
MARKERS = re.compile(r"(?:\s?\[\d{1,4}\])+")
MARKER = re.compile(r"(\s?\[(\d{1,4})\])")
INLINE = re.compile(
    r"`(?P<code>(?:(?!\[\d{1,4}\])[^`\n])+)`|\*\*(?P<strong>[^*\n]+)\*\*"
    r"|(?P<markers>(?:\s?\[\d{1,4}\]){1,4})(?P<stops>[.,;:!?)…。，]{0,3})|(?P<sign>[\ue000-\ue002])"
)
LAST = re.compile(r"(?:[^\s\u2e80-\uffff]{1,20}|\S)$")  # a word; where a script writes none apart, a character
SHORT = 60  # characters of HTML: code or strong words that fit on a line with a button
WORDED, QUOTED, END = (
    "\ue000",
    "\ue001",
    "\ue002",
)  # private-use characters, which `plain` removes from all foreign text
STOPS = ".!?。！？"
AFTER = re.compile(r"[.!?。！？]*(?:\s?\[\d{1,4}\])*[.!?。！？]?")


@dataclass(frozen=True, slots=True)
class Part:
    """A block of an answer: `lines` are items, rows, lines of code, or the lines of a paragraph."""

    kind: Kind
    lines: tuple[str, ...]
    first: int = 1  # the number of the first step
    headed: bool = False  # the first row is the table's head


def reply_html(text: str, sentences: Sequence[Sentence], pill: Pill, *, near: bool = False) -> str:
    """Return the answer as HTML; `pill` returns the button for a marker, or "" if there is no such citation."""
    quoted = {sentence.verdict == "quoted" for sentence in sentences}
    kind = " near" if near else " mixed" if len(quoted) > 1 else ""
    body = "".join(_part(part, pill) for part in parts(_wrapped(plain(text), sentences)))
    return f'<div class="reply{kind}">{body}</div>' if body else ""


def parts(text: str) -> Iterator[Part]:
    """Yield the blocks of an answer's text, in order."""
    lines = text.split("\n")
    position = 0
    while position < len(lines):
        kind = _kind(lines[position])
        if kind is None:
            position += 1
            continue
        last = position + 1
        if kind == "code":
            fence = lines[position][: len(lines[position]) - len(lines[position].lstrip("`"))]
            while last < len(lines) and not lines[last].startswith(fence):
                last += 1
            yield Part("code", tuple(lines[position + 1 : last]))
            rest = lines[last].lstrip("`") if last < len(lines) else ""
            lines[last : last + 1] = [rest] if MARKERS.fullmatch(rest) else []
        else:
            while last < len(lines) and _kind(lines[last]) == kind:
                last += 1
            yield _of(kind, lines[position:last])
        position = last


def cells(row: str) -> list[str]:
    """Return the cells of a table's row."""
    return [cell.strip() for cell in row.strip().removeprefix("|").removesuffix("|").split("|")]


def _kind(line: str) -> Kind | None:
    bare = line.lstrip(WORDED + QUOTED)
    if FENCE.fullmatch(line):
        return "code"
    if line.startswith("|") and line.rstrip().endswith("|") and len(line) > 2:
        return "table"
    if line.startswith("- ") and line[2:].strip():
        return "bullet"
    if STEP.match(line):
        return "step"
    return "paragraph" if bare.strip() else None


def _of(kind: Kind, lines: Sequence[str]) -> Part:
    if kind == "bullet":
        return Part(kind, tuple(line[2:] for line in lines))
    if kind == "step":
        return Part(kind, tuple(STEP.sub("", line, count=1) for line in lines), _number(lines[0]))
    if kind == "table":
        headed = len(lines) > 1 and bool(DELIMITER.fullmatch(lines[1].strip()))
        return Part(kind, (lines[0], *lines[2:]) if headed else tuple(lines), headed=headed)
    return Part(kind, tuple(lines))


def _number(line: str) -> int:
    found = STEP.match(line)
    return int(found[1]) if found else 1


def _wrapped(text: str, sentences: Iterable[Sentence]) -> str:
    """Return the text with private-use marks around each sentence within one line."""
    written, position = "", 0
    for sentence in sentences:
        body = plain(sentence.text).strip().rstrip(STOPS)
        start = text.find(body, position) if body and "\n" not in body and not body.startswith(("|", "```")) else -1
        if start < 0:
            continue
        found = AFTER.match(text, start + len(body))
        end = found.end() if found else start + len(body)
        written += text[position:start] + (QUOTED if sentence.verdict == "quoted" else WORDED) + text[start:end] + END
        position = end
    return written + text[position:]


def _part(part: Part, pill: Pill) -> str:
    if part.kind == "code":
        code = "\n".join(part.lines)
        copy = (
            f'<button type="button" class="act" data-do="copy" data-copy="{shown(code)}">{shown(strings.COPY)}</button>'
        )
        return f'<div class="code">{copy}<pre tabindex="0" dir="ltr"><code>{shown(code)}</code></pre></div>'
    if part.kind == "table":
        return _table(part, pill)
    if part.kind == "paragraph":
        return f'<p dir="auto">{"<br>".join(inline(line, pill) for line in part.lines)}</p>'
    items = "".join(f"<li>{inline(line, pill)}</li>" for line in part.lines)
    return (
        f'<ul dir="auto">{items}</ul>' if part.kind == "bullet" else f'<ol dir="auto" start="{part.first}">{items}</ol>'
    )


def _table(part: Part, pill: Pill) -> str:
    head, rows = (part.lines[:1], part.lines[1:]) if part.headed else ((), part.lines)
    top = "".join(f'<th scope="col">{inline(cell, pill)}</th>' for row in head for cell in cells(row))
    body = "".join(f"<tr>{''.join(f'<td>{inline(cell, pill)}</td>' for cell in cells(row))}</tr>" for row in rows)
    name = attribute(strings.TABLE)
    thead = f"<thead><tr>{top}</tr></thead>" if top else ""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{name}"><table dir="auto">{thead}<tbody>{body}</tbody></table></div>'


def inline(line: str, pill: Pill) -> str:
    """Return one line as HTML: code and strong words, buttons for citation markers, all else as text.

    A button stays on the line of the word before it: a browser would break the line before any button.
    """
    html: list[str] = []
    position = 0
    for found in INLINE.finditer(line):
        before = line[position : found.start()]
        pills = _pills(found, pill)
        if pills:
            if not before and html and html[-1].startswith(("<code", "<strong")) and len(html[-1]) <= SHORT:
                pills = html.pop() + pills
            word = LAST.search(before)
            cut = word.start() if word else len(before)
            html += [shown(before[:cut]), f'<span class="kept">{shown(before[cut:])}{pills}</span>']
        else:
            html += [shown(before), _token(found)]
        position = found.end()
    return "".join([*html, shown(line[position:])])


def _pills(found: re.Match[str], pill: Pill) -> str:
    """Return the buttons for a run of markers, with the stops after them; "" if none has a citation."""
    written = [(pill(int(number)), marker) for marker, number in MARKER.findall(found["markers"] or "")]
    if not any(button for button, _ in written):
        return ""
    return "".join(button or shown(marker) for button, marker in written) + shown(found["stops"])


def _token(found: re.Match[str]) -> str:
    if found["code"]:
        return f"<code>{shown(found['code'])}</code>"
    if found["strong"]:
        return f"<strong>{shown(found['strong'])}</strong>"
    return SPANS[found["sign"]] if found["sign"] else shown(found.group())


SPANS: Mapping[str, str] = {
    WORDED: '<span class="sentence">',
    QUOTED: '<span class="sentence quoted">',
    END: "</span>",
}
