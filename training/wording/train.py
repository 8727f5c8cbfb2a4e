"""Trains the check of worded sentences on a GPU (or, for a few steps, on a CPU).

    python -m training.wording.train FOLDER OUT [--minutes 4] [--workers 14]

FOLDER holds `texts.jsonl.xz` and `pairs.jsonl.xz` (`training.wording.sources`) and the encoder (config.json,
tokenizer.json and `encoder-int8.safetensors` or `model.safetensors`). Pairs are generated during training and never
repeat. OUT gets `check.safetensors`, written every minute, and `check.log`.
"""

from __future__ import annotations

import argparse
import json
import lzma
import math
import os
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from training.wording.model import Check, Row, collated, loss_of, row, shipped, start, unpacked
from training.wording.pairs import Pair, human, pairs

SEED = 11
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # the workers run in parallel instead
RATE, HEAD_RATE, DECAY, WARM_UP = 3e-4, 1e-3, 0.01, 0.04
BATCH, SORTED = 512, 8  # pairs per step; batches that are sorted by length together
HUMAN = 0.07  # share of pairs that people wrote
DOCUMENTS = 0.12  # share of rule-made pairs from everyday documents
MEASURED = 12_000  # rule-made pairs from held-out texts


class Stream(torch.utils.data.IterableDataset):  # type: ignore[type-arg]
    """Makes batches in a worker process."""

    def __init__(self, folder: Path, batch: int) -> None:
        self.folder, self.batch = folder, batch

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        torch.set_num_threads(1)
        worker = torch.utils.data.get_worker_info()
        chance = random.Random(SEED * 1000 + (worker.id if worker else 0))
        made = mixed(self.folder, chance)
        tokenizer = tokenizer_of(self.folder)
        while True:
            rows = sorted(
                ((read(tokenizer, p), p.holds) for p in islice(made, self.batch * SORTED)), key=lambda r: len(r[0].ids)
            )
            batches = [rows[i : i + self.batch] for i in range(0, len(rows), self.batch)]
            chance.shuffle(batches)
            for part in batches:
                yield collated([r for r, _ in part], [label for _, label in part])


def tokenizer_of(folder: Path) -> Any:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def read(tokenizer: Any, pair: Pair) -> Row:
    return row(tokenizer, pair.question, pair.blocks, pair.claim, (pair.start, pair.end))


def lines(file: Path, part: str) -> list[dict[str, Any]]:
    with lzma.open(file, "rt", encoding="utf-8") as found:
        return [r for r in map(json.loads, found) if r["part"] == part]


def mixed(folder: Path, chance: random.Random) -> Iterator[Pair]:
    """Yield pairs made by rule and pairs that people wrote."""
    texts = lines(folder / "texts.jsonl.xz", "train")
    own = [t for t in texts if t["set"] == "documents"]
    of_rules, of_documents = pairs(texts, chance), pairs(own or texts, chance)
    of_people = human(lines(folder / "pairs.jsonl.xz", "train"), chance)
    while True:
        way = chance.random()
        yield next(of_people if way < HUMAN else of_documents if way < HUMAN + DOCUMENTS else of_rules)


def rate(share: float) -> float:
    return min((share + 0.002) / WARM_UP, max(0.01, 0.5 * (1 + math.cos(math.pi * min(1.0, share)))))


