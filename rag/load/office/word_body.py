"""Finds the paragraphs and tables of a Word body inside any wrappers, and rejoins lines broken by a converter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from rag.load.compose import Block
from rag.load.office.package import chosen, local

CONTAINERS = frozenset("sdt sdtContent customXml smartTag ins moveTo body document".split())
LINE = 40  # least characters of a line that a converter may have broken


def mended(blocks: Iterable[Block]) -> Iterator[Block]:
    """Join paragraphs that a converter broke at line ends: no sentence ends there, and a lower-case letter follows."""
    held: Block | None = None
    for block in blocks:
        if held and _runs_on(held, block):
            held = replace(held, text=f"{held.text} {block.text}")
            continue
        if held:
            yield held
        held = block
    if held:
        yield held


def _runs_on(before: Block, block: Block) -> bool:
    alike = before.kind == block.kind == "paragraph" and before.heading == block.heading
    return (
        alike
        and len(before.text) >= LINE
        and (before.text[-1].isalnum() or before.text[-1] == ",")
        and block.text[:1].islower()
    )


def unwrapped(element: Any) -> Iterator[Any]:
    for inner in element:
        name = local(inner)
        if name in ("p", "tbl"):
            yield inner
        elif name in CONTAINERS:
            yield from unwrapped(inner)
        elif name == "AlternateContent":
            held = chosen(inner)
            yield from unwrapped(held) if held is not None else ()


def outermost(element: Any, name: str) -> Iterator[Any]:
    """Yield the outermost elements of a name; of alternatives only the first choice."""
    for inner in element:
        if local(inner) == name:
            yield inner
        elif local(inner) == "AlternateContent":
            held = chosen(inner)
            yield from outermost(held, name) if held is not None else ()
        else:
            yield from outermost(inner, name)
