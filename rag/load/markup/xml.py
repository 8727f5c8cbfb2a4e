"""Reads XML data (feeds, exports): every value stands with the name of its element."""

from __future__ import annotations

import re
from html import unescape
from pathlib import PurePosixPath
from typing import Any

from rag.errors import LoadError
from rag.load.compose import compose
from rag.load.parsed import Parsed
from rag.load.tables.records import Json, record_blocks

DECLARES_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
TAG = re.compile(r"<[^<>]{1,500}>")


def parse_xml(data: bytes, source: str) -> Parsed:
    """Return the values of an XML file; raise LoadError if it is damaged or declares entities."""
    from lxml import etree

    if DECLARES_ENTITY.search(data):
        raise LoadError(source, "it declares XML entities, as an attack would")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        raise LoadError(source, f"it is no XML, or damaged ({' '.join(str(error).split())})") from error
    title = PurePosixPath(source).stem
    return compose(record_blocks(_value(root), [title], source), source, title=title)


def _value(element: Any) -> Json:
    """Return an element as a plain value: its text, or its children by name, lists where a name repeats."""
    children = [child for child in element if isinstance(child.tag, str)]
    text = " ".join(TAG.sub(" ", unescape(element.text or "")).split())
    if not children:
        return text
    value: dict[str, Json] = {"text": text} if text else {}
    by_name: dict[str, list[Json]] = {}
    for child in children:
        by_name.setdefault(_name(child), []).append(_value(child))
    for name, values in by_name.items():
        value[name] = values if len(values) > 1 else values[0]
    return value


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
