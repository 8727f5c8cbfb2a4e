"""Runs the path of a question: ask answers it from an index.

ask:   understand the question → retrieve → read → enough? → compute or compose the reply → write → Answer
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from rag import models
from rag.answer.answer import blocks_of_hits
from rag.answer.draft import checked
from rag.answer.path import PASSAGES, answer_question
from rag.answer.question.followup import History, standalone, turns, wordings
from rag.answer.question.intent import IntentHead
from rag.answer.read import REFUSAL_THRESHOLD, BlockReader, rerank
from rag.answer.retrieve import retrieve
from rag.answer.stations import Asked, Stations
from rag.answer.verify.verify import Verifier
from rag.errors import IndexCorrupt, IndexMismatch, IndexMissing, RagError
from rag.index import Index, Location, location_of, newest_manifest, open_index, pointer
from rag.index.encoder import encoder_of
from rag.models.encoder import SentenceEncoder
from rag.models.generator import TransformersGenerator
from rag.models.remote_encoder import RemoteEncoder
from rag.protocols import Encoder, Generator, Reader
from rag.types import Answer, Document, Hit, Where

READ = 10  # passages that the reader re-ranks in a search; more take longer and were not better
SURE = 0.7  # confidence in the first PASSAGES from which the reader stops early (benchmarks/EMBEDDING.md)

LASTING = (IndexCorrupt, IndexMismatch)  # opening the same generation again gives the same

log = logging.getLogger(__name__)


def ask(
    question: str,
    index: str | Path = "index",
    *,
    k: int = PASSAGES,
    history: History = (),
    sources: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
    encoder: Encoder | str | None = None,
    generator: Generator | str | None = models.DEFAULT_GENERATOR,
    reader: Reader | None = None,
    threshold: float = REFUSAL_THRESHOLD,
) -> Answer:
    """Answer one question, as `Rag.open(index, ...).ask(question, ...)` does; the last opened index is reused."""
    place = location_of(index)
    place = place.resolve() if isinstance(place, Path) else place
    rag = _opened(place, encoder, generator, reader, threshold)
    return rag.ask(question, k=k, history=history, sources=sources, since=since, until=until)


class Rag:
    """An open index with its models, for many questions; a new generation is picked up between questions."""

    def __init__(
        self,
        index: Index,
        *,
        encoder: Encoder,
        reader: Reader,
        generator: Generator | None = None,
        threshold: float = REFUSAL_THRESHOLD,
    ) -> None:
        if not 0 <= threshold <= 1:
            raise ValueError(f"threshold is {threshold}; give a value from 0 (answer always) to 1 (refuse always)")
        self._index = index
        self._path = index.path
        self._refused: tuple[int, int] | None = (
            None  # a generation that cannot be opened is not tried for every question
        )
        self.encoder = encoder
        self.reader = reader
        self.intents = IntentHead(_embedded_or(encoder))
        self.verifier = Verifier.named()
        self.generator = generator
        self.threshold = threshold

    @classmethod
    def open(
        cls,
        index: str | Location = "index",
        *,
        encoder: Encoder | str | None = None,
        generator: Generator | str | None = models.DEFAULT_GENERATOR,
        reader: Reader | None = None,
        threshold: float = REFUSAL_THRESHOLD,
    ) -> Rag:
        """Open the newest generation of an index: a folder, or `postgresql://host/database/collection`.

        `encoder` and `generator` are names of models or objects of your own; encoder None is the one the index was
        built with; generator None answers in quotes only. A question is refused if the reader's confidence is below
        `threshold` (0 to 1). Raises IndexMissing, IndexCorrupt, IndexMismatch, ModelUnavailable.
        """
        place = location_of(index)
        coder, _ = encoder_of(place, encoder)
        return cls(
            open_index(place, fingerprint=coder.fingerprint),
            encoder=coder,
            reader=reader or BlockReader.named(coder),
            generator=TransformersGenerator.named(generator) if isinstance(generator, str) else generator,
            threshold=threshold,
        )

    @property
    def index(self) -> Index:
        """The newest generation that can be opened; a caller keeps the one it got.

        IndexMissing if the right to read an index in a database has ended.
        """
        (collection, number), (held, generation) = pointer(self._path), self._index.key
        if not number and held:
            raise IndexMissing(str(self._path))
        newer = number > generation or (collection != held and number > 0)
        if newer and (collection, number) != self._refused:
            try:
                self._index = open_index(self._path, fingerprint=self.encoder.fingerprint)
            except RagError as error:
                self._refused = (collection, number) if isinstance(error, LASTING) else self._refused
                log.warning("generation %d goes on answering: %s", generation, error)
        return self._index

    @property
    def documents(self) -> Mapping[str, Document]:
        """The indexed documents by source."""
        return self.index.documents

    def search(
        self,
        question: str,
        *,
        k: int = 10,
        history: History = (),
        sources: Sequence[str] = (),
        since: date | None = None,
        until: date | None = None,
    ) -> list[Hit]:
        """Return the k passages nearest to a question, best first; the reader re-ranks up to READ of them.

        `sources` restricts the search to these files or folders, `since` and `until` (inclusive) to files of these
        days: the day the file states, or else that of its last change.
        """
        question = checked(question, k)
        where = Where(sources=sources, since=since, until=until)
        index = self.index  # one generation, from the search to the reading
        found = self._rankings(index, question, k=max(k, READ), history=history, where=where)["fused"]
        standing, best, documents = standalone(question, turns(history)), found[:READ], index.documents
        reading = self.reader.read(standing, blocks_of_hits(best[:PASSAGES], documents))
        if reading.confidence < SURE and len(best) > PASSAGES:
            reading = self.reader.read(standing, blocks_of_hits(best, documents))
        return rerank(found, reading)[:k]

    def rankings(
        self,
        question: str,
        *,
        k: int = 10,
        history: History = (),
        sources: Sequence[str] = (),
        since: date | None = None,
        until: date | None = None,
    ) -> dict[str, list[Hit]]:
        """Return the ranking of each retrieval stage: "dense", "lexical" and "fused", each best first."""
        where = Where(sources=sources, since=since, until=until)
        return self._rankings(self.index, checked(question, k), k=k, history=history, where=where)

    def _rankings(self, index: Index, question: str, *, k: int, history: History, where: Where) -> dict[str, list[Hit]]:
        found = retrieve(index, self.encoder, wordings(question, turns(history)), k=k, **where)
        return {station: index.hits(ranking) for station, ranking in found.items()}

    def ask(
        self,
        question: str,
        *,
        k: int = PASSAGES,
        history: History = (),
        sources: Sequence[str] = (),
        since: date | None = None,
        until: date | None = None,
    ) -> Answer:
        """Answer a question: the last value of `stream`."""
        *_, answer = self.stream(question, k=k, history=history, sources=sources, since=since, until=until)
        return answer

    def stream(
        self,
        question: str,
        *,
        k: int = PASSAGES,
        history: History = (),
        sources: Sequence[str] = (),
        since: date | None = None,
        until: date | None = None,
    ) -> Iterator[Answer]:
        """Yield a growing Answer: first the passages, then one verified sentence at a time; the last one is complete.

        `k` passages are read, from the files that `search` would search. Closing the iterator stops the model.
        """
        question = checked(question, k)
        where = Where(sources=sources, since=since, until=until)
        index = self.index  # one generation, from the first search to the last citation
        stations = Stations(self.encoder, self.reader, self.intents, self.verifier, self.generator, self.threshold)
        asked = Asked(question, turns(history), index, index.files(**where), where, k, date.today())
        yield from answer_question(asked, stations)


_LAST: dict[tuple[object, ...], Rag] = {}  # what `ask` opened last, by its arguments


def _embedded_or(encoder: Encoder) -> Encoder:
    """Return the encoder that the intent classifier was trained on; any index built with one of our models uses it."""
    return (
        SentenceEncoder.named(models.DEFAULT_ENCODER)
        if isinstance(encoder, (SentenceEncoder, RemoteEncoder))
        else encoder
    )


def _opened(
    index: Location,
    encoder: Encoder | str | None,
    generator: Generator | str | None,
    reader: Reader | None,
    threshold: float,
) -> Rag:
    """Return the Rag opened last if the arguments are the same and its index is unchanged or newer."""
    key = (index, threshold, *(one if isinstance(one, str) else id(one) for one in (encoder, generator, reader)))
    rag, now = _LAST.get(key), newest_manifest(index)
    if rag is None or now is None or rag.index.manifest != now:
        rag = Rag.open(index, encoder=encoder, generator=generator, reader=reader, threshold=threshold)
        _LAST.clear()
        _LAST[key] = rag  # keeps the objects alive, so that their ids stay unique
    return rag
