"""Reads office files (Word, PowerPoint, Excel, OpenDocument) from their own XML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath

from rag.load.dates import day_of_office
from rag.load.office.opendocument import read_open_document
from rag.load.office.package import Package
from rag.load.office.sheets import read_workbook
from rag.load.office.slides import read_slides
from rag.load.office.word import read_word
from rag.load.parsed import Parsed, with_advice

READERS: dict[str, Callable[[Package], Parsed]] = {
    **dict.fromkeys((".docx", ".docm", ".dotx", ".dotm"), read_word),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"), read_slides),
    **dict.fromkeys((".xlsx", ".xlsm", ".xltx", ".xltm"), read_workbook),
    **dict.fromkeys((".odt", ".ods", ".odp", ".ott", ".ots", ".otp"), read_open_document),
}

ONLY_PICTURES = ", only pictures; save it as .pdf to have it read with the extra [ocr]"

__all__ = ["READERS", "parse_office"]


def parse_office(data: bytes, source: str) -> Parsed:
    """Return the text of an office file with its slides or sheets as pages."""
    package = Package(data, source)
    with package.archive:
        stated = day_of_office(package.archive)
        with with_advice(ONLY_PICTURES if package.has_pictures() else ""):
            parsed = READERS[PurePosixPath(source).suffix.lower()](package)
    return replace(parsed, stated=stated)


def warm_up() -> None:
    """Import what every office file needs, before the child process sets its limits."""
    from lxml import etree

    etree.XMLParser()