def train(folder: Path, out: Path, *, minutes: float, workers: int, batch: int, steps: int) -> Check:
    torch.manual_seed(SEED)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_float32_matmul_precision("high")
    model = start(folder).to(device).train()
    heads = [p for name, p in model.named_parameters() if not name.startswith("encoder.")]
    body = [p for name, p in model.named_parameters() if name.startswith("encoder.") and p.requires_grad]
    groups = [{"params": body, "lr": RATE}, {"params": heads, "lr": HEAD_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=DECAY, betas=(0.9, 0.98), fused=True)
    rates = [group["lr"] for group in optimizer.param_groups]
    loader = torch.utils.data.DataLoader(
        Stream(folder, batch),
        batch_size=None,
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        pin_memory=device == "cuda",
    )
    clock, saved, seen, mean = time.time(), time.time(), 0, 0.0
    for done, given in enumerate(loader, start=1):
        if done == 1:
            clock = time.time()  # not earlier: workers need some seconds to start
        spent = (time.time() - clock) / 60
        share = max(spent / minutes, done / steps if steps else 0.0)
        for group, lr in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = lr * rate(share)
        moved = {name: value.to(device, non_blocking=True) for name, value in given.items()}
        with torch.autocast(device, dtype=torch.bfloat16):
            scores, tokens = model(moved)
        loss = loss_of(scores.float(), tokens.float(), moved)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seen += len(given["label"])
        if done % 50 == 0 or steps:
            mean = float(loss.detach())
            right = float(((scores > 0) == (moved["label"] > 0.5)).float().mean())
            say(
                out,
                f"{done} steps {seen} pairs {seen / (time.time() - clock):.0f}/s {spent:.2f} min loss {mean:.3f} right {right:.3f}",
            )
        if time.time() - saved > 60:
            save(model, out)
            saved = time.time()
        if share >= 1:
            break
    save(model, out)
    return model


def say(out: Path, line: str) -> None:
    print(line, flush=True)
    with (out / "check.log").open("a", encoding="utf-8") as log:
        log.write(line + "\n")


def save(model: Check, out: Path) -> None:
    save_file(shipped(model), out / "check.part")
    (out / "check.part").rename(out / "check.safetensors")


@torch.no_grad()
def scored(model: Check, tokenizer: Any, given: Sequence[Pair], device: str) -> list[float]:
    """Return the probability that each statement holds, with the weights as shipped."""
    rows = [read(tokenizer, p) for p in given]
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].ids))
    found = [0.0] * len(rows)
    for first in range(0, len(order), 256):
        mine = order[first : first + 256]
        batch = {k: v.to(device) for k, v in collated([rows[i] for i in mine], [True] * len(mine)).items()}
        scores, _ = model(batch)
        for i, value in zip(mine, torch.sigmoid(scores.float()).tolist(), strict=True):
            found[i] = value
    return found


def evaluate(model: Check, folder: Path, out: Path, measured: int) -> None:
    """Print the acceptance at several thresholds, for each kind, on held-out texts and pairs."""
    device = next(model.parameters()).device.type
    model.load_state_dict({**model.state_dict(), **{k: v.to(device) for k, v in unpacked(shipped(model)).items()}})
    model.eval()
    tokenizer = tokenizer_of(folder)
    chance = random.Random(SEED)
    texts = lines(folder / "texts.jsonl.xz", "dev")
    made = list(islice(pairs(texts, chance), measured))
    own = [t for t in texts if t["set"] == "documents"]
    made += (
        [
            p._replace(kind=f"documents {'right' if p.holds else 'false'}")
            for p in islice(pairs(own, chance), measured // 6)
        ]
        if own
        else []
    )
    people = [Pair(r["question"], [f"{r['context']}: {b}" if r["context"] else b for b in r["blocks"]], r["claim"], bool(r["label"]), r["set"])
              for r in lines(folder / "pairs.jsonl.xz", "dev")]  # fmt: skip
    for name, given in (("rule", made), ("people", people)):
        scores = scored(model, tokenizer, given, device)
        kinds: dict[tuple[str, bool], list[float]] = defaultdict(list)
        for p, value in zip(given, scores, strict=True):
            kinds[p.kind, p.holds].append(value)
        for (kind, holds), values in sorted(kinds.items(), key=lambda k: (not k[0][1], k[0][0])):
            shares = " ".join(
                f"{t:.2f}:{sum(v >= t for v in values) / len(values):.3f}" for t in (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
            )
            say(out, f"{name} {'holds' if holds else 'false'} {kind:<18} n={len(values):<5} accepted {shares}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=4.0)
    parser.add_argument("--workers", type=int, default=14)
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--steps", type=int, default=0, help="stop after this many steps; 0 for no limit")
    parser.add_argument("--measured", type=int, default=MEASURED)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    model = train(
        given.folder, given.out, minutes=given.minutes, workers=given.workers, batch=given.batch, steps=given.steps
    )
    evaluate(model, given.folder, given.out, given.measured)


if __name__ == "__main__":
    main()
