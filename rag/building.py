"""Runs the path of the documents: build makes an index of a folder.

build: for each file: reuse, or parse → split → add; then fold duplicates → join neighbours → embed what is new → publish

A part that is shared with some people is built in the same way, from its documents alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

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
from rag.models.choice import encoder_for
from rag.protocols import Encoder
from rag.split import SPLITTER_VERSION, join_neighbours, split_document
from rag.split.fold import drop_duplicates
from rag.types import BuildReport, Document, Passage, Progress, Skipped


def build(
    seeds: str | Path | None = None,
    index: str | Location = "index",
    *,
    encoder: Encoder | str | None = None,
    may_be_empty: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Build an index of every document under `seeds` and publish it as a new generation of `index`.

    `index` is a folder, or `postgresql://host/database/collection`. None means what the index was built with, or else
    `seeds` and the encoder that fits the documents' languages. Only what changed is parsed and embedded. A file that
    cannot be read is skipped and named in the report. Raises LoadError if nothing can be read, unless `may_be_empty`
    and the index had documents before. Raises IndexBusy while another build runs.
    """
    from rag.load import PARSER_VERSION, why_nothing  # imported here: asking a question reads no files

    started = time.perf_counter()
    say = progress or (lambda stage, done, total: None)
    place = location_of(index)
    seeds = Path(seeds or seeds_of(place) or "seeds")
    before = newest_manifest(place)
    coder, name, advice, ahead = _chosen(encoder, place, seeds, begun=bool(before and before.passages))
    about = {"versions": f"{PARSER_VERSION}.{SPLITTER_VERSION}", "encoder": name}
    with building(place) as held, IndexWriter(held.folder, coder.fingerprint, **about, seeds=seeds) as writer:
        skipped = _read_all(seeds, writer, coder, say, ahead)
        if not writer.contents and not (before and may_be_empty):
            raise LoadError(str(seeds), why_nothing(skipped))
        documents = writer.contents
        folded, passages, plan = _planned(writer)
        held.lend(writer)
        embedded = embed_new(plan, writer, coder, say)
        for part in held.parts():
            with IndexWriter(part.folder, coder.fingerprint, **about, seeds=seeds) as own:
                _publish_part(part, own, writer, coder, skipped)
        generation = held.publish(writer.publish(plan, skipped=skipped, progress=say))
    return BuildReport(
        read=len(documents),
        skipped=tuple(skipped),
        passages=len(passages),
        duplicates=len(documents.passages) - len(folded),
        embedded=embedded,
        reused=len(passages) - embedded,
        seconds=time.perf_counter() - started,
        generation=generation,
        advice=advice,
        hiding=tuple(documents.hiding),
        planted=tuple(documents.planted.items()),
        pictures=tuple(documents.pictures),
    )


def _planned(writer: IndexWriter) -> tuple[Sequence[Passage], Sequence[Passage], Plan]:
    """Return the passages of all documents without duplicates, the same with their neighbours joined, and what to publish."""
    documents = writer.contents
    folded = drop_duplicates(documents.passages, documents.prints)
    passages = join_neighbours(folded, documents)
    return folded, passages, writer.plan(documents, passages)


def _publish_part(
    part: Building, own: IndexWriter, whole: IndexWriter, encoder: Encoder, skipped: Sequence[Skipped]
) -> None:
    """Publish a part, by a writer of its own, as if there were no other documents: nothing that it says comes from them."""
    for source in filter(part.holds, whole.contents):
        document, split = whole.contents[source], whole.contents.split(source)
        if split and not own.reuse(document.sha256, source, document.modified):
            own.add(document, split.passages)
    _, _, plan = _planned(own)
    part.lend(own)
    lend(whole, own, plan.keys)
    embed_new(plan, own, encoder, lambda stage, done, total: None)
    part.publish(own.publish(plan, skipped=[file for file in skipped if part.holds(file.source)]))


def _chosen(
    encoder: Encoder | str | None, place: Location, seeds: Path, *, begun: bool
) -> tuple[Encoder, str, str, dict[str, Document]]:
    """Return the encoder, its name, advice for the user, and the documents read to choose it, by source."""
    first = encoder is None and not begun
    ahead = first_documents(seeds) if first else {}
    chosen, advice = encoder_for(document.text for document in ahead.values()) if first else (encoder, "")
    return *encoder_of(place, chosen, building=True), advice, ahead


def _read_all(
    seeds: Path, writer: IndexWriter, encoder: Encoder, say: Progress, ahead: dict[str, Document]
) -> list[Skipped]:
    """Add every document of a folder to the writer, reused or parsed and split; return what was skipped.

    `ahead` holds documents already parsed, by source.
    """
    from rag.load import Parser, parse, read_files

    skipped: list[Skipped] = []
    with Parser() as parser:
        for file in read_files(seeds, progress=say):
            if isinstance(file, Skipped):
                skipped.append(file)
            elif not writer.reuse(file.sha256, file.source, file.modified):
                known = ahead.pop(file.source, None)
                same = known is not None and known.sha256 == file.sha256
                skipped += _added(known if known and same else parse(file, parser), writer, encoder)
    return skipped


def _added(document: Document | Skipped, writer: IndexWriter, encoder: Encoder) -> list[Skipped]:
    """Add a document to the index being written; return it if it could not be read."""
    if isinstance(document, Skipped):
        return [document]
    writer.add(document, split_document(document, window=encoder.window, measure=encoder.measure))
    return []
