"""Runs the path of the documents: build makes an index of a folder.

build: for each file: reuse, or parse → split → add; then fold duplicates → join neighbours → embed what is new → publish

A part that is shared with some people is built in the same way, from its documents alone.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rag.engines import LOCAL, Engine, engine_of
from rag.engines.engine import Made, split
from rag.errors import LoadError
from rag.index import (
    Building,
    IndexWriter,
    Location,
    Plan,
    building,
    embed_new,
    lend,
    location_of,
    newest_manifest,
    seeds_of,
)
from rag.index.encoder import encoder_of, first_documents
from rag.index.writing.contents import Contents
from rag.models.choice import encoder_for
from rag.protocols import Encoder
from rag.split import SPLITTER_VERSION, join_neighbours
from rag.split.fold import drop_duplicates
from rag.types import BuildReport, Document, Passage, Progress, Skipped


def build(
    seeds: str | Path | None = None,
    index: str | Location = "index",
    *,
    encoder: Encoder | str | None = None,
    engine: str = LOCAL,
    may_be_empty: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Build an index of every document under `seeds` and publish it as a new generation of `index`.

    `index` is a folder, or `postgresql://host/database/collection`. None means what the index was built with, or else
    `seeds` and the encoder that fits the documents' languages. Only what changed is parsed and embedded. A file that
    cannot be read is skipped and named in the report. Raises LoadError if nothing can be read, unless `may_be_empty`
    and the index had documents before. Raises IndexBusy while another build runs.

    `engine` is where files are parsed and passages embedded: "local", or "ray" or "ray:ADDRESS" (docs/CLUSTER.md).
    """
    from rag.load import why_nothing  # imported here: asking a question reads no files

    started = time.perf_counter()
    say = progress or (lambda stage, done, total: None)
    place = location_of(index)
    seeds = Path(seeds or seeds_of(place) or "seeds")
    before = newest_manifest(place)
    coder, name, advice, ahead = _chosen(encoder, place, seeds, begun=bool(before and before.passages))
    with (
        engine_of(engine, coder, name) as workers,
        building(place) as held,
        _writing(held, coder, name, seeds) as writer,
    ):
        skipped = _read_all(seeds, writer, coder, workers, say, ahead)
        if not writer.contents and not (before and may_be_empty):
            raise LoadError(str(seeds), why_nothing(skipped))
        documents = writer.contents
        folded, passages, plan = _planned(writer)
        held.lend(writer)
        embedded = embed_new(plan, writer, workers.encode, say)
        for part in held.parts():
            with _writing(part, coder, name, seeds) as own:
                _publish_part(part, own, writer, workers, skipped)
        generation = held.publish(writer.publish(plan, skipped=skipped, progress=say))
    counts = {"passages": len(passages), "duplicates": len(documents.passages) - len(folded), "embedded": embedded}
    seconds = time.perf_counter() - started
    return _report(documents, skipped, counts, seconds=seconds, generation=generation, advice=advice)


def _report(
    documents: Contents, skipped: list[Skipped], counts: dict[str, int], *, seconds: float, generation: int, advice: str
) -> BuildReport:
    """Return what a build did."""
    return BuildReport(
        read=len(documents),
        skipped=tuple(skipped),
        **counts,
        reused=counts["passages"] - counts["embedded"],
        seconds=seconds,
        generation=generation,
        advice=advice,
        hiding=tuple(documents.hiding),
        planted=tuple(documents.planted.items()),
        pictures=tuple(documents.pictures),
        unread=tuple(documents.unread),
    )


def _planned(writer: IndexWriter) -> tuple[Sequence[Passage], Sequence[Passage], Plan]:
    """Return the passages of all documents without duplicates, the same with their neighbours joined, and what to publish."""
    documents = writer.contents
    folded = drop_duplicates(documents.passages, documents.prints)
    passages = join_neighbours(folded, documents)
    return folded, passages, writer.plan(documents, passages)


def _publish_part(
    part: Building, own: IndexWriter, whole: IndexWriter, engine: Engine, skipped: Sequence[Skipped]
) -> None:
    """Publish a part, by a writer of its own, as if there were no other documents: nothing that it says comes from them."""
    for source in filter(part.holds, whole.contents):
        document, known = whole.contents[source], whole.contents.split(source)
        if known and not own.reuse(document.sha256, source, document.modified):
            own.add(document, known.passages)
    _, _, plan = _planned(own)
    part.lend(own)
    lend(whole, own, plan.keys)
    embed_new(plan, own, engine.encode, lambda stage, done, total: None)
    part.publish(own.publish(plan, skipped=[file for file in skipped if part.holds(file.source)]))


def _chosen(
    encoder: Encoder | str | None, place: Location, seeds: Path, *, begun: bool
) -> tuple[Encoder, str, str, dict[str, Document]]:
    """Return the encoder, its name, advice for the user, and the documents read to choose it, by source."""
    first = encoder is None and not begun
    ahead = first_documents(seeds) if first else {}
    chosen, advice = encoder_for(document.text for document in ahead.values()) if first else (encoder, "")
    return *encoder_of(place, chosen, building=True), advice, ahead


def _writing(held: Building, encoder: Encoder, name: str, seeds: Path) -> IndexWriter:
    """Return the writer of a place that is held."""
    from rag.load import PARSER_VERSION

    versions = f"{PARSER_VERSION}.{SPLITTER_VERSION}"
    return IndexWriter(held.folder, encoder.fingerprint, versions=versions, encoder=name, seeds=seeds)


def _read_all(
    seeds: Path, writer: IndexWriter, encoder: Encoder, engine: Engine, say: Progress, ahead: Mapping[str, Document]
) -> list[Skipped]:
    """Add every document of a folder to the writer, reused or parsed and split; return what was skipped.

    `ahead` holds documents already parsed, by source.
    """
    from rag.load import File, read_files

    def parsed(file: File) -> Document | None:
        document = ahead.get(file.source)
        return document if document and document.sha256 == file.sha256 else None

    def known(file: File) -> bool:
        return bool(parsed(file)) or writer.knows(file.sha256, file.source)

    skipped: list[Skipped] = []
    for file, made in engine.read(read_files(seeds, progress=say), known):
        if isinstance(file, Skipped):
            skipped.append(file)
        elif not writer.reuse(file.sha256, file.source, file.modified):
            document = parsed(file)
            skipped += _added((document, split(document, encoder)) if document else made(), writer)
    return skipped


def _added(made: Made, writer: IndexWriter) -> list[Skipped]:
    """Add a document to the index being written; return it if it could not be read."""
    if isinstance(made, Skipped):
        return [made]
    writer.add(*made)
    return []
