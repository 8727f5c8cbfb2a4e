"""Renders the documents as a searchable, sortable table with a guide under each name."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from urllib.parse import quote

from rag.web import strings
from rag.web.view.escape import attribute, shown
from rag.web.view.library import FILE_LIMIT, Row, named
from rag.web.view.remarks import remarks

NO_NAME = "-"  # the URL name of the unnamed collection
READABLE = frozenset({"ready", "changed", "gone"})  # kinds of rows whose document is searchable
MANY = 8  # documents from which there is a search field


def key_of(source: str) -> str:
    """Return the URL key of a document."""
    return hashlib.sha256(source.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def address_of(collection: str) -> str:
    """Return the URL name of a collection."""
    return quote(collection, safe="") or NO_NAME


def formats(suffixes: Collection[str]) -> str:
    """Return a collapsed list of all supported formats."""
    if not suffixes:
        return ""
    listed = " ".join(sorted(suffix for suffix in suffixes if suffix))
    return f'<details class="formats"><summary>{shown(strings.FORMATS)}</summary><p>{shown(listed)}</p><p>{shown(strings.FORMATS_MORE)}</p></details>'


def table(
    rows: Sequence[Row],
    removed: Sequence[str],
    collection: str,
    seeds: Path,
    suffixes: Collection[str],
    skipped: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the library as HTML; `skipped` maps every unread file to the reason, even if it has no row."""
    hint = (
        f'<p class="hint">{shown(strings.ADD_FILES_HINT.format(folder=seeds, limit=FILE_LIMIT))}</p>{formats(suffixes)}'
    )
    if not rows:
        body = f'<div class="empty"><h2>{shown(strings.EMPTY_LIBRARY)}</h2><p>{shown(strings.EMPTY_LIBRARY_MORE)}</p></div>'
        return f"{body}{hint}{_removed(removed)}"
    columns = [(strings.COLUMN_DOCUMENT, ""), (strings.COLUMN_PAGES, "count"), (strings.COLUMN_PASSAGES, "count"),
               (strings.COLUMN_FOLDED, "count"), (strings.COLUMN_STATE, "")]  # fmt: skip
    head = "".join(
        f'<th scope="col" class="{kind}"><button type="button" data-sort="{place}"{_explained(name)}>{shown(name)}</button></th>'
        for place, (name, kind) in enumerate(columns)
    )
    body = "".join(_row(row, collection) for row in rows)
    search = (
        f'<input type="search" id="library-search" dir="auto" placeholder="{attribute(strings.SEARCH_DOCUMENTS)}" '
        f'aria-label="{attribute(strings.SEARCH_DOCUMENTS)}">'
        if len(rows) >= MANY
        else ""
    )
    return (
        f'<p class="totals">{shown(_totals(rows))}</p>{_passed_over(skipped)}{_about(rows, collection)}{search}<table class="library"><thead><tr>{head}<td></td></tr></thead>'
        f"<tbody>{body}</tbody></table>{hint}{_removed(removed)}"
    )


def _explained(column: str) -> str:
    """Return the attribute that explains a column on hover and focus, where its name alone is not clear."""
    return f' data-tip="{attribute(strings.COLUMN_FOLDED_WHY)}"' if column == strings.COLUMN_FOLDED else ""


def _totals(rows: Sequence[Row]) -> str:
    skipped = sum(row.kind == "skipped" for row in rows)
    said = [strings.TOTALS.format(documents=len(rows) - skipped, passages=sum(row.passages for row in rows))]
    counted = {
        strings.COLUMN_PAGES: sum(row.pages for row in rows),
        strings.COLUMN_FOLDED: sum(row.folded for row in rows),
    }
    said += [f"{name}: {count:,}" for name, count in counted.items() if count]
    return " · ".join([*said, *([strings.TOTALS_SKIPPED.format(count=skipped)] if skipped else [])])


def _passed_over(skipped: Mapping[str, str]) -> str:
    """Return the unread files, grouped by reason."""
    if not skipped:
        return ""
    reasons: dict[str, list[str]] = {}
    for source, reason in skipped.items():
        reasons.setdefault(reason, []).append(source)
    items = "".join(
        f"<li>{shown(reason)}: <bdi>{shown(named(found))}</bdi></li>" for reason, found in sorted(reasons.items())
    )
    label = strings.SKIPPED_WHY.format(count=len(skipped))
    return f'<details class="formats"><summary>{shown(label)}</summary><ul>{items}</ul></details>'


def _about(rows: Sequence[Row], collection: str) -> str:
    """Return the guide to all documents, loaded when it is opened."""
    if sum(row.kind in READABLE for row in rows) < 2:
        return ""
    where = f"/ui/guide/{address_of(collection)}"
    return f'<details class="guide whole" data-guide="{where}"><summary>{shown(strings.GUIDE_ALL)}</summary><div></div></details>'


def _cell(name: str, count: int) -> str:
    shown_count = f"{count:,}" if count else "–"
    return f'<td class="count{"" if count else " none"}" data-name="{attribute(name)}" data-value="{count}">{shown_count}</td>'


def _row(row: Row, collection: str) -> str:
    title = (
        f'<span class="title">{shown(row.title)}</span>'
        if row.title not in ("", row.source, PurePosixPath(row.source).stem)
        else ""
    )
    readable = row.kind in READABLE
    where = f"{address_of(collection)}/{key_of(row.source)}"
    name = f"<bdi>{shown(row.source)}</bdi>"
    opened = (
        f'<button type="button" class="name" data-read="/ui/source/{where}/0-0">{name}</button>' if readable else name
    )
    guide = (
        f'<details class="guide" data-guide="/ui/guide/{where}"><summary>{shown(strings.GUIDE)}</summary><div></div></details>'
        if readable
        else ""
    )
    return (
        f'<tr class="{row.kind}"><th scope="row" dir="auto">{opened}{title}{remarks(row.traits)}{guide}</th>'
        f"{_cell(strings.COLUMN_PAGES, row.pages)}{_cell(strings.COLUMN_PASSAGES, row.passages)}{_cell(strings.COLUMN_FOLDED, row.folded)}"
        f'<td><span class="state">{shown(row.state)}</span></td><td class="do">{_button("remove", strings.REMOVE, row.source, ask=True)}</td></tr>'
    )


def _button(act: str, label: str, source: str, *, ask: bool = False) -> str:
    question = f'data-ask="{attribute(strings.REMOVE_CONFIRM.format(name=source))}" ' if ask else ""
    return (
        f'<button type="button" class="act" data-act="{act}" data-source="{html.escape(source, quote=True)}" {question}'
        f'aria-label="{attribute(f"{label}: {source}")}">{shown(label)}</button>'
    )


def _removed(sources: Sequence[str]) -> str:
    """Return the removed documents that can be restored."""
    if not sources:
        return ""
    items = "".join(
        f"<li><bdi>{shown(source)}</bdi> {_button('restore', strings.PUT_BACK, source)}</li>" for source in sources
    )
    label = strings.REMOVED_EARLIER.format(count=len(sources))
    return f'<details class="removed"><summary>{shown(label)}</summary><ul>{items}</ul></details>'
