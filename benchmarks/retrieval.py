"""Compares ways of ranking passages: each retriever, their fusions, and re-ranking by the reader.

    python -m benchmarks.retrieval DATA [--questions 250] [--work FOLDER] [--only squad cisi]

The collections are built and searched by the program's own index. squad: one file per article, the gold passage holds
the answer; nq: one file per passage, about 8,000 in all; cranfield and cisi: abstracts with graded judgements; mtrag:
follow-ups with their conversation. A file is ranked by its best passage. The reader reads the READ best fused passages;
in its rows, the other passages follow in their fused order.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.followups import mtrag
from benchmarks.sets import Remembering
from rag import Rag, Turn, build
from rag.answer.answer import blocks_of_hits
from rag.answer.question.followup import standalone, wordings
from rag.answer.read import rerank
from rag.answer.retrieve import DEPTH, fuse
from rag.models.catalog import DEFAULT_ENCODER
from rag.models.encoder import SentenceEncoder
from rag.types import Hit
from training import data

READ = 10  # passages that the reader reads
SEED = 4

Scores = dict[str, float]  # id of a passage → score


@dataclass(frozen=True, slots=True)
class Query:
    """A question with the gain of each unit that answers it; a unit is a file, or one of its paragraphs."""

    text: str
    gains: Mapping[str, float]
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Collection:
    """Files of paragraphs, and questions about them."""

    name: str
    files: Mapping[str, Sequence[str]]
    by_paragraph: bool
    queries: Sequence[Query]


@dataclass(frozen=True, slots=True)
class Found:
    """The results for a question: the scores of each ranking, and the unit of each passage."""

    query: Query
    dense: Sequence[Sequence[Hit]]  # one ranking per wording
    lexical: Sequence[Sequence[Hit]]
    read: Scores  # the reader's scores
    units: Mapping[str, Sequence[str]]


def squad(root: Path) -> Collection:
    """Return whole articles as files, and the questions about the development articles."""
    files: dict[str, list[str]] = {}
    examples = list(data.squad(root))
    loose = list(data.texts_without_labels(root))
    titles = {e.title for e in examples} | {title for title, _ in loose[:252]}
    for title, text in [*((e.title, e.passage) for e in examples), *(pair for pair in loose if pair[0] in titles)]:
        if text not in files.setdefault(title, []):
            files[title].append(text)
    asked = [e for e in examples if e.answerable and data.part_of(e.title) == "dev"]
    queries = [Query(e.question, {f"{e.title}#{files[e.title].index(e.passage)}": 1.0}) for e in asked]
    return Collection("squad", files, True, queries)


def nq(root: Path) -> Collection:
    """Return one file per passage: those with questions of NQ and CLAPNQ, and as many others as there are."""
    examples = [*data.natural_questions(root), *data.clapnq(root)]
    pairs = {(e.title, e.passage) for e in examples} | set(list(data.texts_without_labels(root))[252:])
    names = {pair: f"{n:05d}" for n, pair in enumerate(sorted(pairs))}
    asked = [e for e in data.natural_questions(root) if data.part_of(e.title) == "dev"]
    queries = [Query(e.question, {names[e.title, e.passage]: 1.0}) for e in asked]
    return Collection("nq", {name: [title, text] for (title, text), name in names.items()}, False, queries)


def judged(root: Path, name: str) -> Collection:
    """Return a collection in BEIR's format."""
    folder = root / f"ir_{name}"
    texts = {r["_id"]: [r["title"], r["text"]] for r in _lines(folder / "corpus.jsonl")}
    gains: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels/test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, text, gain = line.split("\t")
        gains.setdefault(query, {})[text] = float(gain)
    queries = [Query(r["text"], gains[r["_id"]]) for r in _lines(folder / "queries.jsonl") if r["_id"] in gains]
    return Collection(name, texts, False, queries)


