"""Keeps a fetched page among the documents, so that what cites it names the address."""

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

# A browser that is given the file runs none of its scripts, and fetches nothing that it names.
INERT = (
    '<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
)
TEXTS = frozenset({".html", ".txt", ".md", ".csv"})


def keep(page: Fetched, seeds: Path, *, day: date | None = None) -> str:
    """Write a page below the documents, in one rename; return its source there, which reads as its address.

    A web page names its address and the day in its first lines; fetched again it takes the place of the earlier one. No other
    file is ever replaced. Raises LoadError, in one line, if it cannot be kept.
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
    """Return what is written of a page: texts in UTF-8, whatever the server called their encoding."""
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
    """Make the folders down to where a page is kept; never through a link out of the documents."""
    seeds.mkdir(parents=True, exist_ok=True)
    at = seeds
    for name in folder.relative_to(seeds).parts:
        at = at / name
        if at.is_symlink():
            raise OSError(f"'{name}' is a link there")
        at.mkdir(exist_ok=True)


def _check_free(target: Path, page: Fetched) -> None:
    """Raise LoadError if another file than an earlier copy of this page stands there."""
    if not target.is_symlink() and not target.exists():
        return
    if page.kind == ".html" and not target.is_symlink() and target.is_file():
        with target.open("rb") as stream:
            if saved_from(stream.read(4096).decode("utf-8", "replace"))[0] == page.address:
                return
    raise LoadError(page.address, f"a file {target.name!r} of another origin is there already; remove it first")
