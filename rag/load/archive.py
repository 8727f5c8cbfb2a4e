"""Checks a file before it is parsed: its type and, for zip archives, their unpacked size."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from rag.errors import LoadError

MAX_TOTAL = 256 << 20  # bytes after unpacking; this and the next three limits are estimates, not measured
MAX_ENTRY = 128 << 20
MAX_RATIO = 200  # ratio of unpacked to packed size, for entries that are not small
MAX_ENTRIES = 10_000
SMALL_ENTRY = 4 << 20  # bytes; a smaller entry is harmless at any ratio
MAX_XML_HEAD = 4_096  # bytes of an XML part checked for entity declarations
KINDS = (  # how files begin → their type in words
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an office file"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or password-protected office file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"{\\rtf", "an RTF file"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
)
# raised on reading an entry of a broken archive
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


def require_kind(data: bytes, source: str, wanted: str) -> None:
    """Raise LoadError unless the bytes begin like a file of the expected type."""
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    found = next((kind for letters, kind in KINDS if data.startswith(letters) or start.startswith(letters)), "")
    if found == wanted or (wanted == "a PDF" and b"%PDF-" in data[:1024]):
        return
    suffix = PurePosixPath(source).suffix
    if found.startswith("an old"):
        raise LoadError(
            source, "it is locked with a password or of an old format; save an unlocked copy in the new format"
        )
    advice = "save it again, or give it the suffix of what it is"
    raise LoadError(source, f"it is not what its suffix {suffix} says but {found or 'something else'}; {advice}")


def open_archive(data: bytes, source: str) -> zipfile.ZipFile:
    """Return the opened archive; raise LoadError if it is broken, locked, a bomb, or declares entities in its XML."""
    require_kind(data, source, "a zip archive or an office file")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise LoadError(source, f"its archive is broken or truncated ({error}); save or download it again") from error
    _require_modest(entries, source)
    try:
        for entry in entries:
            if entry.filename.endswith((".xml", ".rels", ".opf", ".xhtml")):
                with archive.open(entry) as part:
                    if b"<!ENTITY" in part.read(MAX_XML_HEAD):
                        raise LoadError(
                            source, f"its part {entry.filename!r} declares XML entities, as an attack would"
                        )
    except BROKEN as error:
        raise LoadError(source, f"its archive is broken ({error})") from error
    return archive


def _require_modest(entries: list[zipfile.ZipInfo], source: str) -> None:
    if len(entries) > MAX_ENTRIES:
        raise LoadError(source, f"its archive holds {len(entries):,} entries, more than {MAX_ENTRIES:,}")
    total = 0
    for entry in entries:
        total += entry.file_size
        if entry.flag_bits & 1:
            raise LoadError(source, "it is locked with a password; save an unlocked copy")
        if entry.filename.startswith(("/", "\\")) or ".." in PurePosixPath(entry.filename).parts:
            raise LoadError(source, f"its archive has a path that leads out of it ({entry.filename[:60]!r})")
        bomb = entry.file_size > SMALL_ENTRY and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
        if entry.file_size > MAX_ENTRY or total > MAX_TOTAL or bomb:
            raise LoadError(source, f"it would unpack to {total / 1e6:,.0f} MB or more (a zip bomb?)")
