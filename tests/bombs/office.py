"""Makes office files and e-books that are designed to harm."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Mapping

from tests.bombs.made import file

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
PARAGRAPH = "<w:p><w:r><w:t>The mill closed in 1962.</w:t></w:r></w:p>"
BOMB = r"\(a zip bomb\?\)"


def body(inside: str, head: str = "") -> str:
    return f'<?xml version="1.0"?>{head}<w:document xmlns:w="{W}"><w:body>{inside}</w:body></w:document>'


def package(parts: Mapping[str, str | bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


def word(document: str, **more: str | bytes) -> bytes:
    return package({"[Content_Types].xml": TYPES, "_rels/.rels": RELS, "word/document.xml": document, **more})


def with_entries(*names: str) -> bytes:
    held = io.BytesIO(word(body(PARAGRAPH)))
    with zipfile.ZipFile(held, "a") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), "x")
    return held.getvalue()


def many_entries() -> bytes:
    held = io.BytesIO(word(body(PARAGRAPH)))
    with zipfile.ZipFile(held, "a") as archive:
        for n in range(10_001):
            archive.writestr(f"word/media/{n}.bin", b"")
    return held.getvalue()


def many_paragraphs() -> bytes:
    """All words differ, so that it compresses no better than a book does: 24 MB in 2 MB."""
    draw = random.Random(1)
    return word(body("".join(f"<w:p><w:r><w:t>{draw.getrandbits(40):x}</w:t></w:r></w:p>" for _ in range(400_000))))


def lying_size() -> bytes:
    """The directory declares 40 bytes, but the content is 300 MB."""
    data = bytearray(
        package({"[Content_Types].xml": TYPES, "_rels/.rels": RELS, "word/document.xml": b" " * (300 << 20)})
    )
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 40)
    return bytes(data)


def zip64_marker() -> bytes:
    data = bytearray(word(body(PARAGRAPH)))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = b"\xff" * 4  # the size is declared to be in a ZIP64 record, which is missing
    return bytes(data)


def duplicate_entry() -> bytes:
    held = io.BytesIO(word(body(PARAGRAPH)))
    with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo("word/document.xml")
        archive.filelist.append(info)
        del archive.filelist[-1]
        archive.NameToInfo.pop("word/document.xml", None)
        archive.writestr(info, body("<w:p><w:r><w:t>The mill closed in 1999.</w:t></w:r></w:p>"))
    return held.getvalue()


def laughs() -> str:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE w:document [<!ENTITY l0 "lol">{levels}]>'


OUTSIDE = '<!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
EXTERNAL = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    'Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
    'Target="http://evil.test/steal.png" TargetMode="External"/></Relationships>'
)
ENTITIES = "declares XML entities, as an attack would"


OFFICE = (
    file("ratio-1000.docx", lambda: word(body(f"<w:p><w:r><w:t>{' ' * (60 << 20)}</w:t></w:r></w:p>")), BOMB),
    file("paragraphs-4-million.docx", lambda: word(body("<w:p/>" * 4_000_000)), BOMB, heavy=True),
    file("paragraphs-400-thousand.docx", many_paragraphs, "takes (too much|more|longer)|read", heavy=True),
    file("depth-100-thousand.docx", lambda: word(body("<w:p>" * 100_000 + "</w:p>" * 100_000)), "damaged|nests too deeply|parsed"),
    file("outside-entity.docx", lambda: word(body("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>", OUTSIDE)), ENTITIES),
    file("billion-laughs.docx", lambda: word(body("<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>", laughs())), ENTITIES),
    file("external-picture.docx", lambda: word(body(PARAGRAPH), **{"word/_rels/document.xml.rels": EXTERNAL}), "read"),
    file("entries-10-thousand.docx", many_entries, r"holds 10,00\d entries"),
    file("lying-size.docx", lying_size, "archive is broken|" + BOMB, heavy=True),
    file("zip64-marker.docx", zip64_marker, "archive is broken|" + BOMB),
    file("nested.docx", lambda: word(body(PARAGRAPH), **{"word/embeddings/a.docx": word(body(PARAGRAPH * 1_000))}), "read"),
    file("climbing-entry.docx", lambda: with_entries("../../escaped.txt"), "a path that leads out of it"),
    file("absolute-entry.docx", lambda: with_entries("/etc/escaped.txt"), "a path that leads out of it"),
    file("duplicate-entry.docx", duplicate_entry, "read|twice"),
)  # fmt: skip
