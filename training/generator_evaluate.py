"""Measures how wording by the generator changes answers, on articles outside its training data.

    python -m training.generator_evaluate DATA_FOLDER [--adapter FILE] [--limit 200] [--save FILE] [--library]

DATA_FOLDER is the output of generator_data.py; dev.jsonl is measured three times: quotes only, the model without the
adapter, and the model with it. "Shown" is after the product's own check, which shows the quote where a wording fails.
Loss: the gold answer is in the quotes, and not in what is shown.
"""

from __future__ import annotations

import argparse
import json
import re
import string
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import torch

from rag.answer.prompt import NO_ANSWER, grounded_messages
from rag.evidence import Evidence
from rag.models.generator import TransformersGenerator
from rag.models.transformers_lm import ADAPTER
from rag.types import Passage
from training.cited import Cited, cite, compose, why_unsupported

MARKER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its evidence, its gold answers (empty if there is none), and whether the evidence holds one."""

    set: str
    question: str
    evidence: list[Evidence]
    golds: list[str]
    answerable: bool


def evidence_of(pairs: list[tuple[str, str]]) -> list[Evidence]:
    return [
        Evidence(Passage(str(n), "", "", quote, 0, len(quote), heading=heading), 0, len(quote), quote, 1.0)
        for n, (heading, quote) in enumerate(pairs)
    ]


def cases(file: Path, limit: int) -> list[Case]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()][:limit]
    return [Case(row["set"], row["question"], evidence_of(row["evidence"]), row["golds"], row["kept"]) for row in rows]


def worded(asked: list[Case], adapter: Path | None, *, library: bool) -> list[str]:
    """Return the model's wordings, generated as in the product, or with transformers, which is the reference."""
    generator = TransformersGenerator(adapter=adapter, library=library)
    return ["".join(generator.generate(grounded_messages(case.question, case.evidence))).strip() for case in asked]


def normal(text: str) -> list[str]:
    """Return the words normalised as in SQuAD's own scorer."""
    bare = "".join(c for c in text.casefold() if c not in string.punctuation)
    return [word for word in bare.split() if word not in ("a", "an", "the")]


def f1(text: str, golds: list[str]) -> float:
    return max((_f1(normal(MARKER.sub("", text)), normal(gold)) for gold in golds), default=0.0)


def _f1(said: list[str], gold: list[str]) -> float:
    both = sum((Counter(said) & Counter(gold)).values())
    return 2 * both / (len(said) + len(gold)) if both else 0.0


def holds(text: str, golds: list[str]) -> bool:
    padded = f" {' '.join(normal(text))} "
    return any(f" {' '.join(normal(gold))} " in padded for gold in golds)


def figures(asked: list[Case], said: list[str]) -> dict[str, float]:
    """Return the figures for one way to answer; `said` is empty strings for quotes only."""
    pairs = [(case, text) for case, text in zip(asked, said, strict=True) if case.answerable and case.set != "clapnq"]
    absent = [text for case, text in zip(asked, said, strict=True) if not case.answerable]
    cited = [cite(case.question, text, case.evidence) for case, text in pairs]
    shown = [compose(each.sentences) for each in cited]
    quotes = [" ".join(e.quote for e in case.evidence) for case, _ in pairs]
    in_quotes = [holds(quote, case.golds) for quote, (case, _) in zip(quotes, pairs, strict=True)]
    in_shown = [holds(text, case.golds) for text, (case, _) in zip(shown, pairs, strict=True)]
    accepted = [bool(_bare(text)) and not each.rejected for each, (_, text) in zip(cited, pairs, strict=True)]
    return {
        "questions": len(pairs),
        "wording: answer F1": mean(f1(text, case.golds) for case, text in pairs),
        "wording: gold in it": mean(holds(text, case.golds) for case, text in pairs),
        "wording: ends with a citation": mean(bool(re.search(r"\[\d\]\W*$", text)) for _, text in pairs),
        "wording: cites a quote with the gold": mean(_cites_gold(case, text) for case, text in pairs),
        "wording: breaks a rule against every quote": mean(_breaks(case, text) for case, text in pairs),
        "wording: refuses what is there": mean(NO_ANSWER in text for _, text in pairs),
        "wording: refuses what is not there": mean(NO_ANSWER in text for text in absent) if absent else 0.0,
        "accepted by the check": mean(accepted),
        "accepted, and in other words than the quote": mean(any(_lengths(each)) for each in cited),
        "length of such a wording, of its quote's": mean([n for each in cited for n in _lengths(each)] or [1.0]),
        "shown: answer F1": mean(f1(text, case.golds) for text, (case, _) in zip(shown, pairs, strict=True)),
        "shown: gold in it": mean(in_shown),
        "quotes: gold in them": mean(in_quotes),
        "loss by wording": sum(q and not s for q, s in zip(in_quotes, in_shown, strict=True)) / len(pairs),
    }  # fmt: skip


def _cites_gold(case: Case, text: str) -> bool:
    marked = [int(n) for n in MARKER.findall(text) if 0 < int(n) <= len(case.evidence)]
    return any(holds(case.evidence[n - 1].quote, case.golds) for n in marked)


def _bare(text: str) -> str:
    """Return a wording without its markers."""
    return MARKER.sub("", text).strip()


def _breaks(case: Case, text: str) -> bool:
    bare = _bare(text)
    return bare != NO_ANSWER and all(why_unsupported(case.question, bare, e.quote) for e in case.evidence)


def _lengths(cited: Cited) -> list[float]:
    """Return the length of each sentence that is not a copy of its quote, as a share of the quote's."""
    return [len(s.text) / len(s.citations[0].quote) for s in cited.sentences if s.verdict == "supported"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--adapter", type=Path, default=ADAPTER)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--library", action="store_true", help="write in transformers instead of the compiled model")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--untuned", type=int, default=60, help="number of examples for the untuned model")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    asked = cases(given.data / "dev.jsonl", given.limit)
    started = time.time()
    ways = {"adapted": worded(asked, given.adapter, library=given.library), "quotes alone": [""] * len(asked)}
    print(f"{len(asked)} examples, adapted wordings in {time.time() - started:.0f} s", flush=True)
    if given.untuned:
        ways["untuned"] = worded(asked[: given.untuned], None, library=given.library)
    table = {way: figures(asked[: len(said)], said) for way, said in ways.items()}
    for row in table["adapted"]:
        print(f"{row:48}" + "".join(f"{table[way][row]:14.3f}" for way in ways))
    print(f"{'':48}" + "".join(f"{way:>14}" for way in ways))
    if given.save:
        rows = [
            {"question": case.question, "golds": case.golds, "quotes": [e.quote for e in case.evidence], "said": text}
            for case, text in zip(asked, ways["adapted"], strict=True)
        ]
        given.save.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
