"""Replies with a document's author: its byline, or the sentence about the author at its end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.words import content_stems
from rag.split.blocks import blocks_of

WORK = (
    r"(?:article|text|document|papers?|report|essay|piece|comment(?:ary)?|study|letter|book|booklet|post|file|guide|story|column|review|thesis|chapter|"
    r"handbook|manual|minutes|notes?|newsletter|briefing|leaflet|page)"
)
ASKED = re.compile(
    rf"\W{{0,3}}(?:who (?:wrote|authored|has written)|who (?:is|was|are|were) the (?:author|writer)s?(?: of)?|(?:the )?authors? of|by whom (?:is|was))\s{{1,3}}"
    rf"(?:it|this|that|(?:the|this|that|your|our)\s(?:[\w-]{{1,20}}\s){{0,2}}{WORK})(?:\s{{1,3}}(?:written|by))?\W{{0,3}}\Z",
    re.IGNORECASE,
)
NAME = r"[^\W\d_a-z][\w.'’-]{1,24}(?: (?:[^\W\d_a-z]\.|de|van|von|der|den|[^\W\d_a-z][\w.'’-]{1,24})){1,3}"
BYLINE = re.compile(rf"(?:[Bb]y|Authors?:|Written by|Text:|Von|Par|Por) {NAME}")
ABOUT = re.compile(rf"(?P<name>{NAME}),? (?:is|was) (?:an?|the)\b")
LAST = 3  # passages at the end of a document that may name its author; notices may follow


def author(found: Situation) -> Reply:
    """Return the author of the document that a question is about; () if there is none or it is not asked for."""
    if not ASKED.match(found.question):
        return ()
    source = next((source for source in found.sources if _is_meant(found, source)), None)
    evidence = next(_where_authors_stand(found, source), None) if source else None
    return (Statement(evidence.text, (evidence,)),) if evidence else ()


def _is_meant(found: Situation, source: str) -> bool:
    """Return True for the only document, or one whose title or file name holds a word of the question."""
    named = content_stems(f"{found.documents[source].title} {re.sub(r'[^a-zA-Z]', ' ', source)}")
    return len(found.documents) == 1 or bool(named & content_stems(found.question))


def _where_authors_stand(found: Situation, source: str) -> Iterator[Evidence]:
    """Yield the bylines at the start of a document, then sentences at its end about a person named nowhere else."""
    passages = found.passages_of(source)
    for passage in passages[:1]:
        yield from (
            Evidence.of(block) for block in blocks_of(found.documents[source], passage) if BYLINE.match(block.text)
        )
    for passage in passages[-LAST:]:
        elsewhere = " ".join(other.text for other in passages if other is not passage)
        for block in blocks_of(found.documents[source], passage):
            told = ABOUT.match(block.text)
            if told and told["name"].split()[-1] not in elsewhere:
                yield Evidence.of(block)
