"""Lists the documents with their state, and adds and removes files in the seeds folder, never outside it."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rag.display import plain
from rag.load.kinds import HEAD, kind_of, why_not
from rag.load.names import NAME_LIMIT, clean_name
from rag.load.walk import file_of
from rag.types import Document, Trait
from rag.web import strings
from rag.web.session.contents import Contents

FILE_LIMIT = 50  # MB, the limit of the loaders
MOST_NAMED = 4  # files named in one line


@dataclass(frozen=True, slots=True)
class Row:
    """One document of the library: `state` is the displayed word, `kind` its CSS class."""

    source: str
    title: str
    state: str
    kind: str
    pages: int = 0
    passages: int = 0
    folded: int = 0  # passages stored with another place of the same text
    traits: tuple[Trait, ...] = ()  # why it ranks below other files


def rows(seeds: Path, documents: Mapping[str, Document], contents: Contents) -> list[Row]:
    """List the indexed documents and the files in the folder, sorted by name."""
    listed = {source: _indexed(seeds, document, contents) for source, document in documents.items()}
    for source in folder(seeds):
        if source not in listed:
            reason = contents.skipped.get(source)
            state = strings.STATE_SKIPPED.format(reason=reason) if reason else strings.STATE_NEW
            listed[source] = Row(source, "", state, "skipped" if reason else "new")
    return [listed[source] for source in sorted(listed)]


def folder(seeds: Path) -> list[str]:
    """List the files below the seeds folder as sources, without hidden files and links."""
    if not seeds.is_dir():
        return []
    found = (path for path in seeds.rglob("*") if path.is_file() and not path.is_symlink())
    sources = (path.relative_to(seeds).as_posix() for path in found)
    return sorted(source for source in sources if not any(part.startswith(".") for part in source.split("/")))


def add(file: Path, name: str, seeds: Path, suffixes: frozenset[str]) -> str:
    """Copy an uploaded file into the seeds folder; return its name there; ValueError with a readable message.

    As in a build, its kind is decided by the suffix, or by the content if that is unknown.
    """
    safe = clean_name(name)
    if not safe:
        raise ValueError(strings.FILE_NAME.format(name=plain(name)[:NAME_LIMIT]))
    size = file.stat().st_size / 1e6
    if size > FILE_LIMIT:
        raise ValueError(strings.FILE_TOO_LARGE.format(name=safe, size=size, limit=FILE_LIMIT))
    if suffixes and kind_of(safe, head_of(file), suffixes) is None:
        raise ValueError(strings.FILE_KIND.format(name=safe, reason=why_not(safe)))
    seeds.mkdir(parents=True, exist_ok=True)
    part = seeds / f".{secrets.token_hex(8)}.part"  # hidden: no build reads it
    try:
        with file.open("rb") as source, part.open("xb") as target:
            shutil.copyfileobj(source, target)
        _named(part, seeds / safe)
    except FileExistsError as error:
        raise ValueError(strings.FILE_EXISTS.format(name=safe)) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return safe


def _named(part: Path, target: Path) -> None:
    """Give a complete file its name; FileExistsError if another file has it."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError as error:  # a disk without hard links
        if target.exists():
            raise FileExistsError(target) from error
        part.rename(target)


def head_of(file: Path) -> bytes:
    """Return the first bytes of a file, which determine its kind."""
    with file.open("rb") as stream:
        return stream.read(HEAD)


def remove(source: str, seeds: Path, removed: Path) -> Path:
    """Move a document to the same path below another folder, where one removed before gets another name.

    Only listed sources are allowed.
    """
    if source not in folder(seeds):
        raise ValueError(f"no document {source!r}")
    target = removed / source
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.rename(_free(target))
    shutil.move(seeds / source, target)
    return target


def _free(path: Path) -> Path:
    """Return a path beside this one that nothing has."""
    counter = 2
    while (free := path.with_name(f"{path.stem} ({counter}){path.suffix}")).exists():
        counter += 1
    return free


def restore(source: str, seeds: Path, removed: Path) -> None:
    """Move a removed document back, without overwriting a file."""
    if source not in folder(removed):
        raise ValueError(f"no removed document {source!r}")
    if (seeds / source).exists():
        raise ValueError(strings.FILE_EXISTS.format(name=source))
    (seeds / source).parent.mkdir(parents=True, exist_ok=True)
    shutil.move(removed / source, seeds / source)


def named(names: Sequence[str]) -> str:
    """Return the names of a few files and the number of the others."""
    shown = ", ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return f"{shown} {strings.MORE.format(count=more)}" if more > 0 else shown


def gathered(refused: Sequence[str]) -> list[str]:
    """Return the reasons why files were rejected, a few in words and the others counted."""
    more = len(refused) - MOST_NAMED
    return [*refused[:MOST_NAMED], *([strings.MORE_REFUSED.format(count=more)] if more > 0 else [])]


def unmarked(title: str) -> str:
    """Return a title without its file's markup."""
    return " ".join(re.sub(r"<[^<>]{1,80}>|(?<!\w)[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}(?!\w)", "", title).split())


def is_changed(seeds: Path, document: Document) -> bool:
    """Return True if the file differs from its indexed version; a deleted or unreadable file has not changed."""
    found = file_of(seeds, document.source)
    if not document.sha256 or found is None:
        return False
    try:
        return sha256(found.path) != document.sha256
    except OSError:
        return False


def sha256(path: Path) -> str:
    """Hash a file, cached by its time and size."""
    status = path.stat()
    state = (status.st_mtime_ns, status.st_size)
    before, digest = _HASHES.get(path, ((0, -1), ""))
    if before != state:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        _HASHES[path] = (state, digest)
    return digest


_HASHES: dict[Path, tuple[tuple[int, int], str]] = {}  # one per file


def _indexed(seeds: Path, document: Document, contents: Contents) -> Row:
    state, kind = strings.STATE_READY, "ready"
    if file_of(seeds, document.source) is None:
        state, kind = strings.STATE_GONE, "gone"
    elif is_changed(seeds, document):
        state, kind = strings.STATE_CHANGED, "changed"
    source = document.source
    passages, folded = contents.passages.get(source, 0), contents.folded.get(source, 0)
    traits = contents.planted.get(source, ())
    return Row(source, unmarked(document.title), state, kind, len(document.pages), passages, folded, traits)
