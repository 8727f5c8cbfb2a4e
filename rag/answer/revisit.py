"""Looks for passages that may change the best statement, wherever they are, and reads them beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TypeAlias

from rag.answer.doubt import doubted
from rag.answer.newer import may_change, may_have_changed, searches
from rag.answer.situation import Situation
from rag.protocols import Reader
from rag.split.blocks import blocks_of
from rag.types import Hit

MOST = 6  # passages read
Search: TypeAlias = Callable[[Sequence[str]], Sequence[Hit]]  # the passages nearest to some texts


def with_changes(found: Situation, reader: Reader, search: Search | None, known: Collection[str]) -> Situation:
    """Return the situation with what may change the best statement, from passages whose ids are not known.

    They are read with the best statement's passage, so that their scores can be compared.
    """
    if search is None or not may_have_changed(found):
        return found
    more = [hit.passage for hit in search(searches(found)) if hit.passage.id not in known]
    passages = [p for p in more if may_change(found, p)][:MOST]
    if not passages:
        return found
    best = found.best
    blocks = [
        block for passage in (best.passage, *passages) for block in blocks_of(found.documents[passage.source], passage)
    ]
    doubtful = doubted(blocks, found.question, found.documents)
    read = reader.read(found.question, [b for b in blocks if (b.passage.id, b.start) not in doubtful]).evidence
    own = max((e.score for e in read if (e.passage.id, e.start) == (best.passage.id, best.start)), default=0.0)
    scale = best.score / own if own else 0.0
    others = tuple(replace(e, score=scale * e.score) for e in read if e.passage.id not in known)
    return replace(found, evidence=(*found.evidence, *others))
