"""Shows the documents and their state, and takes files in and out of the seeds folder, never outside it."""

from __future__ import annotations

import hashlib
import html
import re
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.display import plain
from rag.load.walk import file_of
from rag.types import Document
from rag.web import strings
from rag.web.session.contents import Contents
from rag.web.view.escape import attribute, shown

FILE_LIMIT = 50  # MB, the cap of the loaders
NAME_LIMIT = 120  # characters: every file system takes it, in any script
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # names that Windows keeps for devices


@dataclass(frozen=True, slots=True)
class Row:
    """One document of the library: `state` is a word for people, `kind` for the style sheet."""

    source: str
    title: str
    state: str
    kind: str
    pages: int = 0
    passages: int = 0
    folded: int = 0  # of the passages, those that are kept once with another place of the same words


def rows(seeds: Path, documents: Mapping[str, Document], contents: Contents) -> list[Row]:
    """List what is indexed and what lies in the folder, in the order of their names."""
    listed = {source: _indexed(seeds, document, contents) for source, document in documents.items()}
    for source in folder(seeds):
        if source not in listed:
            reason = contents.skipped.get(source)
            state = strings.STATE_SKIPPED.format(reason=reason) if reason else strings.STATE_NEW
            listed[source] = Row(source, "", state, "skipped" if reason else "new")
    return [listed[source] for source in sorted(listed)]


def folder(seeds: Path) -> list[str]:
    """List the files below the seeds folder as sources; hidden files and links are no documents."""
    if not seeds.is_dir():
        return []
    found = (path for path in seeds.rglob("*") if path.is_file() and not path.is_symlink())
    sources = (path.relative_to(seeds).as_posix() for path in found)
    return sorted(source for source in sources if not any(part.startswith(".") for part in source.split("/")))


def table(listed: Sequence[Row], seeds: Path) -> str:
    """Return the library as HTML."""
    if not listed:
        words = strings.EMPTY_LIBRARY_MORE.format(folder=seeds)
        return f'<div class="empty"><h2>{shown(strings.EMPTY_LIBRARY)}</h2><p>{shown(words)}</p></div>'
    names = [(strings.COLUMN_DOCUMENT, ""), (strings.COLUMN_PAGES, "count"), (strings.COLUMN_PASSAGES, "count"),
             (strings.COLUMN_FOLDED, "count"), (strings.COLUMN_STATE, "")]  # fmt: skip
    head = "".join(f'<th scope="col" class="{kind}">{shown(name)}</th>' for name, kind in names)
    body = "".join(_row(row) for row in listed)
    return f'<table class="library"><thead><tr>{head}<td></td></tr></thead><tbody>{body}</tbody></table>'


def add(file: Path, name: str, seeds: Path, suffixes: frozenset[str]) -> str:
    """Copy an uploaded file into the seeds folder; return its name there, or raise ValueError in words."""
    safe = clean_name(name)
    if not safe:
        raise ValueError(strings.FILE_NAME.format(name=plain(name)[:NAME_LIMIT]))
    size = file.stat().st_size / 1e6
    if size > FILE_LIMIT:
        raise ValueError(strings.FILE_TOO_LARGE.format(name=safe, size=size, limit=FILE_LIMIT))
    if suffixes and Path(safe).suffix.lower() not in suffixes:
        raise ValueError(strings.FILE_KIND.format(name=safe))
    seeds.mkdir(parents=True, exist_ok=True)
    try:
        with (
            file.open("rb") as source,
            (seeds / safe).open("xb") as target,
        ):  # x: never over a file that is there
            shutil.copyfileobj(source, target)
    except FileExistsError as error:
        raise ValueError(strings.FILE_EXISTS.format(name=safe)) from error
    return safe


def remove(source: str, seeds: Path, removed: Path) -> Path:
    """Move a document out of the seeds folder; only a source that the folder lists is touched."""
    if source not in folder(seeds):
        raise ValueError(f"no document {source!r}")
    removed.mkdir(parents=True, exist_ok=True)
    target = removed / Path(source).name
    counter = 1
    while target.exists():
        counter += 1
        target = removed / f"{Path(source).stem} ({counter}){Path(source).suffix}"
    shutil.move(seeds / source, target)
    return target


def clean_name(name: str) -> str:
    """Return a file name without folders and without characters that any file system minds; nothing if none is left."""
    name = unicodedata.normalize("NFC", plain(name)).replace("\\", "/").rsplit("/", 1)[-1]
    name = re.sub(r'[<>:"|?*\n\t]', "_", name).strip(" .")
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = name, ""
    name = f"{stem[: NAME_LIMIT - len(suffix) - 1]}{dot}{suffix}"
    while len(name.encode()) > 240:  # bytes: file systems allow 255
        stem = stem[:-8]
        name = f"{stem}{dot}{suffix}"
    return "" if not stem or RESERVED.fullmatch(name) else name


def is_changed(seeds: Path, document: Document) -> bool:
    """Return True if the file differs from what was indexed; a file that is gone has not changed."""
    found = file_of(seeds, document.source)
    if not document.sha256 or found is None:
        return False
    return sha256(found.path) != document.sha256


def sha256(path: Path) -> str:
    """Hash a file, once for each time and size it has."""
    status = path.stat()
    key = (str(path), status.st_mtime_ns, status.st_size)
    if key not in _HASHES:
        with path.open("rb") as stream:
            _HASHES[key] = hashlib.file_digest(stream, "sha256").hexdigest()
    return _HASHES[key]


_HASHES: dict[tuple[str, int, int], str] = {}


def _indexed(seeds: Path, document: Document, contents: Contents) -> Row:
    state, kind = strings.STATE_READY, "ready"
    if file_of(seeds, document.source) is None:
        state, kind = strings.STATE_GONE, "gone"
    elif is_changed(seeds, document):
        state, kind = strings.STATE_CHANGED, "changed"
    source = document.source
    passages, folded = contents.passages.get(source, 0), contents.folded.get(source, 0)
    return Row(source, document.title, state, kind, len(document.pages), passages, folded)


def _cell(name: str, count: int) -> str:
    return f'<td class="count{"" if count else " none"}" data-name="{attribute(name)}">{f"{count:,}" if count else "–"}</td>'


def _row(row: Row) -> str:
    title = f'<span class="title">{shown(row.title)}</span>' if row.title and row.title != row.source else ""
    remove_hint = f"{strings.REMOVE}: {row.source}"
    button = (
        f'<button type="button" class="act" data-act="remove" data-source="{html.escape(row.source, quote=True)}" '
        f'aria-label="{attribute(remove_hint)}">{shown(strings.REMOVE)}</button>'
    )
    return (
        f'<tr class="{row.kind}"><th scope="row" dir="auto"><bdi>{shown(row.source)}</bdi>{title}</th>'
        f"{_cell(strings.COLUMN_PAGES, row.pages)}{_cell(strings.COLUMN_PASSAGES, row.passages)}{_cell(strings.COLUMN_FOLDED, row.folded)}"
        f'<td><span class="state">{shown(row.state)}</span></td><td>{button}</td></tr>'
    )
