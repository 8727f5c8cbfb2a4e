"""Makes PDF files that are designed to harm."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence

from tests.bombs.made import file

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
PAGE = (
    b"<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 3 0 R >> >> /MediaBox [0 0 600 800] /Contents 5 0 R %s >>"
)
WORDS = b"BT /F1 11 Tf 50 700 Td (The mill closed in 1962 and its wheel still turns.) Tj ET\n"
PICTURE_ONLY = r"only pictures \(a scan\?\)"


def stream(data: bytes, extra: bytes = b"", length: int | None = None) -> bytes:
    size = len(data) if length is None else length
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (size, extra, data)


def pdf(objects: Sequence[bytes], trailer: bytes = b"/Root 1 0 R", previous: str = "") -> bytes:
    """Write objects 1 to n with a cross-reference table; `previous` may be "itself" for one that links to itself."""
    out = bytearray(b"%PDF-1.5\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    loop = b" /Prev %d" % start if previous == "itself" else b""
    size = b"" if b"/Size" in trailer else b"/Size %d " % (len(objects) + 1)
    out += b"trailer << %s%s%s >>\nstartxref\n%d\n%%%%EOF" % (size, trailer, loop, start)
    return bytes(out)


def one_page(contents: bytes, page_extra: bytes = b"", root_extra: bytes = b"", more: Sequence[bytes] = (),
             **kept: str) -> bytes:  # fmt: skip
    return pdf([
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % root_extra, b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>", FONT,
        PAGE % page_extra, contents, *more,
    ], **kept)  # fmt: skip


def flate(times: int, inner: bytes) -> bytes:
    data = inner
    for _ in range(times):
        data = zlib.compress(data, 9)
    return one_page(stream(data, b"/Filter [%s]" % (b"/FlateDecode " * times)))


def lzw() -> bytes:
    """Return a stream of LZW codes for longer and longer runs of blanks."""
    codes = [256, 32, *range(258, 4_093)] * 40
    bits, out, buffer, width = 0, bytearray(), 0, 9
    known = 258
    for code in codes:
        if code == 256:
            known, width = 258, 9
        buffer, bits = (buffer << width) | code, bits + width
        while bits >= 8:
            bits -= 8
            out.append((buffer >> bits) & 255)
            buffer &= (1 << bits) - 1
        known += code != 256
        width = 9 if known < 511 else 10 if known < 1_023 else 11 if known < 2_047 else 12
    return one_page(stream(bytes(out), b"/Filter /LZWDecode"))


def run_length() -> bytes:
    return one_page(stream(b"\x81 " * 2_000_000 + b"\x80", b"/Filter /RunLengthDecode"))


def ascii85() -> bytes:
    data = WORDS
    for _ in range(30):
        data = base64.a85encode(data) + b"~>"
    return one_page(stream(data, b"/Filter [%s]" % (b"/ASCII85Decode " * 30)))


def reference_loop() -> bytes:
    """Return a page tree that contains itself, and a stream length that refers to itself."""
    return pdf([
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 3 /Kids [2 0 R 4 0 R 2 0 R] /Parent 2 0 R >>", FONT,
        PAGE % b"", b"<< /Length 5 0 R >>\nstream\n" + WORDS + b"\nendstream",
    ])  # fmt: skip


def many_pages() -> bytes:
    kids = b" ".join([b"4 0 R"] * 100_000)
    return pdf([
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 100000 /Kids [%s] >>" % kids, FONT, PAGE % b"",
        stream(WORDS),
    ])  # fmt: skip


def outline_cycle() -> bytes:
    first = b"<< /Title (A) /Parent 6 0 R /Next 7 0 R /Prev 7 0 R /First 6 0 R /Last 6 0 R >>"
    return one_page(
        stream(WORDS), root_extra=b"/Outlines 6 0 R", more=[b"<< /Type /Outlines /First 7 0 R /Last 7 0 R >>", first]
    )


def huge_picture() -> bytes:
    picture = stream(b"x", b"/Type /XObject /Subtype /Image /Width 2000000000 /Height 2000000000 /BitsPerComponent 8 "
                     b"/ColorSpace /DeviceRGB")  # fmt: skip
    return one_page(
        stream(b"q 600 0 0 800 0 0 cm /Im1 Do Q\n"),
        page_extra=b"/Resources << /XObject << /Im1 6 0 R >> >>",
        more=[picture],
    )


def form_bomb() -> bytes:
    """Return forms that each draw the next one ten times: ten to the ninth words."""
    forms = [
        stream(
            b"/X Do " * 10,
            b"/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /XObject << /X %d 0 R >> >>" % (n + 1),
        )
        for n in range(7, 15)
    ]
    last = stream(WORDS, b"/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >>")
    page = b"<< /Type /Page /Parent 2 0 R /Resources << /XObject << /X 7 0 R >> >> /MediaBox [0 0 600 800] /Contents 5 0 R >>"
    return pdf([
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>", FONT, page, stream(b"/X Do"),
        b"null", *forms, last,
    ])  # fmt: skip


def locked() -> bytes:
    secret = b"<" + b"ab" * 32 + b">"
    encrypt = b"<< /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O %s /U %s >>" % (secret, secret)
    return pdf([
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>", FONT, PAGE % b"",
        stream(WORDS), encrypt,
    ], trailer=b"/Root 1 0 R /Encrypt 6 0 R /ID [<00> <00>]")  # fmt: skip


PDF = (
    file("flate-twice.pdf", lambda: flate(2, b" " * (400 << 20)), "takes (too much|more|longer)|" + PICTURE_ONLY, heavy=True),
    file("flate-thrice.pdf", lambda: flate(3, b"q Q " * (60 << 20)), "takes (too much|more|longer)|" + PICTURE_ONLY, heavy=True),
    file("lzw.pdf", lzw, PICTURE_ONLY, heavy=True),
    file("run-length.pdf", run_length, PICTURE_ONLY, heavy=True),
    file("ascii85-chain.pdf", ascii85, "read|" + PICTURE_ONLY, heavy=True),
    file("reference-loop.pdf", reference_loop, "read|broken PDF|" + PICTURE_ONLY),
    file("prev-cycle.pdf", lambda: one_page(stream(WORDS), previous="itself"), "read|broken PDF"),
    file("size-2-31.pdf", lambda: pdf([
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>", FONT, PAGE % b"", stream(WORDS),
    ], trailer=b"/Root 1 0 R /Size 2147483648"), "read|broken PDF"),
    file("no-root.pdf", lambda: pdf([b"<< /Nothing true >>"], trailer=b""), "broken PDF"),
    file("outline-cycle.pdf", outline_cycle, "read"),
    file("operators-2-million.pdf", lambda: one_page(stream(zlib.compress(b"0 0 m 1 1 l S\n" * 2_000_000 + WORDS, 9),
         b"/Filter /FlateDecode")), "read|takes (too much|more|longer)", heavy=True),
    file("pages-100-thousand.pdf", many_pages, "it has 100,000 pages"),
    file("huge-picture.pdf", huge_picture, PICTURE_ONLY),
    file("forms-in-forms.pdf", form_bomb, "read|takes (too much|more|longer)|" + PICTURE_ONLY, heavy=True),
    file("locked.pdf", locked, "locked with a password"),
    file("truncated.pdf", lambda: one_page(stream(WORDS, length=99_999))[:400], "read|broken PDF|" + PICTURE_ONLY),
)  # fmt: skip
