"""Measures which replies of a large model reach the user: ideal replies should, false ones must not.

    python -m benchmarks.larger_model FOLDER [--show]

FOLDER has `docs/`, `questions.jsonl` and `ideal.json`: {"good": {question: [replies]}, "bad": {question: [replies]}}. A
stub replaces the large model and returns each reply verbatim. A good reply counts as shown if every part of it is
shown. A bad one, or a good one with one part altered by rule (`training.wording.alter`), must not be shown. Follow-up
questions are skipped (they need their conversation). Questions for which no model is called are counted separately:
greetings, questions about the program, computed answers. An altered part can still be true; `--show` prints what was
shown.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag import Answer, Rag, build
from rag.answer.verify.accept import bare
from rag.answer.verify.parts import parts
from rag.types import Message
from training.wording.alter import MAKERS

SEED = 7
ALTERED = 3  # alterations of each good reply


class Says:
    """A generator that returns the text it is given."""

    name = "stub"

    def __init__(self) -> None:
        self.text = ""
        self.asked = 0

    def generate(self, messages: Sequence[Message]) -> Iterator[str]:
        self.asked += 1
        yield self.text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--show", action="store_true", help="print the good replies that were not shown, and the false ones that were"
    )
    given = parser.parse_args()
    ideal = json.loads((given.folder / "ideal.json").read_text(encoding="utf-8"))
    rows = [
        json.loads(line) for line in (given.folder / "questions.jsonl").read_text(encoding="utf-8").splitlines() if line
    ]
    kinds = {row["q"]: row["kind"] for row in rows if not row.get("chat")}
    with tempfile.TemporaryDirectory() as index:
        build(given.folder / "docs", index)
        measure(ideal, kinds, Path(index), show=given.show)


def measure(ideal: dict[str, dict[str, list[str]]], kinds: dict[str, str], index: Path, *, show: bool) -> None:
    stub = Says()
    rag = Rag.open(index, generator=stub)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for question, said in [(q, r) for q, replies in ideal["good"].items() for r in replies if q in kinds]:
        answer = told(rag, stub, question, said)
        if answer is None:
            counts[kinds[question]]["no model asked"] += 1
            continue
        evidence = " ".join(hit.passage.text for hit in answer.hits[:5])
        note(
            counts[kinds[question]],
            "good",
            is_shown(said, answer),
            show and not is_shown(said, answer),
            question,
            said,
            answer,
        )
        chance = random.Random(f"{SEED} {question} {said}")  # alterations do not depend on other replies
        for _ in range(ALTERED):
            for false, whole in altered(said, evidence, chance):
                other = told(rag, stub, question, whole)
                shown = other is not None and is_shown(false, other)
                note(counts[kinds[question]], "altered", shown, show and shown, question, whole, other)
    for question, said in [(q, r) for q, replies in ideal["bad"].items() for r in replies if q in kinds]:
        answer = told(rag, stub, question, said)
        shown = answer is not None and is_shown(said, answer)
        note(counts[kinds[question]], "bad", shown, show and shown, question, said, answer)
    table(counts)


def told(rag: Rag, stub: Says, question: str, said: str) -> Answer | None:
    """Return the answer when the model returns this text; None if the model was not called."""
    stub.text, before = said, stub.asked
    answer = rag.ask(question)
    return answer if stub.asked > before else None


def is_shown(said: str, answer: Answer) -> bool:
    text = f" {bare(answer.text.replace('|', ' '))} "
    return all(f" {bare(part.text.replace('|', ' '))} " in text for part in parts([said]) if bare(part.text))


def altered(said: str, evidence: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield an altered part and the whole reply with it, one change each; nothing if no rule applies."""
    found = [part.text.rstrip(".") for part in parts([said]) if part.layout != "head"]
    for old in chance.sample(found, len(found)):
        for kind in chance.sample(sorted(MAKERS), len(MAKERS)):
            made = MAKERS[kind](old, evidence, chance)
            new = made.applied(old).rstrip(".") if made else old
            if bare(new) != bare(old) and old in said:
                yield new, said.replace(old, new, 1)
                return


def note(
    counts: Counter[str], what: str, shown: bool, show: bool, question: str, said: str, answer: Answer | None
) -> None:
    counts[what] += 1
    counts[f"{what} shown"] += shown
    if show and answer:
        print(
            f"\n{what} | {question}\n   said  {said[:300]!r}\n   shown {answer.text[:300]!r}\n   rejected {answer.trace.rejected}"
        )


def table(counts: dict[str, Counter[str]]) -> None:
    counts["all"] = sum(counts.values(), Counter())
    print("\n| kind | good shown | bad shown | altered shown | no model asked |\n|---|---|---|---|---|")
    for kind, found in sorted(counts.items(), key=lambda each: (each[0] == "all", each[0])):
        cells = [f"{found[f'{what} shown']} of {found[what]}" for what in ("good", "bad", "altered")]
        print(f"| {kind} | {' | '.join(cells)} | {found['no model asked']} |")


if __name__ == "__main__":
    main()
