"""Measures what a prompt costs: whole passages or their sentences, with the fixed part kept or read again at every question.

    python -m benchmarks.prompt_cost DATA [--questions 40] [--work FOLDER]

The default generator words the answers of the same retrieved passages three ways: "passages" puts the passages that were read into
the prompt whole, "sentences" the evidence sentences that the reader chose (as the program does), "kept" the same with the fixed part of
the prompt computed once. Quality is of what is shown after the check of citations, and of what the model wrote by itself. Questions
that the quotes answer, SQuAD's development articles.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.answers import Question, opened, squad
from rag.answer.cite import cite
from rag.answer.prompt import grounded_messages
from rag.answer.read import enough
from rag.evaluation.figures import normalised
from rag.evidence import Evidence
from rag.models.catalog import DEFAULT_GENERATOR
from rag.models.generator import TransformersGenerator
from rag.types import Hit, Message

SEED = 6
PASSAGES = 5  # that the program reads, and that a prompt of passages holds


@dataclass(frozen=True, slots=True)
class Written:
    """What one way of prompting gave."""

    tokens: int  # read for this question
    first: float  # seconds to the first piece
    whole: float
    wrote: bool  # the model's own words hold a gold answer
    shown: bool  # what is shown after the check does
    own: bool  # at least one sentence shown is the model's


def whole(hits: Sequence[Hit]) -> list[Evidence]:
    """Return the passages as evidence."""
    return [Evidence(h.passage, h.passage.start, h.passage.end, h.passage.text, h.score) for h in hits[:PASSAGES]]


def write(
    generator: TransformersGenerator, question: Question, messages: Sequence[Message], evidence: Sequence[Evidence],
    *, kept: bool,
) -> Written:  # fmt: skip
    """Word one answer."""
    model = generator.load()
    if not kept:
        generator._prefix = ([], None)  # what the program keeps between questions
    tokens = len(model.encode(messages)) - (len(model.encode(messages[:-1], asks=False)) if kept else 0)
    started, first, text = time.perf_counter(), 0.0, ""
    for piece in generator.generate(messages):
        first = first or time.perf_counter() - started
        text += piece
    taken = time.perf_counter() - started
    cited = cite(question.text, text, evidence)
    shown = " ".join(sentence.text for sentence in cited.sentences)
    own = any(sentence.verdict == "supported" for sentence in cited.sentences)
    return Written(tokens, first or taken, taken, _holds(text, question), _holds(shown, question), own)


def _holds(text: str, question: Question) -> bool:
    said = f" {normalised(text)} "
    return any(f" {normalised(answer)} " in said for answer in question.answers if normalised(answer))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--work", type=Path, help="keeps the index and the vectors")
    given = parser.parse_args()
    files, questions = squad(given.data)
    with tempfile.TemporaryDirectory() as temporary:
        rag = opened("squad", files, given.work or Path(temporary))
        generator = TransformersGenerator.named(DEFAULT_GENERATOR)
        rows: dict[str, list[Written]] = {
            "passages, nothing kept": [],
            "sentences, nothing kept": [],
            "sentences, kept": [],
        }
        drawn = iter(random.Random(SEED).sample(questions, 2 * given.questions))
        while len(rows["sentences, kept"]) < given.questions:
            question = next(drawn)
            hits = rag.rankings(question.text, k=PASSAGES)["fused"]
            reading = rag.reader.read(question.text, hits)
            evidence = enough(reading)
            if reading.confidence < rag.threshold:
                continue
            passages = whole(hits)
            for name, given_evidence, kept in zip(
                rows, (passages, evidence, evidence), (False, False, True), strict=True
            ):
                messages = grounded_messages(question.text, given_evidence)
                if kept:  # the prefix is there from the question before
                    next(generator.generate(messages), None)
                rows[name].append(write(generator, question, messages, given_evidence, kept=kept))
    show(rows)


def show(rows: dict[str, list[Written]]) -> None:
    """Print the table."""
    print(
        "| | tokens read a question | first token | whole | gold in the model's words | gold in what is shown | with a sentence of the model's |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, made in rows.items():
        print(
            f"| {name} | {median(w.tokens for w in made):.0f} | {1e3 * median(w.first for w in made):.0f} ms "
            f"| {1e3 * median(w.whole for w in made):.0f} ms | {np.mean([w.wrote for w in made]):.2f} "
            f"| {np.mean([w.shown for w in made]):.2f} | {np.mean([w.own for w in made]):.2f} |"
        )
    print(f"n={len(next(iter(rows.values())))}, medians")


if __name__ == "__main__":
    main()
