"""Turns the project's own documents into items of the reader: questions about a document, or about a folder ("world").

The documents of a world are like those of a person's folder: their passages are each other's distractors, the answer
may be in several files, and outdated statements that look like the answer are always among the passages.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from rag.types import Document, Passage
from training.data import Part
from training.reader_items import Item, Span, Text, lines, text_of, wordings

DEV = 6  # one in six worlds or single documents is held out for development
CODE = re.compile(r"\b(?:[A-Z]+-?\d[\w-]*|\d{3,}\b|(?:19|20)\d\d\b)")


@dataclass(frozen=True)
class Piece:
    """A passage as text with blocks, the document it comes from, and the positions of its blocks in that document."""

    text: Text
    file: str
    places: tuple[Span, ...]

    def holds(self, file: str, quotes: Sequence[Span]) -> list[int]:
        """Return the blocks that overlap with quotes of a file."""
        if file != self.file:
            return []
        return [k for k, (start, end) in enumerate(self.places) if any(start < d and end > c for c, d in quotes)]


@dataclass(frozen=True)
class World:
    """The documents of one folder; a single document is a world of one."""

    name: str
    documents: tuple[Any, ...]

    @property
    def part(self) -> Part:
        return "dev" if hashlib.sha256(self.name.encode()).digest()[0] % DEV == 0 else "train"

    @property
    def alone(self) -> bool:
        return len(self.documents) == 1

    @cached_property
    def texts(self) -> Mapping[str, str]:
        return {document["file"]: document["text"] for document in self.documents}

    def write(self, folder: Path) -> None:
        """Write the documents as files of a folder."""
        for file, text in self.texts.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(text.encode())

    def pieces(self, *, as_read: bool) -> list[Piece]:
        """Return the passages, verbatim or as the program reads them."""
        pool = "written" if self.alone else f"world {self.name}"
        made = _as_read if as_read else _as_it_stands
        found = []
        for document in self.documents:
            whole, passages = passages_of(document)
            found += [Piece(*made(whole, passage, pool)) for passage in passages]
        return found

    def spans(self, file: str, quotes: Sequence[str]) -> list[Span]:
        text = self.texts.get(file, "")
        return [(at, at + len(quote)) for quote in quotes if (at := text.find(quote)) >= 0]


def worlds(folder: Path) -> Iterator[World]:
    """Yield the worlds of a folder's files, sorted by name."""
    for file in sorted(folder.glob("**/*.jsonl")):
        for name, some in groupby(lines(file), key=lambda document: str(document.get("world") or document["id"])):
            yield World(name, tuple(some))


def written(folder: Path, chance: random.Random) -> Iterator[Item]:
    """Yield the questions: about single documents twice, verbatim and as read by the program; about worlds as read."""
    for world in worlds(folder):
        for as_read in (False, True) if world.alone else (True,):
            pieces = world.pieces(as_read=as_read)
            for document in world.documents:
                for qa in document["qa"]:
                    yield from _asked(world, pieces, document, qa, chance)


def _asked(world: World, pieces: Sequence[Piece], document: Any, qa: Any, chance: random.Random) -> Iterator[Item]:
    """Yield the item of a question and, if it contains a code, a second one with a different code."""
    domain = "written" if world.alone else "world"
    golds = [(document["file"], world.spans(document["file"], qa["quotes"]))]
    golds += [(o["file"], world.spans(o["file"], o["quotes"])) for o in qa.get("also") or ()]
    marked = [(i, k) for i, piece in enumerate(pieces) for file, spans in golds for k in piece.holds(file, spans)]
    if bool(marked) != bool(qa["quotes"]):
        return
    kept = sorted({i for i, _ in marked})
    place = {i: n for n, i in enumerate(kept)}
    short = tuple((place[i], k, *span) for i, k in marked if (span := _found(pieces[i].text, k, qa["span"])))
    beside = _beside(world, pieces, document, qa, set(kept))
    if world.part == "train" and (other := _another_code(qa, " ".join(world.texts.values()), chance)):
        own = tuple(piece.text for piece in pieces if piece.file == document["file"])
        yield Item(f"{domain}-absent", "train", wordings(other, chance), (), beside=own)
    more = [w for w in qa.get("more", []) if w]
    yield Item(
        domain if marked else f"{domain}-absent", world.part, wordings(qa["q"], chance, more),
        tuple(pieces[i].text for i in kept), tuple((place[i], k) for i, k in marked), short,
        "known" if short else "none" if marked and not qa["span"] else "unknown", qa.get("yn", "") or "", False, (), beside,
    )  # fmt: skip


