"""Measures which worded sentences are accepted: sentences by people, altered ones, and two sets of labelled citations.

    python -m benchmarks.wording DATA [--written FOLDER] [--sweep] [--show KIND]

DATA is the folder that holds `qa/`. Right: answers that people wrote to CLAPNQ's questions (development titles), each
sentence checked against the sentences that they chose; with --written, also replies about documents outside the
training data. Altered: the same sentences, and sentences of development passages, with one word or phrase exchanged
(`training.wording.alter`). Each is judged by the rules alone, by the trained check alone, and by both, as the program
does.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rag.answer.verify.rules import broken_rule
from rag.answer.verify.verify import SUPPORTED, least
from rag.language.sentences import sentences
from rag.models.entailment import EntailmentModel
from training.data import read_all
from training.wording import sources, tables
from training.wording.alter import MAKERS
from training.wording.rewrite import reword

SEED = 23
KINDS = (
    "number",
    "name",
    "date",
    "unit",
    "negation",
    "quantifier",
    "direction",
    "comparative",
    "role",
    "modal",
    "tense",
    "pronoun",
    "code",
    "condition",
)
EACH = 60  # altered sentences of passages, per kind
MOST = 100  # altered sentences of people, per kind
BATCH = 32


class Case(NamedTuple):
    """A sentence with the blocks it cites."""

    group: str  # the row in which it is counted
    question: str
    context: str
    blocks: tuple[str, ...]
    claim: str
    holds: bool
    whole: str = ""  # the answer it is part of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--written", type=Path)
    parser.add_argument("--rules-only", action="store_true")
    parser.add_argument("--quick", action="store_true", help="skip AttributionBench and WiCE")
    parser.add_argument("--sweep", action="store_true", help="also print the acceptance at other thresholds")
    parser.add_argument("--keep", type=Path, help="cache of the trained check's scores")
    parser.add_argument("--show", help="print the wrongly judged cases of a group")
    given = parser.parse_args()
    cases = [*people(given.data, given.written), *altered(given.data, given.written)]
    cases += [] if given.quick else labelled(given.data)
    rules = np.array([_wrong(case) is None for case in cases])
    scores = np.ones(len(cases)) if given.rules_only else scored(cases, given.keep)
    limits = np.array([least(c.question, c.claim, c.blocks, [c.context]) for c in cases])
    print("| what | n | rules | check | both |\n|---|---|---|---|---|")
    table(cases, rules, scores >= limits)
    if given.sweep:
        for threshold in (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7):
            print(f"\nthreshold {threshold}\n")
            table(cases, rules, scores >= threshold)
    for case, kept, score in zip(cases, rules, scores, strict=True):
        if given.show and case.group == given.show and (kept and score >= SUPPORTED) != case.holds:
            print(
                f"\n{score:.2f} {_wrong(case)}\n  Q {case.question}\n  E {case.context}: {case.blocks}\n  C {case.claim}"
            )


def people(root: Path, written: Path | None) -> Iterator[Case]:
    """Yield sentences that people wrote: right wordings, and false ones written to look right."""
    for record in sources.pairs(root, written):
        if record["part"] != "dev" or record["set"] not in ("clapnq", "written", "own"):
            continue
        name = f"{record['set']}: {'right' if record['label'] else 'false'}, as people wrote them"
        whole = record.get("reply") or f"{record['question']}|{record.get('answer', '')}"
        yield Case(
            name,
            record["question"],
            record["context"],
            tuple(record["blocks"]),
            record["claim"],
            bool(record["label"]),
            whole,
        )


def altered(root: Path, written: Path | None) -> Iterator[Case]:
    """Yield sentences with one thing exchanged."""
    chance = random.Random(SEED)
    counts: dict[str, int] = defaultdict(int)
    right = [case for case in people(root, written) if case.holds]
    for case in chance.sample(right, len(right)):
        for kind in KINDS:
            made = MAKERS[kind](case.claim, " ".join(case.blocks), chance) if counts[kind] < MOST else None
            if made and made.applied(case.claim).casefold() != case.claim.casefold():
                counts[kind] += 1
                yield case._replace(group=f"altered: {kind}", claim=made.applied(case.claim), holds=False, whole="")
    yield from _of_passages(root, chance)
    for question, blocks, claim, holds, _ in islice(_rows(chance), 2 * EACH):
        name = "rows of tables: right" if holds else "altered: other row"
        yield Case(name, question, "", tuple(blocks), claim, holds)


def _rows(chance: random.Random) -> Iterator[tuple[str, list[str], str, bool, str]]:
    while True:
        yield tables.pair(chance)


def _of_passages(root: Path, chance: random.Random) -> Iterator[Case]:
    """Yield reworded sentences of development passages, and altered copies of each."""
    passages = sorted({(e.title, e.passage) for e in read_all(root / "qa", "dev") if e.source != "covid_qa"})
    counts: dict[str, int] = defaultdict(int)
    for title, passage in chance.sample(passages, len(passages)):
        found = [passage[a:b] for a, b in sentences(passage) if 25 <= b - a <= 420]
        i = chance.randrange(max(1, len(found)))
        if not found or found[i].endswith("?") or len(found[i].split()) < 5:
            continue
        claim = reword(found[i], title, chance)
        block = " ".join(found[max(0, i - 1) : i + 2])
        if counts["right"] < 2 * EACH:
            counts["right"] += 1
            yield Case("passages: reworded by rule", "", title, (block,), claim, True)
        for kind in KINDS:
            made = MAKERS[kind](claim, passage, chance) if counts[kind] < EACH else None
            if made and made.applied(claim).casefold() != claim.casefold():
                counts[kind] += 1
                yield Case(f"altered in passages: {kind}", "", title, (block,), made.applied(claim), False)


def labelled(root: Path) -> Iterator[Case]:
    """Yield AttributionBench and WiCE: the sentences of the cited texts that share the most words with the claim."""
    for record in sources.pairs(root, None):
        if record["set"] == "wice" and record["part"] == "dev":
            yield Case("WiCE", "", "", tuple(record["blocks"]), record["claim"], bool(record["label"]))
    for line in (root / "qa/attributionbench/dev_all_subset_balanced.jsonl").open(encoding="utf-8"):
        row = json.loads(line)
        found = [s.strip() for text in row["references"] for s in re.split(r"(?<=[.!?])\s+|\n+", text) if s.strip()]
        blocks = tuple(sources.nearest(row["claim"], found, 6))
        if blocks:
            yield Case(
                "AttributionBench",
                row["question"] or "",
                "",
                blocks,
                row["claim"],
                row["attribution_label"] == "attributable",
            )


def _wrong(case: Case) -> str | None:
    rows = [block.count("|") > 0 for block in case.blocks]
    return broken_rule(case.question, case.claim, case.blocks, rows=rows, context=[case.context])


def scored(cases: Sequence[Case], keep: Path | None) -> np.ndarray:
    """Return the trained check's score for each case; those in the file are not computed again."""
    asked = [(c.question, c.claim, tuple(f"{c.context}: {b}" if c.context else b for b in c.blocks)) for c in cases]
    names = [hashlib.sha256(json.dumps(each).encode()).hexdigest()[:24] for each in asked]
    known = dict(line.split() for line in keep.read_text().splitlines()) if keep and keep.exists() else {}
    model = EntailmentModel()
    new = [i for i, name in enumerate(names) if name not in known]
    for first in range(0, len(new), BATCH):
        mine = new[first : first + BATCH]
        known |= {names[i]: f"{v:.5f}" for i, v in zip(mine, model.scores([asked[i] for i in mine]), strict=True)}
        if keep:
            keep.write_text("\n".join(f"{name} {value}" for name, value in known.items()))
    return np.array([float(known[name]) for name in names])


