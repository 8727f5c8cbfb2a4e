"""Saves a fetched page in the documents folder, so that citations name its address."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import date
from pathlib import Path

from rag.errors import LoadError
from rag.load.decode import decode_labelled
from rag.load.markup.saved import saved_from, saved_mark
from rag.site.address import file_of
from rag.site.trip import Fetched

# A browser that opens the file runs no scripts and fetches nothing.
INERT = (
    '<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
)
TEXTS = frozenset({".html", ".txt", ".md", ".csv"})


def keep(page: Fetched, seeds: Path, *, day: date | None = None) -> str:
    """Write a page below the documents by one rename; return its source, modelled on its address.

    The first lines of a web page state its address and the date; fetched again, it replaces the earlier copy. No other
    file is ever replaced. Raises a one-line LoadError if it cannot be saved.
    """
    source = file_of(page.address, page.kind)
    target = seeds / source
    try:
        _make_folders(seeds, target.parent)
        _check_free(target, page)
        part = target.with_name(f".{target.name[:80]}.part")
        with suppress(FileNotFoundError):
            part.unlink()  # of a run that was killed
        with part.open("xb") as stream:  # x: never through a link
            stream.write(_written(page, day or date.today()))
        os.replace(part, target)
    except OSError as error:
        raise LoadError(page.address, f"it cannot be kept as {source!r} ({error.strerror or error})") from error
    return source


def _written(page: Fetched, day: date) -> bytes:
    """Return the bytes to write for a page; text is converted to UTF-8."""
    if page.kind not in TEXTS:
        return page.data
    text = decode_labelled(page.data, page.charset or _declared(page), page.address)
    if page.kind == ".html":
        text = f"{saved_mark(page.address, day)}\n{INERT}\n{text}"
    return text.encode("utf-8", "replace")


def _declared(page: Fetched) -> str:
    from rag.load.markup.html import declared_charset

    return declared_charset(page.data) if page.kind == ".html" else ""


def _make_folders(seeds: Path, folder: Path) -> None:
    """Create the folders of a page, never through a link out of the documents."""
    seeds.mkdir(parents=True, exist_ok=True)
    at = seeds
    for name in folder.relative_to(seeds).parts:
        at = at / name
        if at.is_symlink():
            raise OSError(f"'{name}' is a link there")
        at.mkdir(exist_ok=True)


def _check_free(target: Path, page: Fetched) -> None:
    """Raise LoadError if the path holds anything but an earlier copy of this page."""
    if not target.is_symlink() and not target.exists():
        return
    if page.kind == ".html" and not target.is_symlink() and target.is_file():
        with target.open("rb") as stream:
            if saved_from(stream.read(4096).decode("utf-8", "replace"))[0] == page.address:
                return
    raise LoadError(page.address, f"a file {target.name!r} of another origin is there already; remove it first")
