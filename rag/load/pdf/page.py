"""Reads one page with PDFium: its words with their positions, and the drawings between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from rag.errors import LoadError
from rag.load.pdf.drawings import Drawings, drawings_of
from rag.load.pdf.fields import Remark, hidden_in, remarks_of, values_of
from rag.load.pdf.lines import Line
from rag.load.pdf.measure import Measure
from rag.load.pdf.rules import Rules, rules_of
from rag.load.pdf.words import Word, chunks_of, rows_of

BROKEN_WORD = "\ufffe"  # PDFium's replacement for a hyphen and the line break after it
PIECE = re.compile(r"[^\s\ufffe]+")
NOTED = re.compile(r"(?P<word>[^\W\d_]{3,}[.,;:)”\"]{0,2})(?P<sign>\d{1,2})")
RAISED = 0.85  # of the size of the letters before it; note markers are smaller
PICTURE = 3  # FPDF_PAGEOBJ_IMAGE
MAX_PICTURES = 200  # objects checked on a page without words


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its lines in drawing order, its words and rules if it may hold a table, and its annotations."""

    lines: tuple[Line, ...] = ()
    words: tuple[Word, ...] = ()
    rules: Rules | None = None
    remarks: tuple[Remark, ...] = ()
    is_picture: bool = False
    hidden: str = ""  # its invisible text
    broken: bool = False


@contextmanager
def opened_page(pdf: Any, index: int, source: str) -> Iterator[Any]:
    import pypdfium2

    if not 0 <= index < len(pdf):
        raise ValueError(f"{source} has pages 1 to {len(pdf)}, not {index + 1}")
    try:
        page = pdf[index]
    except pypdfium2.PdfiumError as error:
        raise LoadError(source, f"its page {index + 1} is broken ({error})") from error
    try:
        yield page
    finally:
        page.close()


def read_page(pdf: Any, index: int, source: str) -> Sheet:
    """Return a page; a broken one is empty but for that mark."""
    try:
        with opened_page(pdf, index, source) as page:
            text, textpage = characters(page)
            drawings = drawings_of(page) if PIECE.search(text) else Drawings()
            measured = list(_words(text, Measure(page, textpage, drawings)))
            words = values_of(pdf, page, [word for word, hidden in measured if not hidden])
            unpainted = (line.text for line in lines_of([word for word, hidden in measured if hidden]))
            concealed = "\n".join([*unpainted, *hidden_in(pdf, page)])
            remarks = tuple(remarks_of(page))
            if not words:
                return Sheet(remarks=remarks, is_picture=_is_picture(page), hidden=concealed)
            return replace(sheet_of(words, rules_of(page, drawings.held)), remarks=remarks, hidden=concealed)
    except LoadError:
        return Sheet(broken=True)


def sheet_of(words: Sequence[Word], rules: Rules) -> Sheet:
    """Return a page of words; words and drawings are kept if they may form a table."""
    gappy = (row for row in rows_of(words) if len(chunks_of(row)) > 1)
    if (rules.across and rules.down) or len(list(islice(gappy, 2))) > 1:
        return Sheet(tuple(lines_of(words)), tuple(words), rules)
    return Sheet(tuple(lines_of(words)))


def characters(page: Any) -> tuple[str, Any]:
    """Return the page's characters, aligned with the indexes of PDFium's other functions."""
    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    count = textpage.count_chars()
    text: str = textpage.get_text_range()
    if len(text) != count:
        codes = [pdfium.FPDFText_GetUnicode(textpage, i) for i in range(count)]
        text = "".join(chr(code) if code < 0x110000 else " " for code in codes)
    return text, textpage


def lines_of(words: Sequence[Word]) -> Iterator[Line]:
    """Yield the printed lines of words, in word order."""
    start = 0
    for i in range(1, len(words) + 1):
        if i == len(words) or words[i].line != words[start].line:
            yield _line(words[start:i])
            start = i


def _line(words: Sequence[Word]) -> Line:
    first, last = words[0], words[-1]
    return Line(
        " ".join(word.text for word in words),
        min(first.left, last.left),
        max(first.right, last.right),
        min(first.bottom, last.bottom),
        round(first.size, 1),
        first.bold,
        last.broken,
        parted=len(chunks_of(sorted(words, key=lambda word: word.left))) > 1,
    )


def _words(text: str, measure: Measure) -> Iterator[tuple[Word, bool]]:
    """Yield (word, is hidden) for the words of a page in drawing order."""
    line, end, unpainted = 0, 0, False
    for order, piece in enumerate(PIECE.finditer(text)):
        at = piece.start()
        between = text[end:at]
        begins = not order or (between != " " and ("\n" in between or BROKEN_WORD in between))
        line += begins
        end = piece.end()
        written = piece[0]
        first = left, bottom, right, top = measure.box(at)
        if begins:
            unpainted = measure.is_unpainted(at, first)
        if len(written) > 1:
            noted = NOTED.fullmatch(written) if written[-1].isdigit() else None
            last_left, last_bottom, last_right, last_top = measure.box(end - 1)
            if noted and 0 < last_top - last_bottom < RAISED * (top - bottom) and last_bottom > bottom:
                written = noted["word"]
            left, right, bottom = min(left, last_left), max(right, last_right), min(bottom, last_bottom)
        broken = text[end : end + 1] == BROKEN_WORD
        look = measure.look(at)
        word = Word(written, left, right, bottom, top, order, line, look.bold, broken)
        hidden = unpainted or measure.is_hidden(at, first, look)
        yield word, hidden and any(map(str.isalnum, written))


def _is_picture(page: Any) -> bool:
    """Return True if a page without words shows a picture."""
    import pypdfium2.raw as pdfium

    count = min(pdfium.FPDFPage_CountObjects(page), MAX_PICTURES)
    return any(pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, i)) == PICTURE for i in range(count))
