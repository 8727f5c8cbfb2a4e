"""Sets aside evidence of last resort: from passages written to be retrieved, and text that repeats the question.

A sentence about what another file says is hearsay: it ranks below that file's own text, and is quoted with its origin.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from math import prod
from pathlib import PurePosixPath

from rag.evidence import Block, Evidence, Reading
from rag.language.planted import traits_near
from rag.protocols import Reader
from rag.types import Document

ALONE = 0.5  # share of the way from threshold to certainty: only above it does evidence set aside answer alone
LEAST = 1e-6  # share of a block that is not likely at all
FEWEST_WORDS = 4  # of a question, to be looked for in a sentence
WORD = re.compile(r"\w+")
ASKS = re.compile(
    r"\b(?:who|whom|whose|what|when|where|which|why|how|wer|was|wann|wo|welche\w?|warum|wie|qui|que|quand|où|quel\w*|pourquoi|comment|combien)\b",
    re.IGNORECASE,
)
FILE_NAME = re.compile(r"[\w.-]{1,80}\.[A-Za-z]\w{0,4}\b")


def read_apart(
    reader: Reader,
    questions: Sequence[str],
    blocks: Sequence[Block],
    *,
    documents: Mapping[str, Document],
    threshold: float,
) -> tuple[Reading, tuple[Evidence, ...]]:
    """Return the reading of a question in its wordings, and the evidence set aside because the rest answers without it.

    If the rest does not answer, the evidence set aside may, at a higher confidence. `documents` are all documents.
    Likelihood shares are among all blocks.
    """
    reading = together(reader, questions, blocks)
    places = doubted(blocks, questions[0], documents)
    if not places or not reading.evidence:
        return reading, ()
    rest = together(reader, questions, [block for block in blocks if _place(block) not in places])
    if rest.confidence < threshold:
        alone = reading.confidence >= threshold + ALONE * (1 - threshold)
        return (reading if alone or _place(reading.evidence[0]) not in places else rest), ()
    apart = tuple(evidence for evidence in reading.evidence if _place(evidence) in places)
    kept = tuple(evidence for evidence in reading.evidence if _place(evidence) not in places)
    return Reading(kept, rest.confidence), tuple(e for e in apart if not repeats(questions[0], e.text))


def together(reader: Reader, questions: Sequence[str], blocks: Sequence[Block]) -> Reading:
    """Return one reading of a question in its wordings: shares are geometric means, the confidence is the highest.

    What is asked, alone, is often vague, and in what is told with it nearer things are found that were not asked. A block
    that is likely in both is meant.
    """
    readings = [reader.read(question, blocks) for question in questions]
    if len(readings) == 1:
        return readings[0]
    found: dict[tuple[str, int], list[Evidence]] = defaultdict(list)
    for evidence in (evidence for reading in readings for evidence in reading.evidence):
        found[_place(evidence)].append(evidence)
    shares = {place: _mean([e.score for e in each]) for place, each in found.items()}
    none = _mean([1 - sum(e.score for e in reading.evidence) for reading in readings])
    total = (sum(shares.values()) + none) or 1.0
    read = (replace(_likeliest(each), score=shares[place] / total) for place, each in found.items())
    confidence = max(reading.confidence for reading in readings)
    return Reading(tuple(sorted(read, key=lambda e: -e.score)), confidence)


def _likeliest(read: Sequence[Evidence]) -> Evidence:
    """Return one block as it was read where it is likeliest, with the mean of what it says of yes and no."""
    yes, no, neither = (sum(e.polarity[i] for e in read) / len(read) for i in range(3))
    return replace(max(read, key=lambda e: e.score), polarity=(yes, no, neither))


def _mean(shares: Sequence[float]) -> float:
    """Return the geometric mean of shares."""
    return prod(max(share, LEAST) for share in shares) ** (1 / len(shares))


def doubted(blocks: Sequence[Block], question: str, documents: Mapping[str, Document]) -> frozenset[tuple[str, int]]:
    """Return the places of the blocks that rank below all others."""
    passages = {block.passage.id: block.passage for block in blocks}
    planted = {id for id, p in passages.items() if traits_near(documents[p.source], p.start, p.end)}
    return frozenset(
        _place(block)
        for block in blocks
        if block.passage.id in planted or repeats(question, block.text) or is_hearsay(block, documents)
    )


def repeats(question: str, text: str) -> bool:
    """Return True if a text repeats a question of at least FEWEST_WORDS verbatim."""
    asked = WORD.findall(question.casefold())
    if len(asked) < FEWEST_WORDS or not ASKS.search(question):
        return False
    return f" {' '.join(asked)} " in f" {' '.join(WORD.findall(text.casefold()))} "


def is_hearsay(said: Block | Evidence, sources: Collection[str]) -> bool:
    """Return True if a text names another of the files."""
    names = {name.casefold() for name in FILE_NAME.findall(said.text)}
    if not names:
        return False
    there = {PurePosixPath(source).name.casefold() for source in sources}
    return bool(names & (there - {PurePosixPath(said.passage.source).name.casefold()}))


def _place(said: Block | Evidence) -> tuple[str, int]:
    return said.passage.id, said.start
