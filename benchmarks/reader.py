"""Measures the readers on questions outside their training data: first block, short answer, yes or no, and refusals.

    python -m benchmarks.reader DATA WRITTEN [--limit 60] [--only KIND ...]

DATA holds the unpacked sets (`qa`, `train`), WRITTEN the project's own documents; only their development parts are
used. Each question is read with eight passages: those that annotators chose, and the nearest others without an answer
("-removed": only others, from other articles). XQuAD is read with the multilingual reader, question and passage in the
same language; everything else is read with the default one. The lexical overlap that the program adds is not used here.
Columns: questions, first block chosen by annotators, token F1 of its short answer, yes or no right, answered.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path
from statistics import mean

from rag import models
from rag.answer.read import REFUSAL_THRESHOLD, SHIFT, SURE
from rag.models.cross_encoder import CrossEncoder, PassageReading
from training import reader_items as items
from training import reader_written
from training.reader_items import Item, Text
from training.reader_prepare import Table, distractors, table

PASSAGES = 8
BESIDE = 3  # known hard passages before the nearest ones
SEED = 11
REMOVED = ("squad", "nq", "qed", "written", "world")


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its passages; gold blocks as (passage, block), empty if nothing answers."""

    kind: str
    question: str
    texts: tuple[Text, ...]
    gold: frozenset[tuple[int, int]]
    answers: tuple[str, ...]
    yes_no: str


def cases(data: Path, written: Path, limit: int) -> Iterator[Case]:
    """Yield up to `limit` questions of every kind, the same in every call."""
    chance = random.Random(SEED)
    sets = (
        items.known_sets(data, chance),
        items.selqa(data, chance),
        items.xquad(data, chance),
        items.rgb(data, chance),
    )
    asked = [item for some in (*sets, reader_written.written(written, chance)) for item in some if item.part == "dev"]
    by_kind: dict[str, list[Item]] = defaultdict(list)
    for item in asked:
        by_kind[item.domain].append(item)
    texts = table(asked, data)
    chosen = [item for some in by_kind.values() for item in chance.sample(some, min(limit, len(some)))]
    near = distractors(chosen, texts, models.locate(models.DEFAULT_ENCODER))
    for item, beside in zip(chosen, near, strict=True):
        yield _case(item, texts, beside, removed=False)
        if item.domain in REMOVED and item.gold:
            yield _case(item, texts, beside, removed=True)


def _case(item: Item, texts: Table, near: Sequence[int], *, removed: bool) -> Case:
    own = () if removed else item.texts
    others = [texts.texts[i if i >= 0 else -i - 1] for i in near if i >= 0 or not removed]
    hard = item.beside if not removed or item.domain in ("written", "world") else ()
    together = tuple(dict.fromkeys([*own, *hard[:BESIDE], *others, *hard[BESIDE:]]))[:PASSAGES]
    gold = frozenset(
        (together.index(item.texts[g]), k) for g, k in item.gold if not removed and item.texts[g] in together
    )  # an answer may need more passages than are read
    said = tuple(dict.fromkeys(item.texts[g].text[a:b] for g, _, a, b in item.spans))
    return Case(item.domain + "-removed" * removed, item.wordings[0], together, gold, said, item.yn)


def f1(shown: str, wanted: str) -> float:
    """Return the token F1 of two texts, as SQuAD defines it; by characters for scripts without blanks."""
    pattern = r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+"
    mine, theirs = (
        Counter(w for w in re.findall(pattern, t.casefold()) if w not in ("a", "an", "the")) for t in (shown, wanted)
    )
    common = sum((mine & theirs).values())
    return 2 * common / (sum(mine.values()) + sum(theirs.values())) if common else 0.0


def measured(case: Case, reader: CrossEncoder) -> dict[str, float]:
    """Read one case and return the figures for it."""
    readings = reader.read(case.question, [(t.topic, t.text, t.blocks) for t in case.texts])
    best_score = max((float(each.scores.max()) for each in readings if len(each.scores)), default=-99.0)
    found = {"answered": float(1 / (1 + exp(-(SURE * best_score + SHIFT))) >= REFUSAL_THRESHOLD)}
    places = [(i, k) for i, each in enumerate(readings) for k in range(len(each.scores))]
    if not case.gold or not places:
        return found
    best = max(places, key=lambda place: readings[place[0]].scores[place[1]])
    found["first"] = float(best in case.gold)
    if case.answers:
        start, end, _ = readings[best[0]].answers[best[1]]
        found["f1"] = max(f1(case.texts[best[0]].text[start:end], answer) for answer in case.answers)
    if case.yes_no:
        found["yes-no"] = float(_says(readings, case.gold) == case.yes_no)
    return found


def _says(readings: Sequence[PassageReading], gold: frozenset[tuple[int, int]]) -> str:
    i, k = max(gold, key=lambda place: readings[place[0]].scores[place[1]])
    yes, no, _ = readings[i].polarity[k]
    return "yes" if yes > no else "no"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("written", type=Path)
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--only", nargs="*", default=[])
    given = parser.parse_args()
    names = {False: models.DEFAULT_ENCODER, True: models.MULTILINGUAL_ENCODER}
    readers = {many: CrossEncoder.beside(f"{name}@") for many, name in names.items()}
    rows: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for case in cases(given.data, given.written, given.limit):
        if given.only and not case.kind.startswith(tuple(given.only)):
            continue
        for name, value in measured(case, readers[case.kind.startswith("xquad")]).items():
            rows[case.kind][name].append(value)
    print("| kind | n | first | F1 | yes/no | answered |\n|---|---|---|---|---|---|")
    for kind, values in sorted(rows.items()):
        shown = [f"{mean(values[name]):.3f}" if values[name] else "" for name in ("first", "f1", "yes-no", "answered")]
        print(f"| {kind} | {len(values['answered'])} | {' | '.join(shown)} |", flush=True)


if __name__ == "__main__":
    main()
