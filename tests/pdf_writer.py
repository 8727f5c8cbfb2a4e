"""Writes small PDFs: text in Helvetica, plain or bold, lines, coloured areas, form fields, and image pages."""

from __future__ import annotations

from collections.abc import Sequence


def text(x: float, y: float, words: str, size: float = 11, *, bold: bool = False) -> str:
    """Draw words starting at a position, measured from the lower left corner of the page."""
    escaped = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /{'F2' if bold else 'F1'} {size} Tf {x} {y} Td ({escaped}) Tj ET\n"


def row(y: float, *cells: tuple[float, str], bold: bool = False, size: float = 11) -> str:
    """Draw the cells of a row, each at its distance from the left."""
    return "".join(text(x, y, words, size, bold=bold) for x, words in cells)


def line(x0: float, y0: float, x1: float, y1: float) -> str:
    return f"{x0} {y0} m {x1} {y1} l S\n"


def lattice(xs: Sequence[float], ys: Sequence[float]) -> str:
    """Draw the lines of a table."""
    across = "".join(line(xs[0], y, xs[-1], y) for y in ys)
    return across + "".join(line(x, ys[0], x, ys[-1]) for x in xs)


def area(x: float, y: float, width: float, height: float, grey: float) -> str:
    return f"{grey} g {x} {y} {width} {height} re f 0 g\n"


PICTURE = "q 200 0 0 300 50 300 cm BI /W 2 /H 2 /BPC 8 /CS /G ID \x00\x80\xc0\xff EI Q\n"


def field(name: str, value: str, box: tuple[float, float, float, float]) -> str:
    """Return a filled-in text field, as a PDF object."""
    left, bottom, right, top = box
    return f"<< /Type /Annot /Subtype /Widget /FT /Tx /T ({name}) /V ({value}) /Rect [{left} {bottom} {right} {top}] >>"


def tick(name: str, box: tuple[float, float, float, float], *, on: bool) -> str:
    left, bottom, right, top = box
    state = "Yes" if on else "Off"
    look = "/AP << /N << /Yes << /Type /XObject >> /Off << /Type /XObject >> >> >>"
    return (
        f"<< /Type /Annot /Subtype /Widget /FT /Btn /T ({name}) /V /{state} /AS /{state} {look} "
        f"/Rect [{left} {bottom} {right} {top}] >>"
    )


def make_pdf(*pages: str, fields: Sequence[str] = ()) -> bytes:
    """Return a PDF with pages drawn by these commands; the fields are on the first page."""
    fonts = [b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica%s >>" % name for name in (b"", b"-Bold")]
    objects = [b"", b"", *fonts]
    first_field = len(objects) + 1
    objects += [body.encode("latin-1") for body in fields]
    widgets = b" ".join(b"%d 0 R" % (first_field + i) for i in range(len(fields)))
    kids = []
    for number, drawn in enumerate(pages):
        stream = drawn.encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(len(objects) + 1)
        resources = b"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /MediaBox [0 0 600 800]"
        widgets_here = b"/Annots [%s]" % widgets if fields and number == 0 else b""
        objects.append(
            b"<< /Type /Page /Parent 2 0 R %s %s /Contents %d 0 R >>" % (resources, widgets_here, len(objects))
        )
    form = b"/AcroForm << /Fields [%s] >>" % widgets if fields else b""
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R %s >>" % form
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    return file_of(objects)


def file_of(objects: Sequence[bytes]) -> bytes:
    """Return a PDF file of these objects; the first one is its catalog."""
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)
