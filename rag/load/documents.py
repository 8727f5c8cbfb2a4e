"""Reads a folder of files into Documents.

A file that cannot be read is skipped with its reason; no file is silently empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath

from rag.errors import LoadError
from rag.load.formats import IN_PROCESS, LOADERS
from rag.load.kinds import kind_of, may_be_read, why_not
from rag.load.parsed import Loader, Parsed, reason_of
from rag.load.sandbox.parser import Parser
from rag.load.walk import Found, read_bytes, walk
from rag.types import SILENT, Document, Progress, Skipped

PARSER_VERSION = "25"  # changes whenever the same bytes would give another Document
MAX_IN_PROCESS = 1_000_000  # bytes; so little text is harmless, but 50 MB of "[]," would take 1.6 GB


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of a file that has a loader."""

    source: str
    data: bytes
    sha256: str
    modified: date  # the day of its last change


def load_documents(seeds: Path, *, progress: Progress | None = None) -> Iterator[Document | Skipped]:
    """Yield one Document or Skipped for each file, sorted by name."""
    with Parser() as parser:
        for file in read_files(seeds, progress=progress):
            yield file if isinstance(file, Skipped) else parse(file, parser)


def read_files(seeds: Path, *, progress: Progress | None = None) -> Iterator[File | Skipped]:
    """Yield every file, sorted by name; Skipped if it cannot be read or has no loader."""
    entries = list(walk(seeds))
    for done, entry in enumerate(entries, start=1):
        yield entry if isinstance(entry, Skipped) else _read(entry)
        if progress:
            progress("reading", done, len(entries))


def parse(file: File, parser: Parser) -> Document | Skipped:
    """Return the loader's result for a file; Skipped with the reason if it fails."""
    kind = kind_of(file.source, file.data, LOADERS) or ""
    loader = LOADERS[kind]
    try:
        if loader in IN_PROCESS and len(file.data) <= MAX_IN_PROCESS:
            parsed = _parsed_here(loader, file)
        else:
            parsed = parser.parse(file.data, file.source, kind)
    except LoadError as error:
        return Skipped(file.source, error.reason)
    return _document(file, _with_content(parsed))


def _parsed_here(loader: Loader, file: File) -> Parsed:
    """Return the loader's result; LoadError whatever it raises, so that one file never ends a build."""
    try:
        return loader(file.data, file.source)
    except Exception as error:  # the door to the loaders of this process, as the child is to the others
        raise LoadError(file.source, reason_of(error)) from error


def document_id(source: str) -> str:
    """Return the id of the document at this path: 16 hexadecimal digits."""
    return hashlib.blake2b(source.encode(), digest_size=8).hexdigest()


def _read(found: Found) -> File | Skipped:
    if not may_be_read(found.source, LOADERS):
        return Skipped(found.source, why_not(found.source))
    try:
        data, modified = read_bytes(found)
    except LoadError as error:
        return Skipped(error.source, error.reason)
    if kind_of(found.source, data, LOADERS) is None:
        return Skipped(found.source, why_not(found.source))
    return File(found.source, data, hashlib.sha256(data).hexdigest(), modified)


def _document(file: File, parsed: Parsed) -> Document:
    return Document(
        id=document_id(file.source),
        source=file.source,
        title=parsed.title or PurePosixPath(file.source).stem,
        text=parsed.text,
        pages=parsed.pages,
        page_labels=parsed.page_labels,
        segments=parsed.segments,
        sha256=file.sha256,
        stated=parsed.stated,
        modified=file.modified,
    )


def _with_content(parsed: Parsed) -> Parsed:
    """Turn headings, or else any segments, into content if a file has no other: no file is silently empty."""
    kinds = {segment.kind for segment in parsed.segments}
    if kinds - SILENT or kinds == {"hidden"}:
        return parsed
    lifted = "heading" if "heading" in kinds else "noise"
    segments = tuple(replace(s, kind="paragraph") if s.kind == lifted else s for s in parsed.segments)
    return replace(parsed, segments=segments)


def why_nothing(skipped: Sequence[Skipped]) -> str:
    """Return the reason why nothing in a folder can be read."""
    if not skipped:
        return "the folder is empty; put documents into it and run: rag build seeds"
    shown = "; ".join(f"{skip.source}: {skip.reason}" for skip in skipped[:3])
    more = f"; and {len(skipped) - 3} more" if len(skipped) > 3 else ""
    return f"none of its {len(skipped)} files can be read ({shown}{more}); add a readable document"
