"""Measures retrieval, evidence and refusal on question sets.

    python -m benchmarks.cases DATA [--part dev] [--rules] [--no-topics]

Only the development articles are asked about, the index holds everything. A case counts as answered when the reader's
confidence reaches the threshold, right when a shown sentence holds a gold answer, chosen when the first one is a sentence
that people chose. "absent" asks again with the whole article taken out, "near" has a passage that nearly answers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rag import models
from rag.answer.read import REFUSAL_THRESHOLD, SentenceReader, enough, rerank
from rag.answer.retrieve import DEPTH, fuse
from rag.models.encoder import SentenceEncoder
from rag.protocols import Encoder, Reader
from rag.types import Hit, Passage, Vectors
from training import data
from training.data import Example, Part

TOP = 5


@dataclass(frozen=True, slots=True)
class Case:
    """A question with what was retrieved for it, and what people say about it."""

    kind: str  # "squad", "squad-absent", "nq", ...
    question: str
    hits: tuple[Hit, ...]
    gold_passage: str  # id
    gold: tuple[tuple[int, int], ...]  # spans in the gold passage
    answers: tuple[str, ...]
    answerable: bool


class Corpus:
    """Passages with both retrievers over them."""

    def __init__(self, passages: Sequence[Passage], encoder: Encoder) -> None:
        import bm25s
        import Stemmer

        self.passages, self.encoder = list(passages), encoder
        texts = [f"{p.heading}. {p.text}" if p.heading else p.text for p in passages]
        self.vectors: Vectors = encoder.encode(texts)
        self.stemmer = Stemmer.Stemmer("english")
        self.lexical = bm25s.BM25()
        self.lexical.index(
            bm25s.tokenize(texts, stopwords="en", stemmer=self.stemmer, show_progress=False),
            show_progress=False,
        )

    def search(self, question: str, vector: Vectors, without: str = "", k: int = TOP) -> tuple[Hit, ...]:
        import bm25s

        allowed = np.array([p.document_id != without for p in self.passages])
        dense = np.where(allowed, self.vectors @ vector, -9.0)
        tokens = bm25s.tokenize(question, stopwords="en", stemmer=self.stemmer, show_progress=False, return_ids=False)[
            0
        ]
        lexical = np.where(allowed, self.lexical.get_scores(tokens), 0.0) if tokens else np.zeros_like(dense)
        return tuple(fuse([self._best(dense, -8.0)], [self._best(lexical, 0.0)])[:k])

    def _best(self, scores: np.ndarray, above: float) -> list[Hit]:
        order = np.argsort(-scores, kind="stable")[:DEPTH]
        return [Hit(self.passages[int(i)], float(scores[i])) for i in order if scores[i] > above]


def passage(title: str, text: str) -> Passage:
    name = hashlib.sha256(f"{title}|{text}".encode()).hexdigest()[:16]
    return Passage(name, title, f"{title}.txt", text, 0, len(text), heading=title)


class Remembering:
    """An encoder that keeps what it encoded in a folder."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self.encoder, self.folder = encoder, folder
        self.fingerprint, self.window, self.measure = encoder.fingerprint, encoder.window, encoder.measure
        folder.mkdir(parents=True, exist_ok=True)
        self.known: dict[str, np.ndarray] = {}
        for file in sorted(folder.glob("*.npz")):
            stored = np.load(file)
            self.known.update(zip(stored["texts"].tolist(), stored["vectors"], strict=True))

    def encode(self, texts: Sequence[str]) -> Vectors:
        new = sorted({t for t in texts if _key(t) not in self.known}, key=len)
        if new:
            vectors = self.encoder.encode(new)
            self.known.update(zip(map(_key, new), vectors, strict=True))
            if len(new) > 200:
                keys = np.array([_key(t) for t in new])
                np.savez(
                    self.folder / f"{len(list(self.folder.glob('*.npz'))):04d}.npz",
                    texts=keys,
                    vectors=vectors,
                )
        return np.stack([self.known[_key(t)] for t in texts])


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def corpora(root: Path, encoder: Encoder) -> dict[str, Corpus]:
    """Build one index for each kind of collection: everything of a set, whichever part it belongs to."""
    examples = [e for read in data.SETS for e in read(root) if e.source != "covid_qa"]
    loose = list(data.texts_without_labels(root))
    wiki = {"squad2_cs224n", "xquad"}
    articles = {e.title for e in examples if e.source in wiki} | {t for t, _ in loose[:252]}
    squad = {(e.title, e.passage) for e in examples if e.source in wiki} | {(t, p) for t, p in loose if t in articles}
    nq = {(e.title, e.passage) for e in examples if e.source in {"nq_open_oracle", "clapnq"}} | {
        (t, p) for t, p in loose if t not in articles
    }
    only = {name: {(e.title, e.passage) for e in examples if e.source == name} for name in ("clapnq", "qed")}
    sets = {"squad": squad, "nq": nq, **only}
    return {name: Corpus([passage(*pair) for pair in sorted(pairs)], encoder) for name, pairs in sets.items()}


COLLECTION = {
    "squad2_cs224n": "squad",
    "xquad": "squad",
    "nq_open_oracle": "nq",
    "clapnq": "clapnq",
    "qed": "qed",
}