def _beside(world: World, pieces: Sequence[Piece], document: Any, qa: Any, kept: set[int]) -> tuple[Text, ...]:
    """Return the passages that look like the answer, then the others of the same document."""
    traps = [(o["file"], world.spans(o["file"], o["quotes"])) for o in qa.get("outdated") or ()]
    looking = [i for i, piece in enumerate(pieces) if any(piece.holds(file, spans) for file, spans in traps)]
    same = [i for i, piece in enumerate(pieces) if piece.file == document["file"]]
    return tuple(pieces[i].text for i in dict.fromkeys([*looking, *same]) if i not in kept)


def _found(text: Text, block: int, span: str) -> Span | None:
    """Return the span of the short answer in a block."""
    start, end = text.blocks[block]
    at = text.text[start:end].find(span) if span else -1
    return (start + at, start + at + len(span)) if at >= 0 else None


def passages_of(document: Any) -> tuple[Document, list[Passage]]:
    """Split a document as the program does."""
    from rag.load.text.markdown import parse_markdown
    from rag.load.text.plain import parse_plain
    from rag.split import join_neighbours, split_document
    from rag.split.lazy import Passages

    name = document["file"]
    parse = parse_markdown if name.endswith(".md") else parse_plain
    parsed = parse(document["text"].encode(), name)
    whole = Document(
        document["id"], name, parsed.title or document["title"], parsed.text, segments=tuple(parsed.segments)
    )
    assert parsed.text == document["text"], name
    made = split_document(whole, window=256, measure=lambda text: 2 + len(text) // 4)
    return whole, list(join_neighbours(Passages.of(made), {whole.source: whole}))


def _as_it_stands(whole: Document, passage: Passage, pool: str) -> tuple[Text, str, tuple[Span, ...]]:
    """Return the passage verbatim, under title and heading."""
    heading = passage.heading
    topic = heading if heading.startswith(whole.title) else f"{whole.title} › {heading}" if heading else whole.title
    text = text_of(topic, passage.text, whole.id, pool)
    return text, whole.source, tuple((passage.start + a, passage.start + b) for a, b in text.blocks)


def _as_read(whole: Document, passage: Passage, pool: str) -> tuple[Text, str, tuple[Span, ...]]:
    """Return the passage as the program's own blocks, one per line: no markup, table rows with column names."""
    from rag.answer.read import topic
    from rag.split.blocks import blocks_of

    text, spans, places = "", [], []
    for block in blocks_of(whole, passage):
        text += "\n" if text else ""
        if block.kind != "question":
            spans.append((len(text), len(text) + len(block.text)))
            places.append((block.start, block.end))
        text += block.text
    return Text(topic(passage), text or passage.text, tuple(spans), whole.id, pool), whole.source, tuple(places)


def _another_code(qa: Any, text: str, chance: random.Random) -> str | None:
    """Return the question with a code, year or long number of its quote changed to one that occurs nowhere."""
    if qa.get("yn") or chance.random() > 0.7:
        return None
    for found in CODE.finditer(qa["q"]):
        old = found.group()
        new = "".join(chance.choice("123456789") if c.isdigit() else c for c in old)
        if re.fullmatch(r"(?:19|20)\d\d", old):
            new = str(int(old) + chance.choice((-4, -3, -2, -1, 1, 2, 3, 4)))
        if any(old in quote for quote in qa["quotes"]) and new not in text:
            return str(qa["q"]).replace(old, new)
    return None
