"""Summarises a document by the points an editor would choose, and a series by what each document says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

from rag.answer.forms.clause import gist
from rag.answer.neighbours import refers_back, whole_items
from rag.answer.on_the_day import of_that_date
from rag.answer.reply import Layout, Reply, Statement
from rag.answer.summary.salience import STOPS, is_furniture, salience
from rag.answer.summary.which_document import BRIEF, asked_beside_the_name
from rag.evidence import Evidence
from rag.language.lists import NUMBERS
from rag.language.quantities import counting_word
from rag.language.words import content_stems
from rag.split.blocks import blocks_of
from rag.types import Document, Passage

WORDS, WORDS_IN_BRIEF = 115, 72  # of a summary, and of a brief one
POINTS, POINTS_IN_BRIEF = 7, 5  # most points of a summary, and of a brief one
SHORTEST = 4  # words; shorter sentences say too little
FEWEST = 3  # points from which a first line without a full stop is a title
LONGEST = 45  # words of one point
WHOLE_ITEM = 30  # words of an item up to which its sentences are one point
MOST_READ = 600  # sentences read, spread over the document, to bound the time
LONG = 80  # sentences of a document from which each of its stretches gets a point
ASKED = 1.5  # on the salience, for a sentence with all words of the request that are not the document's name
REPEATED = 0.5  # off the salience, if all its words are in a point chosen before
SAME_SECTION = 0.4  # off the salience, times log(1 + points chosen in its section)
OF_A_SUMMARY = 3.0  # on the salience, for what stands under such a heading
OF_A_RESULT = 2.0  # on the salience, in the second half of an abstract, which goes from question to result
WORDS_OF_A_POINT = 12  # kept free for each of the points to come, but two
COUNT = re.compile(
    rf"\b({'|'.join(NUMBERS)}|\d+)(?: (?:or|to) \w+)? (?:\w+ )?(?:sentences?|points?|lines|bullets)\b", re.IGNORECASE
)
SAME = 0.7  # share of the words of a sentence in a chosen point, from which it says the same
OWN_SUMMARY = re.compile(  # headings of what the author says in short
    r"\b(?:abstract|summary|conclusions?|key (?:points|findings)|in short|at a glance|zusammenfassung|fazit|résumé|resumen)\b",
    re.IGNORECASE,
)

ABSTRACT = re.compile(r"\babstract\W*\Z", re.IGNORECASE)


def sum_up(question: str, document: Document, passages: Sequence[Passage]) -> Reply:
    """Return three to seven points over a whole document, in its order and in the length asked for."""
    most, words = length_asked(question)
    points = of_that_date(question, points_of(document, passages))
    if not points:
        return ()
    points = points[:: max(1, -(-len(points) // MOST_READ))]
    asked = asked_beside_the_name(question, document)
    told = chosen(points, document.text, most, words=words, asked=asked)
    return as_reply(told)


def length_asked(question: str) -> tuple[int, int]:
    """Return how many points and words a summary has at most."""
    brief = BRIEF.search(question)
    counted = next(filter(None, (counting_word(match[1]) for match in COUNT.finditer(question))), 0)
    return counted or (POINTS_IN_BRIEF if brief else POINTS), WORDS_IN_BRIEF if brief or counted else WORDS


def as_reply(points: Sequence[Evidence]) -> Reply:
    """Return points as statements: bullets, or a text of one or two sentences."""
    layout: Layout = "text" if len(points) < 3 else "bullet"
    return tuple(Statement(gist(e.text), (e,), layout=layout) for e in points)


def points_of(document: Document, passages: Sequence[Passage]) -> list[Evidence]:
    """Return the sentences and items that a summary may use, in order."""
    parts = [Evidence.of(block) for passage in passages for block in blocks_of(document, passage)]
    found = []
    for whole in whole_items(parts):
        short = len(whole.text.split()) <= WHOLE_ITEM
        found += [whole] if short else [e for e in parts if whole.start <= e.start < whole.end]
    told = [e for e in found if _is_point(e)]
    return told[1:] if len(told) > FEWEST and not told[0].text.endswith(STOPS) and told[0].kind != "item" else told


def _is_point(evidence: Evidence) -> bool:
    count = len(evidence.text.split())
    return evidence.kind in ("sentence", "item") and SHORTEST <= count <= LONGEST and not is_furniture(evidence.text)


def chosen(
    points: Sequence[Evidence], text: str, most: int, *, words: int, asked: frozenset[str] = frozenset()
) -> list[Evidence]:
    """Return the points that say most of a document with this text, all different, in its order.

    `words` is the most that they have together; `asked` are stems that the request names. A document that fits is told
    whole, a long one by its abstract or conclusions if it has any, else by a point of each stretch.
    """
    if not points:
        return []  # a table has rows only
    whole = len(points) <= most and sum(map(_length, points)) <= words
    most = most if whole else min(most, max(POINTS_IN_BRIEF, (1 + len(points)) // 2))
    long = len(points) > LONG
    scores = salience(points, text) + ASKED * _shares(points, asked)
    able = np.array([whole or not refers_back(point.text) for point in points], dtype=bool)
    able = able if able.sum() >= most else np.ones(len(points), dtype=bool)
    core = np.array(
        [bool(OWN_SUMMARY.search(point.passage.heading.rpartition(" › ")[2])) for point in points], dtype=bool
    )
    able = able & core if long and (able & core).sum() >= most else able
    scores += OF_A_SUMMARY * core + OF_A_RESULT * _second_halves(points)
    scores[~able] = -np.inf
    return [points[i] for i in sorted(greedy(points, scores, most, words, stretches=most if long else 1))]


def _second_halves(points: Sequence[Evidence]) -> NDArray[np.bool_]:
    """Return True for the points in the second half of the abstract, where the results stand: (points,) bool."""
    inside = [bool(ABSTRACT.search(point.passage.heading)) for point in points]
    return np.array([i and 2 * sum(inside[: n + 1]) > sum(inside) for n, i in enumerate(inside)], dtype=bool)


def greedy(
    points: Sequence[Evidence], scores: NDArray[np.float32], most: int, words: int, *, stretches: int
) -> list[int]:
    """Return the points with the highest scores that fit, none like another, at most one from each of many stretches."""
    stems = [content_stems(point.text) for point in points]
    lengths = np.array([_length(point) for point in points])
    stretch = np.arange(len(points)) * stretches // len(points)
    sections: Counter[str] = Counter()
    repeated, value, told = np.zeros(len(points)), scores.astype(float), list[int]()
    while len(told) < most:
        value[(lengths > words) | (repeated >= SAME)] = -np.inf
        penalty = [SAME_SECTION * log(1 + sections[point.passage.heading]) for point in points]
        now = value - REPEATED * repeated - penalty
        fitting = np.isfinite(now) & (lengths <= words - WORDS_OF_A_POINT * max(0, most - 2 - len(told)))
        now = np.where(fitting, now, -np.inf) if fitting.any() else now
        best = int(now.argmax())
        if not np.isfinite(now[best]):
            break
        told.append(best)
        words -= lengths[best]
        sections[points[best].passage.heading] += 1
        value[(stretch == stretch[best]) if stretches > 1 else best] = -np.inf
        repeated = np.maximum(
            repeated, [len(some & stems[best]) / max(1, min(len(some), len(stems[best]))) for some in stems]
        )
    return told


def _shares(points: Sequence[Evidence], asked: frozenset[str]) -> NDArray[np.float32]:
    """Return the share of the stems asked for that each point has, or its heading; those that no point has are ignored."""
    held = [content_stems(f"{point.passage.heading} {point.text}") for point in points]
    found = asked & frozenset().union(*held)
    return np.array([len(found & some) / max(1, len(found)) for some in held], dtype=np.float32)


def _length(point: Evidence) -> int:
    return len(gist(point.text).split())


def of_series(sources: Iterable[str], best_of: Callable[[str], Sequence[Evidence]]) -> Reply:
    """Return what each document of a series says on the question, one bullet each; `best_of` reads one document."""
    reply = [Statement(e.text, (e,), layout="bullet") for source in sources for e in best_of(source)]
    return tuple(reply)
