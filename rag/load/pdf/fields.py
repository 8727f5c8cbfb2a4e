"""Reads the form fields of a PDF and the annotations on its pages."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from rag.load.pdf.words import Word

WIDGET = 20  # FPDF_ANNOT_WIDGET
UNSEEN = 2 | 32  # annotation flags: Hidden, NoView
REMARKS = frozenset({1, 3, 9, 10, 11, 12})  # notes, free text, marked text
MAX_ANNOTATIONS = 2_000  # per page
MAX_VALUE = 20_000  # bytes of a field's value
LETTERS = 12.0  # points: assumed maximum letter height in a field
LETTER = 0.5  # assumed letter width, relative to the height
FAR = 250.0  # most points between a label and its field
NEAR_ROW = 0.7  # of the height of the letters


class Remark(NamedTuple):
    """An annotation on a page."""

    text: str
    author: str
    page: int = 0  # from 0

    @property
    def name(self) -> str:
        """Its name in a heading path."""
        return f"remark by {self.author}" if self.author else "remark"


def values_of(pdf: Any, page: Any, words: list[Word]) -> list[Word]:
    """Return the words of a page with the values of its form fields, each after its label."""
    form = pdf.formenv
    if form is None:
        return words
    filled = [field for field in _fields(form.raw, page.raw, hidden=False) if field[0]]
    if not filled:
        return words
    added: list[Word] = []
    for number, (value, name, mark, box) in enumerate(filled):
        added += _placed(value, name, mark, box, words, number)
    return sorted([*words, *added], key=lambda word: word.order)


def hidden_in(pdf: Any, page: Any) -> Iterator[str]:
    """Yield the text of the fields and annotations that a page does not show."""
    form = pdf.formenv
    for value, name, mark, _ in _fields(form.raw, page.raw, hidden=True) if form is not None else ():
        if value and not mark:
            yield f"{name}: {value}" if name else value
    yield from (remark.text for remark in remarks_of(page, hidden=True))


def _fields(
    form: Any, page: Any, *, hidden: bool
) -> Iterator[tuple[str, str, bool, tuple[float, float, float, float]]]:
    """Yield (value, name, is a tick, box) of each field."""
    import pypdfium2.raw as pdfium

    for annotation in _annotations(page, pdfium, hidden=hidden):
        if pdfium.FPDFAnnot_GetSubtype(annotation) != WIDGET:
            continue
        kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
        box = pdfium.FS_RECTF()
        if not pdfium.FPDFAnnot_GetRect(annotation, ctypes.byref(box)):
            continue

        def read(function: Callable[..., int], annotation: Any = annotation) -> str:
            return _string(lambda buffer, size: function(form, annotation, buffer, size))

        name = read(pdfium.FPDFAnnot_GetFormFieldAlternateName) or read(pdfium.FPDFAnnot_GetFormFieldName)
        if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON):
            value, mark = "☒" if pdfium.FPDFAnnot_IsChecked(form, annotation) else "☐", True
        elif kind == pdfium.FPDF_FORMFIELD_PUSHBUTTON:
            continue
        else:
            value, mark = read(pdfium.FPDFAnnot_GetFormFieldValue), False
        yield value.strip(), name, mark, (box.left, box.bottom, box.right, box.top)


def _annotations(page: Any, pdfium: Any, *, hidden: bool) -> Iterator[Any]:
    for i in range(min(pdfium.FPDFPage_GetAnnotCount(page), MAX_ANNOTATIONS)):
        annotation = pdfium.FPDFPage_GetAnnot(page, i)
        if annotation:
            if bool(pdfium.FPDFAnnot_GetFlags(annotation) & UNSEEN) is hidden:
                yield annotation
            pdfium.FPDFPage_CloseAnnot(annotation)


def _string(read: Callable[[Any, int], int]) -> str:
    """Return a text that PDFium writes to a buffer as UTF-16."""
    import pypdfium2.raw as pdfium

    size = read(None, 0)
    if not 2 < size <= MAX_VALUE:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def _placed(
    value: str, name: str, mark: bool, box: tuple[float, float, float, float], words: Sequence[Word], number: int
) -> Iterator[Word]:
    """Yield the words of a value with their positions; a tick goes before its label, a value after it."""
    left, bottom, _, top = box
    label = _label(box, words, before=not mark)
    size = min(top - bottom, LETTERS, label.size if label else LETTERS)
    order, line = (label.order, label.line) if label else (1e6 + number, -1 - number)
    middle = (top + bottom) / 2 if label is None or not _is_beside(label, box) else label.middle
    if label is None and name and not mark:
        value = f"{name}: {value}"
    elif label is None and name:
        value = f"{value} {name}"
    for row, text in enumerate(value.splitlines()):
        at = left
        for i, written in enumerate(text.split()):
            end = at + LETTER * size * len(written)
            shift = (i + 1 + 100 * row) * 1e-4
            yield Word(written, at, end, middle - size / 2 - row * size, middle + size / 2 - row * size,
                       order - 0.5 + shift if mark else order + shift, line, False)  # fmt: skip
            at = end + LETTER * size / 2


def _is_beside(word: Word, box: tuple[float, float, float, float]) -> bool:
    return box[1] - NEAR_ROW * word.size <= word.middle <= box[3] + NEAR_ROW * word.size


def _label(box: tuple[float, float, float, float], words: Sequence[Word], *, before: bool) -> Word | None:
    """Return the word before a field (or, for a tick, after it); else the one above it."""
    left, bottom, right, top = box
    beside = [word for word in words if _is_beside(word, box)]
    if before:
        near = [word for word in beside if word.right <= left + 2 and left - word.right <= FAR]
    else:
        near = [word for word in beside if word.left >= right - 2 and word.left - right <= FAR / 4]
    if near:
        return min(
            near,
            key=lambda word: (
                abs(word.middle - (top + bottom) / 2) / 4 + min(abs(word.right - left), abs(word.left - right))
            ),
        )
    if not before:
        return _label(box, words, before=True)
    above = [
        w for w in words if 0 <= w.bottom - top + w.size / 2 <= 2 * w.size and w.left < right and w.right > left - 5
    ]
    return max(above, key=lambda word: word.order) if above else None


def remarks_of(page: Any, *, hidden: bool = False) -> Iterator[Remark]:
    """Yield the annotations that a page shows, or else those that it does not."""
    import pypdfium2.raw as pdfium

    for annotation in _annotations(page.raw, pdfium, hidden=hidden):
        if pdfium.FPDFAnnot_GetSubtype(annotation) not in REMARKS:
            continue
        text, author = (
            _string(lambda buffer, size, key=key: pdfium.FPDFAnnot_GetStringValue(annotation, key, buffer, size))  # type: ignore[misc] # noqa: B023
            for key in (b"Contents", b"T")
        )
        if text.strip():
            yield Remark(text.strip(), author.strip())