def follow_ups(root: Path) -> Collection:
    """Return the conversations of benchmarks/followups.py."""
    read = mtrag(root / "mtrag")
    queries = [Query(c.question, dict.fromkeys(c.gold, 1.0), c.history) for c in read.cases]
    return Collection("mtrag", {name: [text] for name, text in read.texts.items()}, False, queries)


COLLECTIONS: dict[str, Callable[[Path], Collection]] = {
    "squad": squad,
    "nq": nq,
    "cranfield": lambda root: judged(root, "cranfield"),
    "cisi": lambda root: judged(root, "cisi"),
    "mtrag": follow_ups,
}


def search(collection: Collection, queries: Sequence[Query], work: Path) -> Iterator[Found]:
    """Build the index of a collection, and search it for each question."""
    rag, units = _opened(collection, work)
    for query in queries:
        asked = wordings(query.text, query.history)
        dense = [rag.index.search(vector, DEPTH) for vector in rag.encoder.encode(asked)]
        lexical = [rag.index.search_text(text, DEPTH) for text in asked]
        best = fuse(dense, lexical)[:READ]
        read = rag.reader.read(standalone(query.text, query.history), blocks_of_hits(best, rag.documents))
        scores = {hit.passage.id: hit.score for hit in rerank(best, read)}
        yield Found(query, dense, lexical, scores, units)


def _opened(collection: Collection, work: Path) -> tuple[Rag, dict[str, list[str]]]:
    """Return the open index, and the units of each passage."""
    folder = work / collection.name
    folder.mkdir(parents=True, exist_ok=True)
    ids = {f"{n:05d}": name for n, name in enumerate(collection.files)}
    starts: dict[str, list[int]] = {}
    for file, name in ids.items():
        paragraphs = collection.files[name]
        text = "\n\n".join([name, *paragraphs] if collection.by_paragraph else paragraphs)
        starts[f"{file}.txt"] = [text.find(p) for p in paragraphs]
        (folder / f"{file}.txt").write_text(text + "\n", encoding="utf-8")
    encoder = Remembering(SentenceEncoder.named(DEFAULT_ENCODER), work / "vectors")
    index = work / f"{collection.name}-index"
    if not index.is_dir():
        build(folder, index, encoder=encoder)
    rag = Rag.open(index, encoder=encoder, generator=None)
    units = {}
    for passage in rag.index.passages:
        places = [(p.source, p.start, p.end) for p in passage.places] or [(passage.source, passage.start, passage.end)]
        names = []
        for source, start, end in places:
            name = ids[source.removesuffix(".txt")]
            held = [
                n for n, at in enumerate(starts[source]) if start < at + len(collection.files[name][n]) and at < end
            ]
            names += [f"{name}#{n}" for n in held] if collection.by_paragraph else [name]
        units[passage.id] = names
    return rag, units


def best_of(rankings: Sequence[Sequence[Hit]]) -> Scores:
    """Merge rankings of one retriever: a passage keeps its best score."""
    scores: Scores = {}
    for hit in (hit for ranking in rankings for hit in ranking):
        scores[hit.passage.id] = max(scores.get(hit.passage.id, -np.inf), hit.score)
    return scores


def reciprocal(rankings: Sequence[tuple[float, Sequence[Hit]]], k: int) -> Scores:
    """Fuse rankings by weighted reciprocal rank."""
    scores: Scores = {}
    for weight, ranking in rankings:
        for rank, hit in enumerate(ranking, start=1):
            scores[hit.passage.id] = scores.get(hit.passage.id, 0.0) + weight / (k + rank)
    return scores


def spread(ranking: Sequence[Hit]) -> Scores:
    """Return the scores of one ranking, scaled to 0 for the last and 1 for the first."""
    if not ranking:
        return {}
    low, high = ranking[-1].score, ranking[0].score
    return {hit.passage.id: (hit.score - low) / max(high - low, 1e-9) for hit in ranking}


