"""Makes the guide to a document when somebody looks at it: what it says in a few points, and which questions it answers."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import Answer
from rag.web.session.examples import examples
from rag.web.session.host import EngineHost
from rag.web.session.preferences import Preferences

SUMMARISE = "Summarise this document."
QUESTIONS, TRIED = 3, 8
REMEMBERED = 200  # guides


@dataclass(frozen=True, slots=True)
class Guide:
    """`summary` is an answer like any other, every point cited."""

    summary: Answer
    questions: tuple[str, ...]


_MADE: dict[tuple[str, str], Guide] = {}


def guide_to(source: str, host: EngineHost) -> Guide | None:
    """Return the guide to an indexed document, made once for each content that it has; None if there is no such document."""
    documents = host.documents()
    if source not in documents:
        return None
    key = (source, documents[source].sha256)
    if key not in _MADE:
        if len(_MADE) >= REMEMBERED:
            _MADE.clear()
        _MADE[key] = _made(source, host)
    return _MADE[key]


def _made(source: str, host: EngineHost) -> Guide:
    *_, answer = host.engine().stream(SUMMARISE, history=(), preferences=Preferences(sources=(source,), quotes=True))
    suggested = examples({source: host.documents()[source]}, TRIED)
    return Guide(answer, host.answerable(suggested, QUESTIONS))
