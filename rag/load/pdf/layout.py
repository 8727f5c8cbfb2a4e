"""Turns printed pages into blocks: headings, paragraphs, rows and running heads.

Works on where lines stand and how large they are, never on what they are about. Lines that repeat at the top or the foot of the
pages become noise; a word broken at the end of a line is made whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.load.compose import Block
from rag.load.parsed import heading_path
from rag.load.pdf.lines import Line, Paragraph, into_paragraphs, join_pieces
from rag.load.text.plain import BULLET, looks_like_heading
from rag.types import SegmentKind

EDGE_LINES = 3  # lines at the top and at the foot of a page that can be a running head
MAX_HEAD = 60  # characters; in a longer line another number is another statement
REPEATED = 0.4  # share of the pages; left and right pages may carry different heads
LARGER = 1.12  # a heading is set this much larger than the body, or bold
PAGE_NUMBER = re.compile(r"\W*(?:page|seite|p\.?|стр\.?)?\s*(?:#+|[ivxlc]{1,7})(?:\s*(?:of|/|von|de|из)\s*#+)?\W*")
DIGITS = re.compile(r"\d+")
LAST_WORD = re.compile(r"[^\W\d_]+\Z")
FIRST_WORD = re.compile(r"[^\W\d_]+")


def to_blocks(pages: Sequence[Sequence[Line]], title: str = "") -> tuple[list[Block], str]:
    """Return the blocks of a printed document, and its title (the given one if that has words, else the largest heading)."""
    pages = [join_pieces(page) for page in pages]
    running = _running_lines(pages)
    words = _vocabulary(pages)
    body = _body_size(pages)
    paragraphs: list[tuple[Paragraph, str, SegmentKind]] = []
    for number, page in enumerate(pages):
        noise = {i for i, key in _edge_keys(page) if key in running}
        noise = noise if len(noise) < len(page) else set()  # a page that is nothing but such lines is a form, or slides
        for paragraph in into_paragraphs([line for i, line in enumerate(page) if i not in noise], number):
            text = _text_of(paragraph, words)
            paragraphs.append((paragraph, text, _kind(paragraph, text, body)))
        paragraphs += [(Paragraph((page[i],), number, True), page[i].text, "noise") for i in sorted(noise)]
    paragraphs = list(_merge_headings(paragraphs))
    title = title if len(title.split()) > 1 else _largest(paragraphs)
    paragraphs = list(_without_empty_headings(paragraphs, title))
    return list(_with_paths(paragraphs, title)), title


def _edge_keys(page: Sequence[Line]) -> Iterator[tuple[int, str]]:
    """Yield the index and the key of each line that stands near the top or the foot of its page."""
    by_height = sorted(range(len(page)), key=lambda i: -page[i].bottom)
    for place, indices in (("top", by_height[:EDGE_LINES]), ("foot", by_height[-EDGE_LINES:])):
        for i in indices:
            key = page[i].text.casefold()
            if len(key) <= MAX_HEAD:
                key = DIGITS.sub("#", key)
            if i in (by_height[0], by_height[-1]) and PAGE_NUMBER.fullmatch(key):
                key = "page number"
            yield i, f"{place} {key}"


def _running_lines(pages: Sequence[Sequence[Line]]) -> set[str]:
    counts = Counter(key for page in pages for key in {key for _, key in _edge_keys(page)})
    needed = max(3.0 if len(pages) > 3 else 2.0, REPEATED * sum(1 for page in pages if page))
    return {key for key, count in counts.items() if count >= needed}


def _vocabulary(pages: Sequence[Sequence[Line]]) -> Counter[str]:
    """Count the words of the document as they stand inside lines, hyphens included."""
    inside = (re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", line.text.casefold()) for page in pages for line in page)
    return Counter(word for words in inside for word in words)


def _body_size(pages: Sequence[Sequence[Line]]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _text_of(paragraph: Paragraph, words: Counter[str]) -> str:
    text = ""
    broken = False
    for line in paragraph.lines:
        hyphen = text.endswith(("-", "\u00ad", "\u2010")) and len(text) > 1 and text[-2].isalpha()
        if text and (broken or hyphen):
            text = _mend(text if broken else text[:-1], line.text, words)
        elif text:
            text += " " + line.text
        else:
            text = line.text
        broken = line.broken_word
    return text + ("-" if broken else "")


def _mend(before: str, after: str, words: Counter[str]) -> str:
    """Join a broken word: with its hyphen if the document writes it so elsewhere, or goes on in capitals or digits."""
    head, tail = LAST_WORD.search(before), FIRST_WORD.match(after)
    if not head or not tail or not tail.group()[0].islower():
        return before + "-" + after
    left, right = head.group().casefold(), tail.group().casefold()
    keeps = words[f"{left}-{right}"] > words[left + right]
    return before + ("-" if keeps else "") + after


def _kind(paragraph: Paragraph, text: str, body: float) -> SegmentKind:
    stands_out = paragraph.size >= LARGER * body or paragraph.bold
    if stands_out and len(paragraph.lines) <= 3 and looks_like_heading(text):
        return "heading"
    if BULLET.match(text):
        return "item"
    return "row" if paragraph.row else "paragraph"


def _merge_headings(
    paragraphs: Sequence[tuple[Paragraph, str, SegmentKind]],
) -> Iterator[tuple[Paragraph, str, SegmentKind]]:
    """Join the lines of one heading that small capitals set in slightly different sizes."""
    before: tuple[Paragraph, str, SegmentKind] | None = None
    for now in paragraphs:
        if before and before[2] == now[2] == "heading" and _one_heading(before[0], now[0]):
            lines = before[0].lines + now[0].lines
            before = (Paragraph(lines, now[0].page, False), f"{before[1]} {now[1]}", "heading")
            continue
        if before:
            yield before
        before = now
    if before:
        yield before


def _one_heading(above: Paragraph, below: Paragraph) -> bool:
    first, last = below.lines[0], above.lines[-1]
    near = 0 < last.bottom - first.bottom < 1.5 * max(first.size, last.size)
    return above.page == below.page and near and above.bold == below.bold and 0.75 < first.size / last.size < 1.33 and (
        last.text.isupper() == first.text.isupper() and len(above.lines) + len(below.lines) <= 3
    )  # fmt: skip


def _without_empty_headings(
    paragraphs: Sequence[tuple[Paragraph, str, SegmentKind]], title: str
) -> Iterator[tuple[Paragraph, str, SegmentKind]]:
    """Turn headings of the first page that nothing stands below (authors, places, dates) into paragraphs, lest they be lost."""
    for now, following in pairwise([*paragraphs, None]):
        assert now is not None
        paragraph, text, kind = now
        empty = following is None or (following[2] == "heading" and following[0].size >= 0.98 * paragraph.size)
        demoted = kind == "heading" and paragraph.page == 0 and empty and text != title
        yield (paragraph, text, "paragraph") if demoted else now


def _largest(paragraphs: Sequence[tuple[Paragraph, str, SegmentKind]]) -> str:
    headings = [(paragraph, text) for paragraph, text, kind in paragraphs if kind == "heading" and paragraph.page == 0]
    return max(headings, key=lambda heading: heading[0].size)[1] if headings else ""


def _with_paths(paragraphs: Sequence[tuple[Paragraph, str, SegmentKind]], title: str) -> Iterator[Block]:
    """Give every block the headings above it: a larger heading stands above a smaller one."""
    open_headings: list[tuple[float, str]] = []
    for paragraph, text, kind in paragraphs:
        if kind == "heading":
            size = paragraph.size
            open_headings = [(larger, name) for larger, name in open_headings if larger > size * 1.02]
            if text != title:
                open_headings.append((size, text))
        yield Block(text, kind, heading_path([title, *(name for _, name in open_headings)]), paragraph.page)
