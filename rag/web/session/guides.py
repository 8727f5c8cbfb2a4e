"""Makes the guide to a document or a collection when somebody looks at it: a few points of it, and questions that it answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import PurePosixPath

from rag.types import Sentence
from rag.web.session.examples import examples
from rag.web.session.host import EngineHost
from rag.web.session.preferences import Preferences

SUMMARISE = "Summarise this document."
POINTS = 5
QUESTIONS, TRIED = 3, 8
REMEMBERED = 200  # guides


@dataclass(frozen=True, slots=True)
class Guide:
    """`points` are sentences of answers like any other, each cited."""

    points: tuple[Sentence, ...]
    questions: tuple[str, ...]


_MADE: dict[tuple[str, str], Guide] = {}


def guide_to(source: str, host: EngineHost) -> Guide | None:
    """Return the guide to an indexed document, made once for each content that it has; None if there is no such document."""
    documents = host.documents()
    if source not in documents:
        return None
    return _remembered((source, documents[source].sha256), lambda: _made(source, host))


def guide_to_all(host: EngineHost) -> Guide | None:
    """Return the guide to a collection: what its largest documents say first, of as many folders as there are; None without any."""
    documents = host.documents()
    if not documents:
        return None
    content = hashlib.sha256("".join(sorted(one.sha256 for one in documents.values())).encode()).hexdigest()
    return _remembered(("", content), lambda: _made_of_all(host))


def telling(sources: Collection[str], passages: Mapping[str, int]) -> list[str]:
    """Return the documents that tell most of a collection: the largest of each folder in turn, the largest folder first."""
    folders: dict[str, list[str]] = {}
    for source in sorted(sources, key=lambda source: (-passages.get(source, 0), source)):
        folders.setdefault(str(PurePosixPath(source).parent), []).append(source)
    ordered = sorted(folders.values(), key=lambda found: -sum(passages.get(source, 0) for source in found))
    turns = [source for turn in zip_longest(*ordered) for source in turn if source]
    return turns[:POINTS]


def _made_of_all(host: EngineHost) -> Guide:
    chosen = telling(host.documents(), host.contents().passages)
    told = [guide.points for source in chosen if (guide := guide_to(source, host))]
    points = [point for turn in zip_longest(*told) for point in turn if point][:POINTS]
    return Guide(tuple(points), host.examples()[:QUESTIONS])


def _remembered(key: tuple[str, str], make: Callable[[], Guide]) -> Guide:
    if key not in _MADE:
        if len(_MADE) >= REMEMBERED:
            _MADE.clear()
        _MADE[key] = make()
    return _MADE[key]


def _made(source: str, host: EngineHost) -> Guide:
    *_, answer = host.engine().stream(SUMMARISE, history=(), preferences=Preferences(sources=(source,), quotes=True))
    suggested = examples({source: host.documents()[source]}, TRIED)
    points = tuple(sentence for sentence in answer.sentences if sentence.citations)
    return Guide(points[:POINTS], host.answerable(suggested, QUESTIONS))
