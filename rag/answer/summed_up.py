"""Sums up a document, what several say about a topic, or what each document of a series says on a question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from rag.answer.answer import Library, blocks_of_hits, worded
from rag.answer.draft import Draft
from rag.answer.question.intent import Intent
from rag.answer.reply import Reply
from rag.answer.situation import Situation
from rag.answer.stations import Asked, Stations
from rag.answer.summary.over_documents import across_documents
from rag.answer.summary.summary import as_reply, length_asked, of_series, points_of, sum_up
from rag.answer.summary.which_document import documents_asked_for, names_it, without_brevity
from rag.answer.wording import words_better
from rag.evidence import Evidence
from rag.language.own_words import refusal_in
from rag.types import Answer, Hit

OF_A_DOCUMENT = 10  # passages read of each document of a series
READ_BY_MODEL = 16  # sentences that a model summarises, besides those of the quoted summary
OF_A_SERIES = 0.5  # of the threshold: the series was asked for by name, so each of its documents is near the question


@dataclass(frozen=True, slots=True)
class Summary:
    """What a summary says, and what else it could have said; nothing if no document is meant, or it has no sentences."""

    reply: Reply = ()
    more: Sequence[Evidence] = ()


def summary_of(draft: Draft, asked: Asked, hits: Sequence[Hit], stations: Stations) -> Summary:
    """Return a document's summary, or what each document of a series says on the question."""
    library = asked.library
    request = draft.english or draft.standalone
    most, words = length_asked(request)
    across = across_documents(request, hits, library, stations.encoder, most=most, words=words)
    if across:
        return Summary(as_reply(across))
    sources = _to_sum_up(request, asked, hits, stations)
    if len(sources) == 1:
        document = library.documents[sources[0]]
        own = [passage for passage in library.passages_of(sources[0]) if passage.source == sources[0]]
        return Summary(sum_up(request, document, own), points_of(document, own))
    return Summary(of_series(sources, lambda source: _best_of(draft.standalone, library, source, stations)))


def summed_up(
    draft: Draft, asked: Asked, intent: Intent, summary: Summary, stations: Stations, *, front: str = ""
) -> Iterator[Answer]:
    """Yield a summary after `front`, in a model's words if there is one; a refusal if it is empty."""
    library, reply, more = asked.library, summary.reply, summary.more
    draft.lap("compose")
    if reply and not front and stations.generator and words_better(stations.generator, intent.form):
        said = [evidence for statement in reply for evidence in statement.evidence]
        spread = more[:: max(1, -(-len(more) // READ_BY_MODEL))]
        found = Situation(
            draft.standalone, intent, (*said, *spread), library.documents, library.passages_of, asked.today
        )
        yield from worded(draft, found, reply, stations.generator, stations.verifier, whole=False)
    else:
        yield (
            draft.answered(reply, front=front)
            if reply
            else draft.refused("not_found", text=refusal_in(asked.question, nearly=False))
        )


def _to_sum_up(request: str, asked: Asked, hits: Sequence[Hit], stations: Stations) -> list[str]:
    """Return the documents to sum up; one without sentences, such as a table, is passed over.

    [] if no document is meant with certainty, or if one without sentences is named.
    """
    files, documents = list(asked.files), asked.library.documents
    named = [source for source in files if PurePosixPath(source).name.casefold() in request.casefold()]
    sources = documents_asked_for(request, documents, named or files, hits, stations.encoder)
    plain = without_brevity(request)
    if plain != request and len(sources) == 1 < len(files) and not names_it(request, documents[sources[0]]):
        said = stations.intents.of(plain, in_conversation=False)
        sources = [] if said.act == "ask" else sources  # "what did the plumber charge, in short?" means no document
    while len(sources) == 1 < len(files) and not points_of(
        documents[sources[0]], asked.library.passages_of(sources[0])
    ):
        if sources == named or names_it(request, documents[sources[0]]):
            return []
        files.remove(sources[0])
        hits = [hit for hit in hits if hit.passage.source != sources[0]]
        sources = documents_asked_for(request, documents, files, hits, stations.encoder)
    return sources


def _best_of(question: str, library: Library, source: str, stations: Stations) -> list[Evidence]:
    """Return the blocks of one document that answer a question."""
    hits = [Hit(passage, 1.0) for passage in library.passages_of(source) if passage.source == source]
    reading = stations.reader.read(question, blocks_of_hits(hits[:OF_A_DOCUMENT], library.documents))
    if reading.confidence < OF_A_SERIES * stations.threshold:
        return []
    return [e for e in reading.evidence[:2] if e.score >= 0.5 * reading.evidence[0].score]