def table(cases: Sequence[Case], rules: np.ndarray, check: np.ndarray) -> None:
    """Print the share accepted for each group, and the balanced accuracy for the labelled sets."""
    judges = (rules, check, rules & check)
    for group in sorted({case.group for case in cases}):
        mine = np.array([case.group == group for case in cases])
        holds = np.array([case.holds for case in cases])
        if (holds[mine] == holds[mine][0]).all():
            shares = [float(judge[mine].mean()) for judge in judges]
            name = group
        else:
            shares = [float(judge[mine & holds].mean() + 1 - judge[mine & ~holds].mean()) / 2 for judge in judges]
            name = f"{group}, balanced accuracy"
        print(f"| {name} | {mine.sum()} | {' | '.join(f'{share:.3f}' for share in shares)} |")
        if any(case.whole and case.holds for case in cases if case.group == group):
            print(_whole([(c, *(bool(j[i]) for j in judges)) for i, c in enumerate(cases) if c.group == group]))


def _whole(judged: Iterable[tuple[Case, bool, bool, bool]]) -> str:
    """Return the row for whole answers, which are accepted if every sentence is."""
    answers: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    for case, *accepted in judged:
        answers[case.whole].append((accepted[0], accepted[1], accepted[2]))
    shares = [np.mean([all(part[k] for part in parts) for parts in answers.values()]) for k in range(3)]
    group = case.group
    return f"| {group}, whole | {len(answers)} | {' | '.join(f'{share:.3f}' for share in shares)} |"


if __name__ == "__main__":
    main()
