"""Looks for an answer in documents of other languages, where those found by the question's own words do not answer.

A reader of several languages is surest where question and document have the same one, so the question is worded in
theirs, word by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.answer.answer import blocks_of_hits
from rag.answer.draft import Draft
from rag.answer.retrieve import retrieve
from rag.answer.stations import Asked, Stations
from rag.answer.summary.which_document import CALLED
from rag.language.everyday import LANGUAGES
from rag.language.gloss import in_language
from rag.language.lists import FREQUENT
from rag.language.own_words import language_of
from rag.language.sentences import language_of as language_written
from rag.types import Hit

LANGUAGE = re.compile(rf"\b(?:{'|'.join(CALLED)})\s+(?=[a-z])", re.IGNORECASE)
HELD = 0.75  # share of a language's most frequent words from which documents in it are held
FOUND = 20  # passages found, of which those in the language are read


def languages_held(asked: Asked) -> list[str]:
    """Return de, es and fr if the documents hold a text in it."""
    return [
        code
        for code, name in LANGUAGES.items()
        if sum(map(asked.library.knows, FREQUENT[name])) >= HELD * len(FREQUENT[name])
    ]


def look_abroad(draft: Draft, asked: Asked, question: str, stations: Stations) -> list[Hit]:
    """Return the passages that answer a question in another language, more surely than those of the draft; [] if none do.

    The draft takes them over, with the wording by which they answer.
    """
    own, english = language_of(question), draft.english or question
    named = {CALLED[match.group().strip().lower()] for match in LANGUAGE.finditer(english)}
    held = [language for language in languages_held(asked) if language != own]
    if not held or (own != "en" and not draft.english):
        return []
    surest = 0.0 if named & set(held) else _confidence(draft.hits, [question, draft.english], asked, stations)
    if surest >= stations.threshold:
        return []
    best: list[Hit] = []
    for wording, hits in _found(LANGUAGE.sub("", english), held, asked, stations):
        sure = _confidence(hits, [wording], asked, stations)
        if sure >= stations.threshold and sure > surest:
            surest, best, draft.abroad = sure, hits, wording
    draft.hits = tuple(best) or draft.hits
    return best


def _found(english: str, held: Sequence[str], asked: Asked, stations: Stations) -> Iterator[tuple[str, list[Hit]]]:
    """Yield the wording in each language, and the passages in it that are found by it."""
    for language in held:
        if wording := in_language(english, language, asked.library):
            ranking = retrieve(asked.library, stations.encoder, [wording], k=FOUND, **asked.where)["fused"]
            hits = [h for h in asked.library.hits(ranking) if language_written(h.passage.text) == language]
            yield wording, hits[: asked.k]


def _confidence(hits: Sequence[Hit], wordings: Sequence[str], asked: Asked, stations: Stations) -> float:
    blocks = blocks_of_hits(hits, asked.library.documents)
    return max((stations.reader.read(wording, blocks).confidence for wording in wordings if wording), default=0.0)
