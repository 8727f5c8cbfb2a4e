"""Finds the blocks of a passage: the smallest parts that a person would read aloud to answer a question.

A block is a sentence, an item of a list, a row of a table with the names of its columns, or a piece of code. Headings,
the heads of tables and questions are never blocks. A block's text is what the reader sees, without markup and with
column names; its quote is the document's own text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from rag.evidence import Block, BlockKind
from rag.language.invisible import invisible
from rag.language.sentences import sentences
from rag.split.tables import Row, row_at
from rag.types import SILENT, Document, Passage, Segment

MARKUP = re.compile(
    r"!?\[(?P<text>[^\]\[]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)|(?<!\w)[*_~]{1,3}(?=\S)|(?<=\S)[*_~]{1,3}(?!\w)|<[^<>\n]{1,200}>|\\(?=[!-/:-@])"
)
BULLET = re.compile(r"\s*(?:(?:[-*+•‣▪●○◦]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+(?:\[ \]\s+)?|(?:\[ \]|[☐□])\s+)")
GOES_ON = re.compile(
    r"(?:then|next|after that|afterwards|finally|if that (?:does|did) not|if this (?:does|did) not)\b", re.IGNORECASE
)
QUESTION = re.compile(r"(?:Q(?:uestion)?\s*[:.)-]\s*)?[^.!\n]{3,300}\?\W*")
LONGEST_CODE = 1_500  # characters
WORDS_OF_A_SCRAP = 2
LONGEST_SCRAP = 5  # the same in characters, for scripts without blanks between words: "不行。"
RUN_IN = re.compile(r"\s*(?:(?:[-*+•]|\d{1,3}[.)])\s+)?(?P<mark>\*\*|__)(?P<head>[^*_\n]{1,60}[.:!])(?:(?P=mark))?\s*")
WORDS_OF_A_HEAD = 5
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]")


def blocks_of(document: Document, passage: Passage) -> list[Block]:
    """Return the blocks of a passage, in the order of its document."""
    segments = document.segments or (Segment(0, len(document.text), "paragraph"),)
    first = max(0, bisect_right(segments, passage.start, key=lambda segment: segment.start) - 1)
    last = bisect_left(segments, passage.end, key=lambda segment: segment.start)
    found: list[Block] = []
    for segment in segments[first:last]:
        if segment.end > passage.start and segment.kind not in SILENT:
            for block in _of_segment(document, passage, segment):
                if block.kind == "code" and found and _announces(found[-1], block):
                    block = _block(document, passage, found.pop().start, block.end, "code")
                found.append(block)
    return found


def _announces(block: Block, code: Block) -> bool:
    """Return True if a sentence ends in a colon just before a piece of code."""
    return block.kind == "sentence" and block.text.endswith((":", "：")) and code.start - block.end < 10


def _of_segment(document: Document, passage: Passage, segment: Segment) -> Iterator[Block]:
    start, end = max(segment.start, passage.start), min(segment.end, passage.end)
    if segment.kind == "row":
        row = row_at(document, segment.start)
        if row is not None:
            yield _row_block(document, passage, row)
    elif segment.kind == "code":
        yield _block(document, passage, start, _end_of_code(document.text, start, end), "code")
    else:
        yield from _sentences(document, passage, start, end, "item" if segment.kind == "item" else "sentence")


def _end_of_code(text: str, start: int, end: int) -> int:
    """Return where a piece of code ends; one that is too long ends with its last whole line."""
    if end - start <= LONGEST_CODE:
        return end
    last_line = text.rfind("\n", start, start + LONGEST_CODE)
    return last_line if text[start : max(start, last_line)].strip() else start + LONGEST_CODE


def _sentences(document: Document, passage: Passage, start: int, end: int, kind: BlockKind) -> Iterator[Block]:
    spans = [(start + a, start + b) for a, b in sentences(document.text[start:end])]
    joined: list[tuple[int, int]] = []
    for a, b in spans:
        if joined and (
            document.text[a] == "(" or GOES_ON.match(document.text, a) or _leads_in(document.text[slice(*joined[-1])])
        ):
            joined[-1] = (joined[-1][0], b)
        else:
            joined.append((a, b))
    for a, b in joined:
        text = document.text[a:b]
        if any(map(str.isalnum, text)):
            listed: BlockKind = "item" if BULLET.match(text) else kind
            yield _block(document, passage, a, b, "question" if QUESTION.fullmatch(text) else listed)


def _leads_in(sentence: str) -> bool:
    """Return True for "No.", "Yes, always." and "3. **Rent 2027.**", which belong with the sentence after them."""
    bold = RUN_IN.fullmatch(sentence)
    if bold:
        return len(bold["head"].split()) <= WORDS_OF_A_HEAD
    short = len(sentence) <= LONGEST_SCRAP if UNSPACED.search(sentence) else len(sentence.split()) <= WORDS_OF_A_SCRAP
    return short and sentence.rstrip().endswith((".", "!", "。"))


def _block(document: Document, passage: Passage, start: int, end: int, kind: BlockKind) -> Block:
    quote = document.text[start:end]
    text, offsets = rendered(quote, start) if kind != "code" else (quote, tuple(range(start, end)))
    return Block(passage, start, end, quote, text, kind, offsets)


def rendered(quote: str, start: int) -> tuple[str, tuple[int, ...]]:
    """Return a quote on one line, without markup or bullet, and the offset of each character."""
    characters: list[str] = []
    offsets: list[int] = []
    at = bullet.end() if (bullet := BULLET.match(quote)) else 0
    for match in [*MARKUP.finditer(quote, at), None]:
        stop = match.start() if match else len(quote)
        _take(characters, offsets, quote, at, stop, start)
        if match and match["text"]:
            _take(characters, offsets, quote, match.start("text"), match.end("text"), start)
        at = match.end() if match else stop
    while characters and characters[-1] == " ":
        characters.pop()
        offsets.pop()
    return "".join(characters), tuple(offsets)


def _take(characters: list[str], offsets: list[int], quote: str, first: int, last: int, start: int) -> None:
    unseen = invisible(quote)
    for i in range(first, last):
        if i in unseen:
            continue
        character = " " if quote[i].isspace() else quote[i]
        if character != " " or (characters and characters[-1] != " "):
            characters.append(character)
            offsets.append(start + i)


def _row_block(document: Document, passage: Passage, row: Row) -> Block:
    """Return a row with the name of each column in front of its cell: `Code: F.1 | Meaning: no water`."""
    text: list[str] = []
    offsets: list[int] = []
    for cell in row.cells:
        front = (" | " if text else "") + (f"{cell.column}: " if cell.column and cell.column != cell.text else "")
        text.append(front + cell.text)
        offsets += [-1] * len(front)
        offsets += _places(document.text, cell.text, cell.start, cell.end)
    return Block(passage, row.start, row.end, document.text[row.start : row.end], "".join(text), "row", tuple(offsets))


def _places(text: str, shown: str, start: int, end: int) -> list[int]:
    """Return the offset of each visible character of a cell; dropped markup has none."""
    places, at = [], start
    for character in shown:
        found = text.find(character, at, end) if character != " " else at
        at = found if found >= 0 else at
        places.append(min(at, end - 1))
        at += 1
    return places
