"""Measures what wording does to answers on articles that training has not seen.

python -m training.generator_evaluate DATA_FOLDER [--adapter FILE] [--limit 200] [--save FILE] [--threads 2]

DATA_FOLDER is what generator_data.py wrote; dev.jsonl is measured three times: the quotes alone, the model without the
adapter, the model with it. "Shown" is after the product's own check, which puts the quote back where a wording does not
hold. Loss: the gold answer stands in the quotes, and not in what is shown.
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

from rag.cite import cite, compose, why_unsupported
from rag.generate import TransformersGenerator
from rag.language_model import ADAPTER
from rag.prompt import NO_ANSWER, grounded_messages
from rag.types import Evidence, Passage

MARKER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its evidence, its gold answers (empty: there is none), and whether the evidence holds one."""

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


def worded(asked: list[Case], adapter: Path | None) -> list[str]:
    """Return the model's wordings, written as the product writes them."""
    generator = TransformersGenerator(adapter=adapter)
    return ["".join(generator.generate(grounded_messages(case.question, case.evidence))).strip() for case in asked]


def normal(text: str) -> list[str]:
    """Return the words as SQuAD's own scorer compares them."""
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
    """Return the figures of one way to answer; `said` is empty strings where quotes alone are shown."""
    pairs = [(case, text) for case, text in zip(asked, said, strict=True) if case.answerable and case.set != "clapnq"]
    absent = [text for case, text in zip(asked, said, strict=True) if not case.answerable]
    cited = [cite(case.question, text, case.evidence) for case, text in pairs]
    shown = [compose(each.sentences) for each in cited]
    quotes = [" ".join(e.quote for e in case.evidence) for case, _ in pairs]
    in_quotes = [holds(quote, case.golds) for quote, (case, _) in zip(quotes, pairs, strict=True)]
    in_shown = [holds(text, case.golds) for text, (case, _) in zip(shown, pairs, strict=True)]
    wordings = [sentence.text for each in cited for sentence in each.sentences if sentence.verdict == "supported"]
    return {
        "questions": len(pairs),
        "wording: answer F1": mean(f1(text, case.golds) for case, text in pairs),
        "wording: gold in it": mean(holds(text, case.golds) for case, text in pairs),
        "wording: ends with a citation": mean(bool(re.search(r"\[\d\]\W*$", text)) for _, text in pairs),
        "wording: cites a quote with the gold": mean(_cites_gold(case, text) for case, text in pairs),
        "wording: breaks a rule against every quote": mean(_breaks(case, text) for case, text in pairs),
        "wording: refuses what is there": mean(NO_ANSWER in text for _, text in pairs),
        "wording: refuses what is not there": mean(NO_ANSWER in text for text in absent) if absent else 0.0,
        "accepted by the check": mean(any(s.verdict == "supported" for s in each.sentences) for each in cited),
        "accepted and shorter than the quote": _shorter(cited),
        "length of an accepted wording, of its quote's": _length(cited),
        "shown: answer F1": mean(f1(text, case.golds) for text, (case, _) in zip(shown, pairs, strict=True)),
        "shown: gold in it": mean(in_shown),
        "quotes: gold in them": mean(in_quotes),
        "loss by wording": sum(q and not s for q, s in zip(in_quotes, in_shown, strict=True)) / len(pairs),
        "accepted wordings": len(wordings),
    }  # fmt: skip


def _cites_gold(case: Case, text: str) -> bool:
    marked = [int(n) for n in MARKER.findall(text) if 0 < int(n) <= len(case.evidence)]
    return any(holds(case.evidence[n - 1].quote, case.golds) for n in marked)


def _breaks(case: Case, text: str) -> bool:
    bare = MARKER.sub("", text).strip()
    return bare != NO_ANSWER and all(why_unsupported(case.question, bare, e.quote) for e in case.evidence)


def _accepted(cited: list) -> list[float]:
    return [
        len(s.text) / len(s.citations[0].quote) for each in cited for s in each.sentences if s.verdict == "supported"
    ]


def _shorter(cited: list) -> float:
    return sum(ratio < 0.97 for ratio in _accepted(cited)) / max(1, len(_accepted(cited)))


def _length(cited: list) -> float:
    return mean(_accepted(cited) or [1.0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--adapter", type=Path, default=ADAPTER)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--untuned", type=int, default=60, help="how many examples the untuned model is asked")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    asked = cases(given.data / "dev.jsonl", given.limit)
    started = time.time()
    ways = {"adapted": worded(asked, given.adapter), "quotes alone": [""] * len(asked)}
    print(f"{len(asked)} examples, adapted wordings in {time.time() - started:.0f} s", flush=True)
    if given.untuned:
        ways["untuned"] = worded(asked[: given.untuned], None)
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
