"""Publishes generations of an index, reusing what did not change since the last one.

Laws: until the new manifest has its name, the old generation is untouched and in use; stopping at any moment loses
nothing that was parsed or embedded; the result equals a build from scratch.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexCorrupt
from rag.index.search import bm25, ivf
from rag.index.search.ivf import EXACT_LIMIT, Built
from rag.index.search.posting_runs import Kept, Runs
from rag.index.search.postings import count_terms, languages_in
from rag.index.storage.folder import (
    check_files,
    collect,
    explained,
    locked,
    numbers,
    prepare,
    require_space,
    write_manifest,
)
from rag.index.storage.generation import POSTINGS, open_any
from rag.index.storage.journal import Journal
from rag.index.storage.manifest import Manifest, manifest_body
from rag.index.storage.objects import Table
from rag.index.storage.records import Split
from rag.index.writing.contents import Contents
from rag.index.writing.layout import Files, Plan
from rag.index.writing.reuse import At, ReusableDocuments, ReusableVectors, keys_of
from rag.language.planted import RULES, traits_of
from rag.split.fold import FOLDING_VERSION, fingerprint
from rag.types import Document, Passage, Progress, Trait, Vectors


class Unread(Protocol):
    """A file that could not be read."""

    @property
    def source(self) -> str:
        """Its path relative to the seeds."""

    @property
    def reason(self) -> str:
        """A readable reason why it could not be read."""


class IndexWriter:
    """The only writer of an index, as a context manager that holds the lock; IndexBusy if another writer holds it."""

    def __init__(
        self, path: Path, fingerprint: str, *, versions: str, encoder: str = "", seeds: Path | None = None
    ) -> None:
        """Prepare to write; reuse needs the same encoder `fingerprint` and parser and splitter `versions`."""
        self.path, self.fingerprint, self.versions = Path(path), fingerprint, versions
        self._encoder = encoder  # its name, stored in the index
        self._seeds = seeds
        self._stamp = f"{versions} {FOLDING_VERSION} {fingerprint}"  # passages depend on the encoder's window
        self.notes: list[str] = []  # one line for each damaged part that is built again
        self._held = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as held, explained(self.path):
            prepare(self.path)
            held.enter_context(locked(self.path))
            collect(self.path)
            self._journal = Journal(self.path / "pending")
            held.callback(self._journal.close)
            self._old = open_any(self.path, self.notes)
            self._damage = [str(problem) for problem in self._old.check()] if self._old else []
            self.notes += self._damage
            self.vectors = ReusableVectors(self._old, self._journal)
            self._documents = ReusableDocuments(self._old, self._journal, self._stamp)
            self.contents = Contents(self._documents)
            self._held = held.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._held, explained(self.path):
            if error is not None:
                collect(self.path)
            if len(self._journal) and self._journal.open:
                self._journal.sync()

    def reuse(self, sha256: str, source: str, modified: date | None) -> bool:
        """Reuse the document made earlier from these bytes, under any source; return False if there is none."""
        at = self._documents.find(sha256, source)
        if at is None:
            return False
        with contextlib.suppress(IndexCorrupt):
            document, split = self._documents.read(at, source)
            if split and split.passages:
                self.contents.enter(replace(document, modified=modified), at, split, self._traits(document, at))
                return True
        return False

    def knows(self, sha256: str, source: str) -> bool:
        """Return True if `reuse` will find a document, unless it is damaged."""
        return self._documents.find(sha256, source) is not None

    def add(self, document: Document, passages: Sequence[Passage]) -> None:
        """Add a document and its split, before folding, and store both on disk."""
        split = Split(list(passages), [fingerprint(passage.text) for passage in passages])
        with explained(self.path):
            self.contents.enter(document, self._documents.add(document, split), split, traits_of(document))

    def _traits(self, document: Document, at: At) -> tuple[Trait, ...]:
        """Return the traits of a reused document: those that the old generation stored under the same rules."""
        if at < 0 or self._old is None or self._old.manifest.planted_rules != RULES:
            return traits_of(document)
        return self._old.manifest.planted.get(self._old.sources[at], ())

    def plan(self, documents: Mapping[str, Document], passages: Sequence[Passage]) -> Plan:
        """Return the contents to publish, in order.

        Everything is read once here and once when written. ValueError for a passage that is not a span of its document.
        """
        return Plan(documents, passages, fingerprint=self.fingerprint, split=self.contents.split)

    def missing(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the positions, (m,), ascending, of text keys, (n, 2), without a vector; of equal keys the first."""
        return self.vectors.missing(keys)

    def add_vectors(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Store the vectors of texts, (len(texts), d) float32, on disk, so that an interrupted build keeps them."""
        if vectors.ndim != 2 or len(vectors) != len(texts):
            raise ValueError(f"{len(texts)} texts cannot have vectors of the shape {vectors.shape}")
        self.remember(keys_of(self.fingerprint, texts), vectors)

    def remember(self, keys: NDArray[np.uint64], vectors: Vectors) -> None:
        """Store vectors, (n, d), that were computed elsewhere, by their text keys, (n, 2)."""
        with explained(self.path):
            self.vectors.add(keys, vectors)

    def publish(self, plan: Plan, *, skipped: Sequence[Unread] = (), progress: Progress | None = None) -> int:
        """Publish a generation of exactly this and return its number; the old number if nothing differs.

        `skipped` is stored for display. ValueError for a text without a vector; RagError if the disk fails.
        """
        if len(lost := self.missing(plan.keys)):
            raise ValueError(f"{len(lost)} texts have no vector, the first: {plan.texts[int(lost[0])][:80]!r}")
        unread = tuple((file.source, file.reason) for file in skipped)
        content = plan.digest([self._stamp, bm25.VERSION, unread])
        with explained(self.path):
            if self._old and not self._damage and self._same(self._old.manifest, content):
                number = self._old.manifest.generation
            else:
                require_space(self.path, plan.size() + 4 * len(plan.keys) * self.vectors.dimension(plan.keys))
                number = self._write(plan, content, unread, progress or _silent)
            collect(self.path)
            self._journal.discard()
        return number

    def _same(self, old: Manifest, content: str) -> bool:
        now = (content, self._encoder, self._from_here(), self.contents.planted, RULES)
        return (old.content, old.encoder, old.seeds, old.planted, old.planted_rules) == now

    def _from_here(self) -> str:
        """Return the path of the seeds relative to the index: both may be moved together."""
        if self._seeds is None:
            return ""
        try:
            return Path(os.path.relpath(self._seeds.resolve(), self.path.resolve())).as_posix()
        except ValueError:  # on another drive
            return str(self._seeds.resolve())

    def _write(self, plan: Plan, content: str, unread: tuple[tuple[str, str], ...], say: Progress) -> int:
        """Write, sync, read back and publish."""
        keys = plan.keys
        with Runs(self.path) as runs, Files(self.path) as files:
            postings = count_terms(plan.texts, runs, kept=self._kept(plan), say=say)
            plan.write(files)
            files.put("keys", keys)
            files.write("vectors", b"")
            for vectors in self.vectors.chunks(keys):
                files.put("vectors", vectors)
            built = self._lists(files, self.vectors.dimension(keys))
            files.put_postings("words", postings)
            with Runs(self.path) as few:
                files.put_postings("names", count_terms(plan.names, few))
            stored = files.finish()
        number = max(numbers(self.path), default=0) + 1
        manifest = Manifest(
            generation=number,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            fingerprint=self.fingerprint,
            versions=self._stamp,
            documents=len(plan.sources),
            passages=len(plan.passages),
            dimension=self.vectors.dimension(keys),
            words=bm25.VERSION,
            search="lists" if built else "exact",
            recall=built.recall if built else 1.0,
            probes=built.probes if built else 0,
            languages=languages_in(postings),
            content=content,
            files=stored,
            skipped=unread,
            encoder=self._encoder,
            seeds=self._from_here(),
            planted=dict(self.contents.planted),
            planted_rules=RULES,
        )
        check_files(self.path, stored)
        write_manifest(self.path, number, manifest_body(manifest))
        return number

    def _lists(self, files: Files, dimension: int) -> Built | None:
        """Write inverted lists beside the vectors if there are too many for exact search."""
        matrix = Table(files.close("vectors"), "<f4", max(1, dimension))
        if len(matrix) <= EXACT_LIMIT:
            return None
        built = ivf.build(matrix)
        files.put("centroids", built.centroids)
        for part in built.lists:
            files.write("lists", part)
        files.put("lists.offsets", built.offsets)
        return built

    def _kept(self, plan: Plan) -> Kept | None:
        """Return the reusable postings of the old generation, or None."""
        rows = self.vectors.old_rows(plan.keys)
        if self._old is None or self._old.manifest.words != bm25.VERSION or not (rows >= 0).any():
            return None
        if any(self._old.blobs[f"words.{name}"].damaged() for name in POSTINGS):
            return None
        return Kept(self._old.postings(), rows)


def _silent(stage: str, done: int, total: int) -> None:
    """Report no progress."""
