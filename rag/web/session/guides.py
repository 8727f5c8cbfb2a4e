"""Makes the guide to a document or collection on demand: a few points, and questions that it answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import PurePosixPath

from rag.types import Sentence
from rag.web import strings
from rag.web.session.examples import examples
from rag.web.session.host import EngineHost
from rag.web.session.lanes import Busy
from rag.web.session.preferences import Preferences

SUMMARISE = "Summarise this document."
POINTS = 5
QUESTIONS, TRIED = 3, 8
REMEMBERED = 200  # guides
WAITING = 4  # most guides being made or waiting; further requests are told to wait


@dataclass(frozen=True, slots=True)
class Guide:
    """`points` are sentences of answers like any other, each cited."""

    points: tuple[Sentence, ...]
    questions: tuple[str, ...]


_MADE: dict[Hashable, Guide] = {}  # by language, collection and content; a collection is open until the program ends
_MAKING = threading.RLock()  # one at a time, and none twice; a collection's guide makes those of its documents
_PLACES = threading.BoundedSemaphore(WAITING)


def in_turn(make: Callable[[], Guide | None]) -> Guide | None:
    """Return a guide; Busy if too many others are being made."""
    if not _PLACES.acquire(blocking=False):
        raise Busy(WAITING, own=False)
    try:
        return make()
    finally:
        _PLACES.release()


def guide_to(source: str, host: EngineHost) -> Guide | None:
    """Return the guide to an indexed document, made once per content and language; None if there is no such document."""
    documents = host.documents()
    if source not in documents:
        return None
    return _remembered((id(host), source, documents[source].sha256), lambda: _made(source, host))


def guide_to_all(host: EngineHost) -> Guide | None:
    """Return the guide to a collection: first points of its largest documents, across folders; None without any."""
    documents = host.documents()
    if not documents:
        return None
    content = tuple(sorted((source, document.sha256) for source, document in documents.items()))
    return _remembered((id(host), hash(content)), lambda: _made_of_all(host))


def telling(sources: Collection[str], passages: Mapping[str, int]) -> list[str]:
    """Return the main documents of a collection: the largest of each folder in turn, largest folder first."""
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


def _remembered(content: Hashable, make: Callable[[], Guide]) -> Guide:
    key = strings.language(), content
    found = _MADE.get(key)
    if found is None:
        with _MAKING:
            found = _MADE.get(key) or make()
            if len(_MADE) >= REMEMBERED:
                _MADE.clear()
            _MADE[key] = found
    return found


def _made(source: str, host: EngineHost) -> Guide:
    alone = Preferences(sources=(source,), quotes=True)
    answer = host.aside(lambda: [*host.engine().stream(SUMMARISE, history=(), preferences=alone)][-1])
    suggested = examples({source: host.documents()[source]}, TRIED)
    points = tuple(sentence for sentence in answer.sentences if sentence.citations)
    return Guide(points[:POINTS], host.answerable(suggested, QUESTIONS))
