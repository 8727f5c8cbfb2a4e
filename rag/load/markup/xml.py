"""Reads XML: exports and feeds as records of named values, articles as headings and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import PurePosixPath
from typing import Any

from rag.errors import LoadError
from rag.load.compose import Block, compose
from rag.load.decode import decode_labelled
from rag.load.parsed import Parsed, heading_path
from rag.load.tables.records import Json, record_blocks, record_of

DECLARED = re.compile(rb"\A\s*<\?xml[^<>]*?encoding\s*=\s*[\"']([\w.:-]{2,40})[\"'][^<>]*\?>")
ENTITY = re.compile(r"<!ENTITY\s+([\w.:-]{1,60})\s+(?:\"([^\"<>&%]{0,1000})\"|'([^'<>&%]{0,1000})')\s*>", re.IGNORECASE)
ANY_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
MAX_GROWTH = 1_000_000  # characters that entities may add
TAG = re.compile(r"<(?:/?[A-Za-z]|!--)[^<>]{0,499}>")  # not the signs of a comparison
TITLES = frozenset("title head heading caption subtitle bridgehead".split())
PARAGRAPHS = frozenset("p para simpara ab blockquote".split())
PROSE = PARAGRAPHS | frozenset("note quote abstract summary".split())
SHOWN = frozenset("text title alt label value name caption description content desc".split())
INLINE_TITLES = 200  # characters of a heading
SHORT = 80  # characters of attributes shown after a value
MAX_DEPTH = 100


def parse_xml(data: bytes, source: str) -> Parsed:
    """Return the values of an XML file; LoadError if it is damaged or an entity is not plain text."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(_plain(data, source), parser)
    except (etree.LxmlError, ValueError) as error:
        why = " ".join(str(error).replace(" (<string>, line 1)", "").split())
        raise LoadError(source, f"it is not XML, or damaged ({why})") from error
    title = PurePosixPath(source).stem
    if _is_article(root):
        return compose(_article(root, [title], source), source, title=title)
    return compose(record_blocks(_value(root, top=True), [title], source), source, title=title)


def _plain(data: bytes, source: str) -> bytes:
    """Return the bytes in UTF-8 with the file's entities expanded; one that is not plain text is refused."""
    declared = DECLARED.match(data)
    if declared is None and b"<!ENTITY" not in data.upper():
        return data
    text = _decoded(data, declared, source)
    if ANY_ENTITY.search(text) is None:
        return data if text.startswith("\ufffe") else text.encode("utf-8", "replace")
    known = {match[1]: match[2] or match[3] or "" for match in ENTITY.finditer(text)}
    if ANY_ENTITY.search(ENTITY.sub("", text)):
        raise LoadError(source, "it declares XML entities that are not plain text, as an attack would")
    uses = {name: text.count(f"&{name};") for name in known}
    if sum(len(known[name]) * count for name, count in uses.items()) > MAX_GROWTH:
        raise LoadError(source, "it declares XML entities that would inflate it, as an attack would")
    text = ENTITY.sub("", text)
    written = re.sub(r"&([\w.:-]{1,60});", lambda m: escape(known[m[1]]) if m[1] in known else m[0], text)
    return written.encode("utf-8", "replace")


def _decoded(data: bytes, declared: re.Match[bytes] | None, source: str) -> str:
    """Return the text of the file in its declared encoding, as browsers decode it, without the declaration."""
    if declared is None:
        return data.decode("utf-8", "replace")
    return decode_labelled(data[declared.end() :], declared[1].decode("ascii"), source)


def _children(element: Any) -> list[Any]:
    return [child for child in element if isinstance(child.tag, str)]


def _is_mixed(element: Any) -> bool:
    """Return True if an element mixes text and child elements."""
    children = _children(element)
    return bool(children) and bool(
        (element.text or "").strip() or any((child.tail or "").strip() for child in children)
    )


def _is_article(root: Any) -> bool:
    return any(isinstance(e.tag, str) and (_name(e).lower() in PROSE or _is_mixed(e)) for e in root.iter())


def _article(element: Any, path: list[str], source: str) -> Iterator[Block]:
    """Yield headings and paragraphs; an element without text may have text in its attributes."""
    if len(path) > MAX_DEPTH:
        raise LoadError(source, "it nests too deeply")
    children = _children(element)
    if not children or _is_mixed(element):
        text = " ".join("".join(element.itertext()).split())
        if not text:
            text = " | ".join(f"{key}: {value}" for key, value in _attributes(element) if key in SHOWN)
        yield Block(text, "paragraph", heading_path(path))
        return
    inner = list(path)
    for child in children:
        if _name(child).lower() in TITLES:
            text = " ".join("".join(child.itertext()).split())
            if text and len(text) <= INLINE_TITLES:
                inner = [*path, text]
                yield Block(text, "heading", heading_path(inner))
                continue
        if _is_record(child):
            yield from record_of(_value(child), inner, source)
        else:
            yield from _article(child, inner, source)


def _is_record(element: Any) -> bool:
    """Return True if an element of an article holds values of different names: no paragraphs, and a title only among short ones."""
    children = [] if _is_mixed(element) else _children(element)
    names = {_name(child).lower() for child in children}
    short = all(len("".join(child.itertext())) <= INLINE_TITLES for child in children)
    enough = 3 if names & TITLES else 2
    return (
        len(names) >= enough
        and not names & PARAGRAPHS
        and (short or enough == 2)
        and all(_is_mixed(child) or not _children(child) for child in children)
    )


def _value(element: Any, *, top: bool = False) -> Json:
    """Return an element as a plain value: its text, or its children and attributes by name, repeated ones as lists."""
    mixed = _is_mixed(element)
    children = [] if mixed else _children(element)
    attributes = (
        [] if top and children else _attributes(element)
    )  # of the whole file: versions, addresses of its format
    said = "".join(element.itertext()) if mixed else TAG.sub(" ", unescape(element.text or ""))
    text = " ".join(said.split())
    if not children and (text or not attributes):
        behind = ", ".join(f"{key}: {value}" for key, value in attributes)
        return f"{text} ({behind})" if behind and len(behind) <= SHORT else text
    value: dict[str, Json] = {**dict(attributes), **({"text": text} if text else {})}
    by_name: dict[str, list[Json]] = {}
    for child in children:
        by_name.setdefault(_name(child), []).append(_value(child))
    for name, values in by_name.items():
        value[name] = values if len(values) > 1 else values[0]
    return value


def _attributes(element: Any) -> list[tuple[str, str]]:
    """Return the attributes by name, without XML's own."""
    own = (("" if key.startswith("{http://www.w3.org/") else key, value) for key, value in element.attrib.items())
    return [(key.rpartition("}")[2], " ".join(value.split())) for key, value in own if key and value.strip()]


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
