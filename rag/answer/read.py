"""Reads blocks for a question: the probability that each answers it, its answer span, and the overall confidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from math import exp
from pathlib import Path, PurePosixPath

import numpy as np

from rag.answer.overlap import Shown, bonus
from rag.answer.shown import Seen, shown, times_of
from rag.evidence import Block, Evidence, Reading
from rag.language import own_words
from rag.language.dates import in_words, mentions
from rag.language.sentences import language_of
from rag.models import catalog
from rag.models.cross_encoder import CrossEncoder, PassageReading, Text
from rag.protocols import Encoder
from rag.types import EARLIER_MESSAGE, Hit, Passage

WEIGHTS = Path(__file__).parent.parent / "weights"
REFUSAL_THRESHOLD = 0.4  # minimum confidence
# Coefficients for the best block's score: fitted to answered and refused questions of several domains
# (rag/weights/README.md).
SURE, SHIFT = 0.52, -0.145
FIRST = 2  # passages whose language selects the model
READER_SHARE = 0.9  # weight in a passage's score; the rest is the retrieval score
QUOTED_PENALTY = 3.0  # on the score of text that a letter quotes from an earlier one; the confidence is unchanged
ROWS = re.compile(r" › rows? \d+(?:–\d+)?\Z")
COLUMNS = re.compile(r" › [^›]*\|[^›]*\Z")


class BlockReader:
    """A Reader with the trained cross-encoder."""

    def __init__(self, cross: CrossEncoder, *, foreign: CrossEncoder | None = None) -> None:
        """`foreign` replaces `cross` if the question or passages are not in English."""
        self.cross = cross
        self.foreign = foreign

    @classmethod
    def named(cls, encoder: Encoder) -> BlockReader:
        """Return the built-in reader, which uses the multilingual encoder's layers if the index has that encoder."""
        name = encoder.fingerprint.partition("@")[0]
        own = CrossEncoder.named(WEIGHTS / "reader.safetensors")
        if name != catalog.MULTILINGUAL_ENCODER:
            return cls(own)
        return cls(own, foreign=CrossEncoder.named(WEIGHTS / "reader-multilingual.safetensors", encoder=name))

    def _for(self, question: str, texts: Sequence[Text]) -> CrossEncoder:
        """Return the model for the languages of a question and of the first passages found."""
        if self.foreign is None:
            return self.cross
        first = [passage for _, passage, _ in texts[:FIRST]]
        english = own_words.language_of(question) == "en" and all(language_of(text) == "en" for text in first)
        return self.cross if english else self.foreign

    def read(self, question: str, blocks: Sequence[Block]) -> Reading:
        """Score every block: the scores are probabilities that sum to 1 over all blocks and "none of these"."""
        groups = [list(group) for _, group in groupby(blocks, key=lambda block: block.passage.id)]
        times = times_of(question)
        seen = [[shown(block, times) for block in group] for group in groups]
        texts = [_text(group, held) for group, held in zip(groups, seen, strict=True)]
        if not any(spans for _, _, spans in texts) or not question.strip():
            return Reading((), 0.0)
        readings = self._for(question, texts).read(question, texts)
        read = [
            Shown(topic(b.passage), b.text, b.kind == "row") for group in groups for b in group if b.kind != "question"
        ]
        scores = np.concatenate([reading.scores for reading in readings]) + bonus(question, read)
        best = float(scores.max())
        scores = scores - np.array(
            [QUOTED_PENALTY * _is_earlier(b.passage) for g in groups for b in g if b.kind != "question"]
        )
        shares = np.exp(scores - max(0.0, float(scores.max())))
        shares /= shares.sum() + np.exp(-max(0.0, float(scores.max())))
        found = [
            evidence
            for group, held, text, reading in zip(groups, seen, texts, readings, strict=True)
            for evidence in _evidence(group, held, text, reading)
        ]
        order = np.argsort(-scores, kind="stable")
        evidence = tuple(replace(found[i], score=float(shares[i])) for i in order)
        return Reading(evidence, 1 / (1 + exp(-(SURE * best + SHIFT))))


def _evidence(blocks: Sequence[Block], seen: Sequence[Seen], text: Text, reading: PassageReading) -> Iterator[Evidence]:
    """Yield the blocks of one passage as evidence, with answer span and polarity."""
    candidates = [pair for pair in zip(blocks, seen, strict=True) if pair[0].kind != "question"]
    for (block, held), (first, _), answer, polarity in zip(
        candidates, text[2], reading.answers, reading.polarity, strict=True
    ):
        start, end, certainty = answer
        span = held.own_span(max(0, start - first), min(len(held.text), end - first))
        yield replace(
            Evidence.of(block),
            answer=span if span[0] < span[1] else (0, 0),
            certainty=certainty,
            polarity=(float(polarity[0]), float(polarity[1]), float(polarity[2])),
        )


def _is_earlier(passage: Passage) -> bool:
    """Return True if a passage is text that a letter quotes from an earlier one."""
    return EARLIER_MESSAGE in passage.heading.split(" › ")


def rerank(hits: Sequence[Hit], reading: Reading) -> list[Hit]:
    """Return the hits ordered by their best block and, with a small weight, by their retrieval scores (0 to 1)."""
    best: dict[str, float] = {}
    for evidence in reading.evidence:
        best[evidence.passage.id] = max(best.get(evidence.passage.id, 0.0), evidence.score)
    scores = [READER_SHARE * best.get(hit.passage.id, 0.0) + (1 - READER_SHARE) * hit.score for hit in hits]
    ranked = [Hit(hit.passage, score) for hit, score in zip(hits, scores, strict=True)]
    return sorted(ranked, key=lambda hit: -hit.score)


def topic(passage: Passage) -> str:
    """Return the topic of a passage: its heading path, or its file's name if made of words; dates in words.

    Column names are left out, because rows include them.
    """
    path = COLUMNS.sub("", ROWS.sub("", passage.heading))
    name = re.sub(r"[\W_]+", " ", PurePosixPath(passage.source).stem).strip()
    about = path or ("" if re.search(r"\d{5}", name) else name)
    for mention in reversed([m for m in mentions(about) if m.year and m.day]):
        about = about[: mention.start] + in_words(mention.last_day(0)) + about[mention.end :]
    return about


def _text(blocks: Sequence[Block], seen: Sequence[Seen]) -> Text:
    """Return (topic, text, spans of the blocks in it)."""
    text, spans = "", []
    for block, held in zip(blocks, seen, strict=True):
        text += "\n" if text else ""
        if block.kind != "question":
            spans.append((len(text), len(text) + len(held.text)))
        text += held.text
    return topic(blocks[0].passage), text, spans
