"""Goes through the tables of the files found whose rows are things, without files that a later version replaces."""

from __future__ import annotations

from collections.abc import Iterator

from rag.answer.conflicts.versions import asks_for_old, replaced
from rag.answer.situation import Situation
from rag.answer.tables.asked import MOST_SOURCES
from rag.answer.tables.relation import Relation, relations
from rag.language.lists import FORM_LABELS
from rag.split.tables import tables_of


def tables_read(found: Situation) -> Iterator[tuple[str, str, Relation]]:
    """Yield the file, its title and the table of each table with two rows or more, those of the best files first."""
    read = (evidence.passage.source for evidence in found.evidence)
    old = frozenset[str]() if asks_for_old(found.question) else replaced(found.documents)
    for source in list(dict.fromkeys([*read, *found.sources]))[:MOST_SOURCES]:
        for table in tables_of(found.documents[source]) if source not in old else ():
            for relation in relations(table):
                is_head = relation.kind.casefold() in FORM_LABELS  # of a letter
                if len(relation.things) > 1 and relation.things[0].row is not None and not is_head:
                    yield source, found.documents[source].title, relation