def convex(found: Found, share: float) -> Scores:
    """Fuse by scaled score: `share` is the weight of the dense ranking, the mean over several wordings."""
    scores: Scores = {}
    for weight, rankings in ((share, found.dense), (1 - share, found.lexical)):
        for ranking in rankings:
            for id, score in spread(ranking).items():
                scores[id] = scores.get(id, 0.0) + weight * score / len(rankings)
    return scores


def with_reader(fused: Scores, read: Scores, share: float) -> Scores:
    """Mix the reader's scores into a ranking: passages read stay in front, in the reader's order if `share` is 1."""
    top = max(fused.values())
    return {id: (1 - share) * score / top + (share * read[id] + 2 if id in read else 0) for id, score in fused.items()}


def ways() -> dict[str, Callable[[Found], Scores]]:
    """Return the ways of ranking that are compared."""

    def rrf(k: int, dense: float = 1.0) -> Callable[[Found], Scores]:
        return lambda f: reciprocal([*((dense, r) for r in f.dense), *((1.0, r) for r in f.lexical)], k)

    found: dict[str, Callable[[Found], Scores]] = {
        "dense": lambda f: best_of(f.dense),
        "BM25": lambda f: best_of(f.lexical),
    }
    found |= {f"reciprocal rank, k {k}": rrf(k) for k in (60, 20, 5)}
    found |= {"reciprocal rank, k 20, dense x1.5": rrf(20, 1.5)}
    found |= {f"convex, dense {s}": lambda f, s=s: convex(f, s) for s in (0.4, 0.5, 0.6, 0.7)}  # type: ignore[misc]
    for s in (0.3, 0.5, 0.7, 0.9, 1.0):
        found[f"reader {s} over reciprocal rank"] = lambda f, s=s: with_reader(rrf(60)(f), f.read, s)  # type: ignore[misc]
        found[f"reader {s} over convex 0.6"] = lambda f, s=s: with_reader(convex(f, 0.6), f.read, s)  # type: ignore[misc]
    return found


def ranked(found: Found, scores: Scores) -> list[str]:
    """Return the units, best first; a unit counts by its best passage."""
    order = sorted(scores, key=lambda id: (-scores[id], id))
    return list(dict.fromkeys(unit for id in order for unit in found.units[id]))


def measures(gains: Mapping[str, float], ranking: Sequence[str]) -> tuple[float, float, float]:
    """Return hit@1, hit@5 and nDCG@10."""
    ideal = sum(gain / log2(n + 2) for n, gain in enumerate(sorted(gains.values(), reverse=True)[:10]))
    gained = sum(gains.get(unit, 0.0) / log2(n + 2) for n, unit in enumerate(ranking[:10]))
    hits = [any(gains.get(unit, 0) > 0 for unit in ranking[:k]) for k in (1, 5)]
    return float(hits[0]), float(hits[1]), gained / ideal if ideal else 0.0


def report(name: str, found: Sequence[Found]) -> None:
    """Print a row for each way of ranking."""
    print(f"\n{name:<36}{'hit@1':>8}{'hit@5':>8}{'nDCG@10':>9}   n={len(found)}")
    for way, score in ways().items():
        figures = np.mean([measures(f.query.gains, ranked(f, score(f))) for f in found], axis=0)
        print(f"{way:<36}{figures[0]:>8.3f}{figures[1]:>8.3f}{figures[2]:>9.3f}", flush=True)


def _lines(file: Path) -> Iterator[dict[str, str]]:
    return (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--questions", type=int, default=250, help="maximum for each collection")
    parser.add_argument("--work", type=Path, help="folder for indexes and vectors; default: a temporary folder")
    parser.add_argument("--only", nargs="*", default=sorted(COLLECTIONS))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        for name in (name for name in COLLECTIONS if name in options.only):
            collection = COLLECTIONS[name](options.data)
            many = min(options.questions, len(collection.queries))
            queries = random.Random(SEED).sample(list(collection.queries), many)
            report(name, list(search(collection, queries, work)))


if __name__ == "__main__":
    main()
