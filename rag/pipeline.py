"""Runs the path: build makes an index of documents, ask answers a question from it.

build: load_documents → split_document → drop_duplicates → encode → write → publish
ask:   standalone question → retrieve → read → enough evidence? → generate → cite → Answer
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from rag import models
from rag.cite import Check, cite, compose
from rag.dedupe import drop_duplicates
from rag.embed import SentenceEncoder, embedded_text
from rag.errors import RagError
from rag.followup import standalone
from rag.generate import TransformersGenerator
from rag.index import Index, IndexWriter, newest
from rag.load import PARSER_VERSION, Skipped, load_documents
from rag.prompt import REFUSALS, grounded_messages
from rag.read import REFUSAL_THRESHOLD, SentenceReader, enough
from rag.retrieve import Retrieval, retrieve
from rag.split import SPLITTER_VERSION, split_document
from rag.types import Answer, Document, Encoder, Evidence, Generator, Hit, Outcome, Passage, Progress, Reader, Reading, Sentence, Trace, Turn

PASSAGES = 5  # retrieved for an answer; the gold answer stands in the five best of 0.97 of encyclopedia questions
LONGEST_QUESTION = 4_000  # characters
EMBED_BATCH = 256  # texts made durable at a time, so that an interrupted build loses seconds


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    read: int  # files
    skipped: tuple[Skipped, ...]  # with their reasons
    passages: int  # distinct
    duplicates: int  # folded into passages
    embedded: int  # passages embedded in this build
    reused: int  # passages whose vectors were there
    seconds: float
    generation: int


def build(
    seeds: str | Path = "seeds",
    index: str | Path = "index",
    *,
    encoder: Encoder | str = models.DEFAULT_ENCODER,
    progress: Progress | None = None,
) -> BuildReport:
    """Build an index of every document under `seeds` and publish it as a new generation of `index`.

    Only what changed is parsed and embedded. A file that cannot be read is skipped and named in the report. Raises LoadError
    when nothing can be read, IndexBusy when another build runs; the generation that was there goes on serving then.
    """
    started = time.perf_counter()
    say = progress or (lambda stage, done, total: None)
    coder = _encoder(encoder)
    with IndexWriter(Path(index), coder.fingerprint, versions=f"{PARSER_VERSION}.{SPLITTER_VERSION}") as writer:
        loaded = load_documents(Path(seeds), progress=say, known=writer.recall_document)
        passages = [passage for document in loaded.documents for passage in _split(document, writer, coder)]
        distinct = drop_duplicates(passages)
        embedded = _embed_new([embedded_text(passage) for passage in distinct], writer, coder, say)
        say("publishing", 0, 1)
        generation = writer.publish(
            loaded.documents, distinct, [embedded_text(passage) for passage in distinct], skipped=loaded.skipped
        )
        say("publishing", 1, 1)
    return BuildReport(
        read=len(loaded.documents),
        skipped=loaded.skipped,
        passages=len(distinct),
        duplicates=len(passages) - len(distinct),
        embedded=embedded,
        reused=len(distinct) - embedded,
        seconds=time.perf_counter() - started,
        generation=generation,
    )


def ask(
    question: str,
    index: str | Path = "index",
    *,
    history: Sequence[Turn | tuple[str, str]] = (),
    generator: Generator | str | None = models.DEFAULT_GENERATOR,
) -> Answer:
    """Answer one question from an index; for many questions, open a Rag."""
    return Rag.open(index, generator=generator).ask(question, history=history)


class Rag:
    """An open index with its models loaded once, for many questions; picks up a new generation between questions."""

    def __init__(
        self, index: Index, *, encoder: Encoder, reader: Reader, generator: Generator | None, check: Check | None, threshold: float
    ) -> None:
        self._index = index
        self._encoder = encoder
        self._reader = reader
        self._generator = generator
        self._check = check
        self._threshold = threshold

    @classmethod
    def open(
        cls,
        index: str | Path = "index",
        *,
        encoder: Encoder | str = models.DEFAULT_ENCODER,
        generator: Generator | str | None = models.DEFAULT_GENERATOR,
        reader: Reader | None = None,
        check: Check | None = None,
        threshold: float = REFUSAL_THRESHOLD,
    ) -> Rag:
        """Open the newest generation of an index.

        `encoder` and `generator` are names of models or objects of your own; generator None answers in quotes only. Below
        `threshold` (0 to 1) of the reader's confidence a question is refused. Raises IndexMissing, IndexCorrupt,
        IndexMismatch, ModelUnavailable.
        """
        coder = _encoder(encoder)
        return cls(
            Index.open(Path(index), fingerprint=coder.fingerprint),
            encoder=coder,
            reader=reader or SentenceReader(coder),
            generator=_generator(generator) if isinstance(generator, str) else generator,
            check=check,
            threshold=threshold,
        )

    @property
    def index(self) -> Index:
        """The generation that answers now."""
        found = newest(self._index.path)
        if found is not None and found != self._index.generation:
            self._index = Index.open(self._index.path, fingerprint=self._encoder.fingerprint)
        return self._index

    @property
    def documents(self) -> Mapping[str, Document]:
        """The indexed documents by source."""
        return self.index.documents

    def search(
        self, question: str, *, k: int = 10, history: Sequence[Turn | tuple[str, str]] = (), sources: Sequence[str] = ()
    ) -> list[Hit]:
        """Return the k passages nearest to a question, best first; `sources` keeps to these files or folders."""
        asked = _checked(question)
        return list(self._retrieve(self.index, asked, standalone(asked, _turns(history)), k, sources).hits)

    def ask(self, question: str, **options: object) -> Answer:
        """Answer a question: the last value of `stream`, whose keyword arguments it takes."""
        *_, answer = self.stream(question, **options)  # type: ignore[arg-type]
        return answer

    def stream(
        self, question: str, *, history: Sequence[Turn | tuple[str, str]] = (), k: int = PASSAGES, sources: Sequence[str] = ()
    ) -> Iterator[Answer]:
        """Yield an Answer that grows: first the passages, then sentence by verified sentence; the last is whole.

        `k` passages are read; `sources` keeps to these files or folders. Closing the iterator stops the model.
        """
        clock = Clock()
        asked = _checked(question)
        index = self.index  # one generation from the first search to the last citation
        standing = standalone(asked, _turns(history))
        rankings = self._rankings(index, asked, standing, k, sources)
        clock.lap("retrieve")
        answer = _draft(asked, standing, rankings, index.generation)
        yield answer
        reading = self.reader.read(standing, rankings["fused"])
        clock.lap("read")
        answer = _read(answer, reading)
        if not reading.evidence or reading.confidence < self.threshold:
            yield _refused(answer, "not_found", clock)
            return
        evidence = enough(reading)
        wording = self._wording(standing, evidence)
        clock.lap("generate")
        cited = cite(standing, wording, evidence, check=self.check)
        clock.lap("cite")
        for n in range(1, len(cited.sentences) + 1):
            yield _answered(answer, cited.sentences[:n], cited.rejected, clock)
