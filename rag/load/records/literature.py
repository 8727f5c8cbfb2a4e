"""Reads bibliographies (BibTeX, RIS): each work is a record with readable field names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from rag.load.compose import Block, compose
from rag.load.decode import decode
from rag.load.light.tex_plain import plain_tex
from rag.load.parsed import Parsed, heading_path, require_text
from rag.load.tables.rows import line_of

ENTRY = re.compile(r"@\s*([A-Za-z]+)\s*[{(]\s*([^\s,{}()]*)\s*,")
FIELD = re.compile(r"(?:\s*,)?\s*([A-Za-z][\w-]*)\s*=\s*")
RIS = re.compile(r"^([A-Z][A-Z0-9])  - ?(.*)$")
RIS_NAMES = {
    "TI": "title", "T1": "title", "AU": "author", "A1": "author", "A2": "editor", "PY": "year", "Y1": "year", "JO": "journal",
    "JF": "journal", "T2": "journal", "BT": "title", "VL": "volume", "IS": "number", "SP": "first page", "EP": "last page",
    "PB": "publisher", "CY": "place", "DO": "doi", "SN": "isbn", "UR": "url", "KW": "keywords", "AB": "abstract", "N2": "abstract",
    "N1": "note", "DA": "date", "ET": "edition",
}  # fmt: skip
CALLED = {"doi": "DOI", "isbn": "ISBN", "issn": "ISSN", "url": "URL", "howpublished": "Published"}
FIRST = ("title", "author", "editor", "year", "date")
LONG = ("abstract", "note", "annote", "annotation")
UNREAD = frozenset("file timestamp owner bdsk-url-1 date-added date-modified langid".split())
DELIMITER = re.compile(r"\\\\.|[{}\"]", re.DOTALL)
MAX_VALUE = 20_000  # characters


def parse_bibtex(data: bytes, source: str) -> Parsed:
    """Return the works of a BibTeX file."""
    return _composed(list(_bibtex(decode(data, source))), source)


def parse_ris(data: bytes, source: str) -> Parsed:
    """Return the works of a RIS file."""
    return _composed(list(_ris(decode(data, source))), source)


def _composed(works: list[dict[str, str]], source: str) -> Parsed:
    require_text(" ".join(" ".join(work.values()) for work in works), source, "it lists no works")
    title = PurePosixPath(source).stem
    blocks = (block for n, work in enumerate(works, start=1) for block in _blocks(work, [title, f"row {n}"]))
    return compose(blocks, source, title=title)


def _blocks(work: dict[str, str], path: list[str]) -> Iterator[Block]:
    order = [name for name in FIRST if name in work] + [name for name in work if name not in FIRST]
    cells = [(CALLED.get(name, name.capitalize()), work[name]) for name in order if name not in LONG]
    yield Block(line_of(cells), "row", heading_path(path))
    for name in LONG:
        if work.get(name):
            yield Block(
                work[name], "paragraph", heading_path([path[0], work.get("title", path[-1]), name.capitalize()])
            )


def _bibtex(text: str) -> Iterator[dict[str, str]]:
    shortened: dict[str, str] = {}
    at = 0
    while entry := ENTRY.search(text, at):
        kind, at = entry[1].lower(), entry.end()
        if kind in ("comment", "preamble"):
            continue
        work = {"key": entry[2], "kind": kind}
        while field := FIELD.match(text, at):
            value, at = _value(text, field.end(), shortened)
            name = field[1].lower()
            if name not in UNREAD:
                work[name] = plain_tex(value).replace("\n", " ")
        if "author" in work:
            work["author"] = "; ".join(" ".join(work["author"].split()).split(" and "))
        yield work


def _value(text: str, at: int, shortened: dict[str, str]) -> tuple[str, int]:
    """Return a value in braces or quotes, or a bare word, and its end; values concatenated by # are one."""
    parts: list[str] = []
    while True:
        if at < len(text) and text[at] in '{"':
            end = _end(text, at)
            parts.append(text[at + 1 : end])
            at = end + 1
        else:
            bare = re.compile(r"[^\s,#{}()]+").match(text, at)
            if bare is None:
                return "".join(parts), at + 1
            parts.append(shortened.get(bare[0].lower(), bare[0]))
            at = bare.end()
        joined = re.compile(r"\s*#\s*").match(text, at)
        if joined is None:
            return "".join(parts), at
        at = joined.end()


def _end(text: str, at: int) -> int:
    """Return the end of the brace or quote that opens here."""
    depth, quote = 0, text[at] == '"'
    for match in DELIMITER.finditer(text, at, at + MAX_VALUE):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0 and (not quote or (match[0] == '"' and match.start() > at)):
            return match.start()
    return min(len(text), at + MAX_VALUE)


def _ris(text: str) -> Iterator[dict[str, str]]:
    work: dict[str, list[str]] = {}
    last = ""
    for line in text.splitlines():
        found = RIS.match(line.strip("\ufeff "))
        if found and found[1] == "ER":
            if work:
                yield {name: "; ".join(values) for name, values in work.items()}
            work, last = {}, ""
        elif found:
            last = RIS_NAMES.get(found[1], "")
            if last and found[2].strip():
                work.setdefault(last, []).append(found[2].strip().rstrip("/"))
        elif last and line.strip():
            work[last][-1] += f" {line.strip()}"
    if work:
        yield {name: "; ".join(values) for name, values in work.items()}
