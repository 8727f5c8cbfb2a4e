"""Measures how history changes the retrieval of follow-up questions, on conversations with people.

    python benchmarks/followups.py QA [--work FOLDER]

QA holds `mtrag` (MTRAG, Apache-2.0: conversations over four domains with the passages that answer) and `cast` (TREC
CAsT 2019, MIT: turns with standalone questions rewritten by people; it has no passages, so a turn must find its own
standalone question among those of all turns). The indexes are kept in the work folder, so that a second run embeds
nothing again.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rag import Rag, Turn, build
from rag.answer.question.intent import LEANS, IntentHead
from rag.models.catalog import DEFAULT_ENCODER
from rag.models.encoder import SentenceEncoder
from rag.protocols import Encoder
from rag.types import Vectors

DEEP = 40  # passages ranked; a text is ranked by its best passage
SEED = 5  # of the control, which gives a question the history of another one

Rank = Callable[["Case"], list[str]]


@dataclass(frozen=True, slots=True)
class Case:
    """A question in a conversation, with the names of the texts that answer it."""

    conversation: str
    question: str
    history: tuple[Turn, ...]
    gold: frozenset[str]


@dataclass(frozen=True, slots=True)
class Collection:
    """Texts by name, and questions about them."""

    name: str
    texts: dict[str, str]
    cases: list[Case]


class Remembering:
    """An Encoder that caches vectors by text."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder, self.known = encoder, dict[str, Vectors]()
        self.fingerprint, self.window, self.measure = encoder.fingerprint, encoder.window, encoder.measure

    def encode(self, texts: Sequence[str]) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        self.known.update(zip(new, self.encoder.encode(new), strict=True))
        return np.stack([self.known[text] for text in texts])


def mtrag(root: Path) -> Collection:
    """Read the conversations whose answering passages are all available."""
    texts = {r["_id"]: f"{r['title']}\n\n{r['text'].strip()}".strip() for r in _lines(root / "retrieval/corpus.jsonl")}
    gold: dict[str, set[str]] = {}
    for line in (root / "retrieval/qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, text, _ = line.split("\t")
        gold.setdefault(query, set()).add(text)
    cases = [
        Case(r["_id"].split("<")[0], r["last_turn"].strip(), _turns(r["history"]), frozenset(gold[r["_id"]]))
        for r in _lines(root / "retrieval/queries.jsonl")
    ]
    return Collection("mtrag", texts, cases)


def cast(root: Path) -> Collection:
    """Read the turns; the answering text of a turn is its standalone question."""
    folder = root / "2019/data/evaluation"
    resolved = folder / "evaluation_topics_annotated_resolved_v1.0.tsv"
    texts = dict(line.split("\t", 1) for line in resolved.read_text(encoding="utf-8").splitlines() if "\t" in line)
    cases = []
    for topic in json.loads((folder / "evaluation_topics_v1.0.json").read_text(encoding="utf-8")):
        asked = [turn["raw_utterance"].strip() for turn in topic["turn"]]
        for n in range(1, len(asked)):
            name = f"{topic['number']}_{topic['turn'][n]['number']}"
            history = tuple(Turn(question, "") for question in asked[:n])
            cases.append(Case(str(topic["number"]), asked[n], history, frozenset({name})))
    return Collection("cast", texts, cases)


def opened(collection: Collection, work: Path) -> tuple[Rag, dict[str, str]]:
    """Build an index with one file per text; return it with the names of the texts by file."""
    folder = work / collection.name
    folder.mkdir(parents=True, exist_ok=True)
    names = {f"{n:05d}.txt": name for n, name in enumerate(sorted(collection.texts))}
    for file, name in names.items():
        (folder / file).write_text(collection.texts[name] + "\n", encoding="utf-8")
    encoder = Remembering(SentenceEncoder.named(DEFAULT_ENCODER))
    build(folder, work / f"{collection.name}-index", encoder=encoder)
    return Rag.open(work / f"{collection.name}-index", encoder=encoder, generator=None), names


def ways(rag: Rag, names: dict[str, str], collection: Collection) -> dict[str, Rank]:
    """Return the search methods that are compared."""

    def ranked(question: str, history: Sequence[Turn] = ()) -> list[str]:
        hits = rag.search(question, k=DEEP, history=history)
        places = (place.source for hit in hits for place in hit.passage.places)
        return list(dict.fromkeys(names[source] for source in places))

    chance = random.Random(SEED)
    others = [case for case in collection.cases if case.history]
    foreign = {
        id(case): chance.choice([o for o in others if o.conversation != case.conversation and not o.gold & case.gold])
        for case in collection.cases
    }
    found: dict[str, Rank] = {
        "last turn": lambda case: ranked(case.question),
        "two turns joined": lambda case: ranked(" ".join([*(t.question for t in case.history[-1:]), case.question])),
        "ours": lambda case: ranked(case.question, case.history),
        "ours, another's history": lambda case: ranked(case.question, foreign[id(case)].history),
    }
    if any(turn.answer for case in others for turn in case.history):
        found["ours, without answers"] = lambda case: ranked(
            case.question, [Turn(t.question, "") for t in case.history]
        )
    return found


def figures(found: Sequence[tuple[Case, list[str]]]) -> str:
    """Return the figures of one method: hit@1, hit@5, nDCG@10."""
    first = five = gain = count = 0.0
    for case, ranking in found:
        ideal = sum(1 / log2(n + 2) for n in range(min(10, len(case.gold))))
        first += bool(case.gold & set(ranking[:1]))
        five += bool(case.gold & set(ranking[:5]))
        gain += sum(1 / log2(n + 2) for n, name in enumerate(ranking[:10]) if name in case.gold) / ideal
        count += 1
    return f"{count:>6.0f}{first / count:>8.3f}{five / count:>8.3f}{gain / count:>9.3f}"


def report(collection: Collection, work: Path) -> None:
    """Print the table of one collection, for all questions and for those that our rule finds to be standalone."""
    rag, names = opened(collection, work)
    head = IntentHead(SentenceEncoder.named(DEFAULT_ENCODER))
    print(f"\n{collection.name:<28}{'n':>6}{'hit@1':>8}{'hit@5':>8}{'nDCG@10':>9}")
    for name, rank in ways(rag, names, collection).items():
        found = [(case, rank(case)) for case in collection.cases]
        alone = [
            (case, ranking) for case, ranking in found if head.of(case.question, in_conversation=True).leans < LEANS
        ]
        print(f"{name:<28}{figures(found)}", flush=True)
        print(f"{'  standing alone':<28}{figures(alone)}", flush=True)


def _turns(history: Sequence[dict[str, str]]) -> tuple[Turn, ...]:
    """Pair each user's line with the agent's reply; a line without a reply gets an empty one."""
    found: list[Turn] = []
    for line in history:
        if line["speaker"] == "user":
            found.append(Turn(line["text"].strip(), ""))
        elif found:
            found[-1] = Turn(found[-1].question, line["text"].strip())
    return tuple(found)


def _lines(file: Path) -> Iterable[dict[str, str]]:
    return (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("qa", type=Path)
    parser.add_argument("--work", type=Path, help="folder to keep the indexes in; default: a temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        report(cast(options.qa / "cast"), work)
        report(mtrag(options.qa / "mtrag"), work)


if __name__ == "__main__":
    main()
