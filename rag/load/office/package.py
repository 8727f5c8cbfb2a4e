"""Opens the parts of an office file: their XML and their relations."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any, NamedTuple

from rag.errors import LoadError
from rag.load.archive import BROKEN, open_archive

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif", ".bmp", ".emf", ".wmf", ".webp")


class Relation(NamedTuple):
    """A relation of a part: the last word of its type, and the target part."""

    kind: str
    target: str


class Package:
    """The parts of an office file by name; a missing part is None, a broken one a LoadError."""

    def __init__(self, data: bytes, source: str) -> None:
        self.source = source
        self.archive = open_archive(data, source)
        self._names = {name.casefold(): name for name in self.archive.namelist()}

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a part."""
        found = self._names.get(name.lstrip("/").casefold())
        if found is None:
            return None
        try:
            return self.archive.read(found)
        except BROKEN as error:
            raise LoadError(self.source, f"its archive is broken ({error})") from error

    def has_pictures(self) -> bool:
        """Return True if it shows pictures; a thumbnail of itself is none."""
        return any(name.endswith(PICTURES) and ("/media/" in name or "pictures/" in name) for name in self._names)

    def xml(self, name: str, *, needed: bool = False, text: bool = False) -> Any:
        """Return the root of a part; None if an optional part is missing, or broken and without text."""
        data = self.read(name)
        if data is None:
            if needed:
                raise LoadError(self.source, f"it is damaged: its part {name!r} is missing")
            return None
        return parse_xml_part(data, self.source, name, needed=needed or text)

    def relations(self, name: str) -> dict[str, Relation]:
        """Return the relations of a part, by id; "" is the package itself."""
        folder, base = posixpath.split(name)
        root = self.xml(posixpath.join(folder, "_rels", f"{base}.rels"))
        found: dict[str, Relation] = {}
        for element in root if root is not None else ():
            if not isinstance(element.tag, str) or element.get("TargetMode") == "External":
                continue
            target = element.get("Target") or ""
            path = target if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[element.get("Id") or ""] = Relation((element.get("Type") or "").rpartition("/")[2], path.lstrip("/"))
        return found

    def main(self, fallback: str) -> str:
        """Return the name of the main document part."""
        named = (r.target for r in self.relations("").values() if r.kind == "officeDocument")
        return next(named, fallback)


def parse_xml_part(data: bytes, source: str, name: str, *, needed: bool = True) -> Any:
    """Return the root of some XML."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        if not needed:
            return None
        raise LoadError(source, f"it is damaged ({name}: {' '.join(str(error).split())})") from error


def local(element: Any) -> str:
    """Return the name of an element without its namespace; empty if it is not an element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """Return an attribute by its name in any namespace; empty if there is none."""
    value = element.get(name)
    if value is not None:
        return str(value)
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def link(element: Any, name: str = "id") -> str:
    """Return the relation id of an element, in the namespace of any edition of the format."""
    return next((str(v) for key, v in element.attrib.items() if key.endswith(f"elationships}}{name}")), "")


def child(element: Any, *path: str) -> Any:
    """Return the first child at a path of names, or None."""
    for name in path:
        if element is None:
            return None
        element = next((inner for inner in element if local(inner) == name), None)
    return element


def children(element: Any, *names: str) -> Iterator[Any]:
    """Yield the children of these names."""
    return (inner for inner in (element if element is not None else ()) if local(inner) in names)


def descendants(element: Any, *names: str) -> Iterator[Any]:
    """Yield an element and its descendants of these names, in order."""
    return element.iter(*(f"{{*}}{name}" for name in names)) if element is not None else iter(())


def is_on(element: Any) -> bool:
    """Return True if a switch such as <w:b/> is on."""
    return element is not None and attribute(element, "val") not in ("0", "false", "off", "none")


def is_set(element: Any, name: str) -> bool:
    """Return True if an attribute such as b="1" is set."""
    return element is not None and attribute(element, name) in ("1", "true", "on")


def chosen(element: Any) -> Any:
    """Return the first choice of alternatives, or else the fallback."""
    choice = child(element, "Choice")
    return choice if choice is not None else child(element, "Fallback")
