"""Finds the table of what a request names: "the hall prices" are in a document about the hall, not in another price list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.answer.compute import whole_table
from rag.answer.reply import Reply
from rag.answer.situation import Situation
from rag.answer.tables.asked import Asked
from rag.answer.tables.relation import numeric, relations
from rag.language.words import content_stems
from rag.split.tables import tables_of

BEHIND = re.compile(r".*?\s(?:of|for|in|at|on)\s(?P<thing>.+)", re.IGNORECASE)
MOST_SOURCES = 10  # files whose tables are looked at


def table_of_the_thing(subject: str, reply: Reply, found: Situation) -> Reply:
    """Return the table of the thing that a subject names, if the reply is from files that do not name it; else the reply."""
    thing = _thing(subject)
    cited = {evidence.passage.source for statement in reply for evidence in statement.evidence}
    if not thing or (cited and any(_holds(found, source, thing) for source in cited)):
        return reply
    tables = (whole_table(found, asked) for asked in _candidates(subject, found, thing))
    return next(filter(None, tables), reply)


def _candidates(subject: str, found: Situation, thing: frozenset[str]) -> Iterator[Asked]:
    """Yield the tables with numbers in files that name the thing, best file first; in a file, those nearest to the subject."""
    asked = content_stems(subject)
    for source in [source for source in dict.fromkeys(found.sources) if _holds(found, source, thing)][:MOST_SOURCES]:
        held = [relation for table in tables_of(found.documents[source]) for relation in relations(table)]
        names = [content_stems(" ".join([r.heading, r.kind, *r.attributes])) for r in held]
        order = sorted(range(len(held)), key=lambda i: (-len(names[i] & asked), i))
        for relation in (held[i] for i in order):
            if numeric(relation):
                yield Asked(relation, source, relation.things, (), False)


def _thing(subject: str) -> frozenset[str]:
    """Return the stems of what a subject is about: "hall" of "hall prices" and of "the prices of the hall"."""
    behind = BEHIND.fullmatch(subject)
    return content_stems(behind["thing"] if behind else subject.rpartition(" ")[0])


def _holds(found: Situation, source: str, thing: frozenset[str]) -> bool:
    document = found.documents[source]
    return thing <= content_stems(f"{document.title} {source} {document.text}")