def cases(root: Path, part: Part, encoder: Encoder, k: int = TOP) -> Iterator[Case]:
    """Yield every question of a part with its hits, and many again with their article taken out."""
    built = corpora(root, encoder)
    examples = [e for e in data.read_all(root, part) if e.source in COLLECTION]
    vectors = encoder.encode([e.question for e in examples])
    for example, vector in zip(examples, vectors, strict=True):
        kind = COLLECTION[example.source]
        name = f"{kind}-near" if not example.answerable else kind
        hits = built[kind].search(example.question, vector, k=k)
        gold = passage(example.title, example.passage).id
        yield Case(name, example.question, hits, gold, example.gold, example.answers, example.answerable)
        if example.answerable and kind in ("squad", "nq"):
            hits = built[kind].search(example.question, vector, without=example.title, k=k)
            if not (kind == "nq" and any(_holds(h.passage.text, example) for h in hits)):
                yield Case(f"{kind}-absent", example.question, hits, "", (), (), False)


def _holds(text: str, example: Example) -> bool:
    return any(answer.casefold() in text.casefold() for answer in example.answers)


def noise_cases(root: Path) -> Iterator[Case]:
    """Yield RGB's questions with nothing but noise, and with noise beside good documents: measured, never trained on."""
    for line in map(json.loads, (root / "rgb/en_fact.json").read_text(encoding="utf-8").splitlines()):
        good, bad = line["positive"][:2], line["negative"][:5]
        answers = tuple(_flat(line["answer"]))
        if len(bad) >= 3:
            yield Case("rgb-noise", line["query"], tuple(Hit(passage("", t), 0.03) for t in bad), "", (), (), False)
            mixed = [*good, *bad[:3]]
            random.Random(len(mixed[0])).shuffle(mixed)
            yield Case(
                "rgb-mixed",
                line["query"],
                tuple(Hit(passage("", t), 0.03) for t in mixed),
                "",
                (),
                answers,
                True,
            )


def _flat(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from _flat(inner)
    else:
        yield str(value)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the reader made of a case."""

    case: Case
    confidence: float
    shown: int
    right: bool  # a shown sentence holds an answer, or overlaps what people chose where no answers are given
    chosen: bool  # the first sentence is one that people chose
    first: bool  # the best passage after the reader is the gold one
    within: bool  # the gold passage is among the first five before the reader
    fused_first: bool
    milliseconds: float


def outcome(case: Case, reader: Reader) -> Outcome:
    hits = case.hits[:TOP]
    start = time.perf_counter()
    reading = reader.read(case.question, hits)
    taken = 1000 * (time.perf_counter() - start)
    shown = enough(reading)
    overlaps = [
        e.passage.id == case.gold_passage and any(a < e.end and b > e.start for a, b in case.gold) for e in shown
    ]
    held = [any(answer.casefold() in e.quote.casefold() for answer in case.answers) for e in shown]
    right = any(held) if case.answers else any(overlaps)
    ranked = [hit.passage.id for hit in rerank(hits, reading)]
    before = [hit.passage.id for hit in hits]
    gold = case.gold_passage
    return Outcome(case, reading.confidence, len(shown), right, overlaps[:1] == [True], ranked[:1] == [gold],
                   gold in before, before[:1] == [gold], taken)  # fmt: skip


def report(outcomes: Sequence[Outcome], threshold: float) -> None:
    """Print one line for each kind of case."""
    print("kind             n  answered  right  sentences  chosen first  hit@1 fused  hit@1 read  hit@5   ms p50/p95")
    for kind in sorted({o.case.kind for o in outcomes}):
        mine = [o for o in outcomes if o.case.kind == kind]
        answered = float(np.mean([o.confidence >= threshold for o in mine]))
        p50, p95 = np.percentile([o.milliseconds for o in mine], [50, 95])
        line = f"{kind:<13} {len(mine):>5}  {answered:>8.3f}"
        if mine[0].case.answerable:
            columns = [
                np.mean([getattr(o, name) for o in mine])
                for name in ("right", "shown", "chosen", "fused_first", "first", "within")
            ]
            line += "  {:>5.3f}  {:>9.2f}  {:>12.3f}  {:>11.3f}  {:>10.3f}  {:>5.3f}".format(*columns)
        print(f"{line}   {p50:.0f}/{p95:.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--part", choices=("train", "dev"), default="dev")
    parser.add_argument("--rules", action="store_true", help="without the trained reader")
    parser.add_argument("--no-topics", action="store_true", help="as if the files had no titles")
    parser.add_argument("--cache", type=Path, default=Path(".cache/vectors"))
    given = parser.parse_args()
    encoder = Remembering(SentenceEncoder.named(models.DEFAULT_ENCODER), given.cache)
    found = [*cases(given.data, given.part, encoder), *noise_cases(given.data)]
    if given.no_topics:
        found = [without_topics(case) for case in found]
    reader = SentenceReader(encoder) if given.rules else SentenceReader.named(encoder)
    report([outcome(case, reader) for case in found], REFUSAL_THRESHOLD)


def without_topics(case: Case) -> Case:
    """Return the case as if its files had neither headings nor names that say anything."""
    hits = (Hit(replace(hit.passage, heading="", source="000.txt"), hit.score) for hit in case.hits)
    return replace(case, hits=tuple(hits))


if __name__ == "__main__":
    main()
