"""Looks up a question: retrieves, and finds out what it means in its conversation by trying what the documents answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answer.answer import blocks_of_hits
from rag.answer.conflicts.versions import asks_for_old, replaced
from rag.answer.draft import Draft
from rag.answer.own_language import own_first
from rag.answer.question.asks import wordings_of
from rag.answer.question.followup import (
    asks_of_the_last,
    may_lean,
    names_what_is_known,
    other_wordings,
    standalone,
    wordings,
)
from rag.answer.question.intent import LEANS, Intent
from rag.answer.question.place import cited_before, last_cited, near, writer
from rag.answer.readings import Way, chosen
from rag.answer.retrieve import retrieve
from rag.answer.revisit import Search
from rag.answer.stations import Asked, Stations
from rag.answer.summary.which_document import about
from rag.types import Hit, Passage

DEEP = 40  # passages retrieved, of which PASSAGES are read; tables are looked up in the files of the others
NEAR = 0.6  # confidence from which the place cited last is read alone; below it, everything found is read
EARLIER = 0.8  # times the vote of a reading with the topic before the last one, for each further one


def looked_up(
    draft: Draft, asked: Asked, spelt: str, intent: Intent, stations: Stations, *, resolved: str
) -> tuple[str, Intent, list[Hit]]:
    """Retrieve; return how the question is understood, what it wants then, and the passages found.

    A question that may lean on what was said before is read in several ways; `resolved` is the likeliest.
    """
    draft.typed = spelt if asked.earlier else ""
    others: list[str] = []
    if intent.act == "ask" and asked.earlier and not draft.english and may_lean(spelt, intent):
        leaning = understood(spelt, asked, replace(intent, leans=1.0), stations)
        others = other_wordings(spelt, asked.earlier, leaning, understand=stations.intents.in_conversation)
    if not others or (len(others) == 1 and intent.leans >= LEANS):
        hits = _near_first(draft, asked, resolved, intent, stations)
        if asked.earlier and intent.act == "ask" and names_what_is_known(spelt):
            more = _around(asked, last_cited(asked.library, asked.earlier))
            draft.hits = tuple({hit.passage.id: hit for hit in (*draft.hits, *more)}.values())
        return resolved, intent, hits
    around = _around(asked, last_cited(asked.library, asked.earlier))
    alone = [] if intent.leans >= LEANS else found_for(draft, asked, spelt, intent, stations)
    hits = found_for(draft, asked, others[0], replace(intent, leans=1.0), stations)
    own = {hit.passage.id: hit for hit in (*alone[: asked.k], *around)}
    ways = [
        Way(spelt, list(own.values()), 1.5 - intent.leans, afar=1 - intent.leans),
        *(Way(other, draft.hits, (0.5 + intent.leans) * EARLIER**n) for n, other in enumerate(others)),
    ]
    way = chosen(ways, {hit.passage.id for hit in around}, reader=stations.reader, documents=asked.library.documents)
    if way is None:
        return resolved, intent, hits
    draft.hits, draft.standalone = tuple(way.hits), way.question
    if way.question != resolved:
        intent = replace(intent, form=stations.intents.of(way.question, in_conversation=False).form)
    return way.question, intent, list({hit.passage.id: hit for hit in (*way.hits, *alone, *hits)}.values())


def _around(asked: Asked, cited: Sequence[Passage]) -> list[Hit]:
    """Return the searched passages around the cited ones."""
    return [hit for hit in near(asked.library, cited) if hit.passage.source in asked.files]


def _near_first(draft: Draft, asked: Asked, question: str, intent: Intent, stations: Stations) -> list[Hit]:
    """Retrieve; where only something more of the last topic is asked, the place cited last is read alone if it answers."""
    hits = found_for(draft, asked, question, intent, stations)
    if not (asked.earlier and question != asked.question and asks_of_the_last(asked.question)):
        return hits
    around = _around(asked, cited_before(asked.library, asked.earlier))
    blocks = blocks_of_hits(around, asked.library.documents)
    if blocks and stations.reader.read(question, blocks).confidence >= NEAR:
        draft.hits = tuple(around)
        return [*around, *hits]
    return hits


def understood(question: str, asked: Asked, intent: Intent, stations: Stations) -> str:
    """Return the question with what it points at in it."""
    return standalone(
        question, asked.earlier, intent, understand=stations.intents.in_conversation,
        written_by=lambda turn: writer(cited_before(asked.library, [turn])),
    )  # fmt: skip


def found_for(
    draft: Draft, asked: Asked, question: str, intent: Intent, stations: Stations, own: Sequence[str] = ()
) -> list[Hit]:
    """Retrieve for a question and record the passages to read; return all passages found."""
    more = (
        wordings(asked.question, asked.earlier, intent, understand=stations.intents.in_conversation)
        if asked.earlier
        else []
    )
    own = own or ([about(question)] if intent.act == "summarise" else wordings_of(question))
    said = list(dict.fromkeys([*own, *more[1:]]))
    said += [about(draft.english) if intent.act == "summarise" else draft.english] if draft.english else []
    rankings = retrieve(asked.library, stations.encoder, said, k=max(asked.k, DEEP), **asked.where)
    found = list(zip(rankings["fused"], asked.library.hits(rankings["fused"]), strict=True))
    old = frozenset() if asks_for_old(question) else replaced(asked.files)
    found = [pair for pair in found if pair[1].passage.source not in old] or found
    hits = [hit for _, hit in found]
    if draft.english and intent.act == "ask":
        hits = own_first(question, hits)
    read = {row: hit.passage.id for (row, _), hit in found if hit in hits[: asked.k]}
    for station, ranking in rankings.items():
        draft.rank(station, {read[row]: score for row, score in ranking if row in read})
    draft.hits = tuple(hits[: asked.k])
    draft.lap("retrieve")
    return hits


def search_in(asked: Asked, stations: Stations) -> Search:
    """Return the search for passages near to other texts, in the same files."""

    def search(texts: Sequence[str]) -> list[Hit]:
        ranking = retrieve(asked.library, stations.encoder, texts, k=DEEP, **asked.where)["fused"]
        return asked.library.hits(ranking)

    return search
