"""Reads a folder of files into Documents.

A file that cannot be read is skipped with its reason; nothing is ever
silently empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from posixpath import splitext

from rag.errors import LoadError
from rag.load.formats import IN_PROCESS, LOADERS
from rag.load.parsed import Parsed
from rag.load.sandbox.parser import Parser
from rag.load.walk import Found, read_bytes, walk
from rag.types import Document, Progress, Skipped

PARSER_VERSION = "6"  # changes whenever the same bytes would give another Document
MAX_IN_PROCESS = 1_000_000  # bytes; so little text harms nobody, 50 MB of "[]," would take 1.6 GB


def load_documents(
    seeds: Path,
    *,
    progress: Progress | None = None,
    known: Callable[[str, str], Document | None] | None = None,
) -> Iterator[Document | Skipped]:
    """Yield one Document or Skipped for each file, in the order of their names.

    known(sha256, source) may return a Document that an earlier build made of the same bytes; nothing is parsed then.
    """
    entries = list(walk(seeds))
    with Parser() as parser:
        for done, entry in enumerate(entries, start=1):
            yield _outcome(entry, parser, known)
            if progress:
                progress("reading", done, len(entries))


def read_document(found: Found, parser: Parser, known: Callable[[str, str], Document | None] | None = None) -> Document:
    """Read one file; raise LoadError with the reason if it cannot be read."""
    suffix = splitext(found.source)[1].lower()
    loader = LOADERS.get(suffix)
    if loader is None:
        raise LoadError(found.source, f"files of the kind '{suffix or 'no suffix'}' are not read")
    data, modified = read_bytes(found)
    sha256 = hashlib.sha256(data).hexdigest()
    document = known(sha256, found.source) if known else None
    if document is None:
        here = loader in IN_PROCESS and len(data) <= MAX_IN_PROCESS
        parsed = loader(data, found.source) if here else parser.parse(data, found.source, suffix)
        document = _document(found.source, sha256, parsed)
    return document if document.modified == modified else replace(document, modified=modified)


def document_id(source: str) -> str:
    """Return the id of the document at this path: 16 hexadecimal digits."""
    return hashlib.blake2b(source.encode(), digest_size=8).hexdigest()


def _outcome(
    entry: Found | Skipped, parser: Parser, known: Callable[[str, str], Document | None] | None
) -> Document | Skipped:
    if isinstance(entry, Skipped):
        return entry
    try:
        return read_document(entry, parser, known)
    except LoadError as error:
        return Skipped(error.source, error.reason)


def _document(source: str, sha256: str, parsed: Parsed) -> Document:
    parsed = _with_content(parsed)
    title = parsed.title or PurePosixPath(source).stem
    return Document(
        document_id(source),
        source,
        title,
        parsed.text,
        parsed.pages,
        parsed.page_labels,
        parsed.segments,
        sha256,
        parsed.stated,
    )


def _with_content(parsed: Parsed) -> Parsed:
    """Let headings, or else whatever there is, be content in a file that would have none: no file is silently empty."""
    kinds = {segment.kind for segment in parsed.segments}
    if kinds - {"heading", "noise"}:
        return parsed
    lifted = "heading" if "heading" in kinds else "noise"
    segments = tuple(replace(s, kind="paragraph") if s.kind == lifted else s for s in parsed.segments)
    return replace(parsed, segments=segments)


def why_nothing(skipped: Sequence[Skipped]) -> str:
    """Say why a folder of which only this was found has nothing that can be read."""
    if not skipped:
        return "the folder is empty; put documents into it and run: rag build seeds"
    shown = "; ".join(f"{skip.source}: {skip.reason}" for skip in skipped[:3])
    more = f"; and {len(skipped) - 3} more" if len(skipped) > 3 else ""
    return f"none of its {len(skipped)} files can be read ({shown}{more}); add a readable document"
