"""Reads blocks for a question: how likely each of them answers it, and how surely any of them does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from math import exp
from pathlib import PurePosixPath

import numpy as np

from rag.models.cross_encoder import CrossEncoder
from rag.types import Block, Evidence, Passage, Reading

ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
MONTHS = "January February March April May June July August September October November December".split()
ROWS = re.compile(r" › rows? \d+(?:–\d+)?\Z")


class BlockReader:
    """A Reader with the trained cross-encoder."""

    def __init__(self, cross: CrossEncoder) -> None:
        self.cross = cross

    def read(self, question: str, blocks: Sequence[Block]) -> Reading:
        """Score every block: the scores are shares of likelihood that sum to 1 over all blocks and "none of these"."""
        groups = [list(group) for _, group in groupby(blocks, key=lambda block: block.passage.id)]
        texts = [_text(group) for group in groups]
        if not texts or not question.strip():
            return Reading((), 0.0)
        scores = self.cross.score(question, texts)
        found = [block for group in groups for block in group if block.kind != "question"]
        logits = np.concatenate([[0.0], scores])
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        order = np.argsort(-scores, kind="stable")
        evidence = tuple(_evidence(found[i], float(shares[i + 1])) for i in order)
        return Reading(evidence, 1 / (1 + exp(-float(np.logaddexp.reduce(scores)))))


def topic(passage: Passage) -> str:
    """Return what a passage is about: its heading path, or its file's name; dates in words."""
    name = re.sub(r"[\W_]+", " ", PurePosixPath(passage.source).stem).strip()
    path = ROWS.sub("", passage.heading)
    about = path if path else "" if re.search(r"\d{5}", name) else name
    return ISO_DATE.sub(_in_words, about)


def _in_words(match: re.Match[str]) -> str:
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return match.group()
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _text(blocks: Sequence[Block]) -> tuple[str, str, list[tuple[int, int]]]:
    """Return (topic, text, spans of the blocks in it)."""
    text, spans = "", []
    for block in blocks:
        text += "\n" if text else ""
        if block.kind != "question":
            spans.append((len(text), len(text) + len(block.text)))
        text += block.text
    return topic(blocks[0].passage), text, spans


def _evidence(block: Block, share: float) -> Evidence:
    return Evidence(
        block.passage, block.start, block.end, block.quote, share, block.text, block.kind, offsets=block.offsets
    )
