"""Trains the generator's LoRA adapter, and writes it as rag/weights/generator.safetensors.

    python -m training.generator DATA_FOLDER OUT_FILE [--epochs 2] [--device cpu] [--minutes 50]

DATA_FOLDER is the output of generator_data.py. The loss covers only the target sentence. The instruction, which is the
same for every example, is computed once per batch. On a CPU, products use bfloat16 where that is faster; the trained
weights are float32. A checkpoint is written every 50 batches; with --minutes, the learning rate falls to end at that
time.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file

from rag import models
from rag.answer.prompt import grounded_messages
from rag.evidence import Evidence
from rag.models.generator import TransformersGenerator
from rag.models.transformers_lm import LibraryModel
from rag.types import Passage

SEED = 20
RANK = 16
ALPHA = 32  # the adapter is scaled by ALPHA / RANK
LAYERS = range(12, 30)  # adapted; leaving out the lower layers saves a third of the computation
CHANGED = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
RATE = 5e-4
WARM_UP = 0.05  # share of the run
BATCH = 8
CHECKPOINT = 50  # batches
LONGEST = 170  # tokens that differ between examples; the few longer examples would take a third of the time
LONG_COPY = 220  # characters; of longer quotes that are copied unchanged, half are enough


@dataclass(frozen=True, slots=True)
class Sample:
    """Token ids of the part that differs between examples: the user's message with the question, and the target."""

    prompt: list[int]
    target: list[int]


def evidence(pairs: list[tuple[str, str]]) -> list[Evidence]:
    """Return evidence for (heading, quote) pairs."""
    return [
        Evidence(Passage("", "", "", quote, 0, len(quote), heading=heading), 0, len(quote), quote, 1.0)
        for heading, quote in pairs
    ]


def read(file: Path, generator: TransformersGenerator, *, thin: bool) -> tuple[list[int], list[Sample]]:
    """Return the fixed prefix and the samples of a file; `thin` drops long ones and half of the long copies."""
    chance = random.Random(SEED)
    model = generator.load()
    assert isinstance(model, LibraryModel)
    tokenizer = model.tokenizer
    prefix: list[int] = []
    samples = []
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        copied = any(row["target"].startswith(quote) for _, quote in row["evidence"])
        if thin and copied and len(row["target"]) > LONG_COPY and chance.random() < 0.5:
            continue
        messages = grounded_messages(row["question"], evidence(row["evidence"]))
        prefix = model.encode(messages[:1], asks=False)
        prompt = model.encode(messages)[len(prefix) :]
        target = tokenizer(row["target"], add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]
        if not thin or len(prompt) + len(target) <= LONGEST:
            samples.append(Sample(prompt, target))
    return prefix, samples


def batches(samples: list[Sample], chance: random.Random) -> Iterator[list[Sample]]:
    """Yield batches of similar length, in random order."""
    order = sorted(samples, key=lambda s: len(s.prompt) + len(s.target) + chance.random() * 12)
    groups = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    chance.shuffle(groups)
    yield from groups


def loss_of(model: Any, prefix: list[int], batch: list[Sample], device: str) -> torch.Tensor:
    """Return the mean loss per token of the targets; padding is on the right, where no token attends to it."""
    longest = max(len(s.prompt) + len(s.target) for s in batch)
    rows = [s.prompt + s.target + [0] * (longest - len(s.prompt) - len(s.target)) for s in batch]
    inner, head = model.base_model.model.model, model.base_model.model.lm_head
    with torch.autocast(device, dtype=torch.bfloat16):
        cache = inner(input_ids=torch.tensor([prefix], device=device), use_cache=True).cache
        cache.batch_repeat_interleave(len(batch))
        hidden = inner(input_ids=torch.tensor(rows, device=device), cache=cache, use_cache=True).last_hidden_state
        states = [hidden[i, len(s.prompt) - 1 : len(s.prompt) + len(s.target) - 1] for i, s in enumerate(batch)]
        logits = head(torch.cat(states))
    wanted = torch.tensor([token for s in batch for token in s.target], device=device)
    return torch.nn.functional.cross_entropy(logits.float(), wanted)


def export(model: Any, out: Path, base: str, facts: dict[str, str]) -> None:
    """Write the adapter as float16 factors, `W += up @ down`, with the sha256 of the base model."""
    factors: dict[str, torch.Tensor] = {}
    for name, module in model.base_model.model.named_modules():
        if hasattr(module, "lora_A"):
            factors[f"{name}.down"] = module.lora_A["default"].weight.detach().half().cpu().contiguous()
            up = module.lora_B["default"].weight.detach() * (ALPHA / RANK)
            factors[f"{name}.up"] = up.half().cpu().contiguous()
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file(factors, out, metadata={"base_sha256": models.EMBEDDED[base].sha256, "rank": str(RANK), **facts})


def train(data: Path, out: Path, *, epochs: int, device: str, minutes: float) -> None:
    torch.manual_seed(SEED)
    generator = TransformersGenerator(adapter=None, library=True)
    reference = generator.load()
    assert isinstance(reference, LibraryModel)
    prefix, samples = read(data / "train.jsonl", generator, thin=True)
    _, dev = read(data / "dev.jsonl", generator, thin=False)
    config = LoraConfig(
        r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=CHANGED, layers_to_transform=list(LAYERS)
    )
    model = get_peft_model(reference.network.to(device), config)
    learns = [weight for weight in model.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(learns, lr=RATE, weight_decay=0.0, betas=(0.9, 0.98))
    chance = random.Random(SEED)
    total = epochs * math.ceil(len(samples) / BATCH)
    tokens = sum(len(s.prompt) + len(s.target) for s in samples)
    print(f"{len(samples)} samples, {tokens} tokens and a prefix of {len(prefix)}, {total} batches", flush=True)
    started, step, done, losses = time.time(), 0, 0.0, []
    while done < 1:
        for batch in batches(samples, chance):
            done = max(step / total, (time.time() - started) / 60 / minutes)
            if done >= 1:
                break
            for group in optimiser.param_groups:
                group["lr"] = RATE * min(1, step / (WARM_UP * total)) * 0.5 * (1 + math.cos(math.pi * done))
            loss = loss_of(model, prefix, batch, device)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learns, 1.0)
            optimiser.step()
            optimiser.zero_grad()
            losses.append(float(loss.detach()))
            step += 1
            if step % 10 == 0:
                print(
                    f"batch {step}: loss {sum(losses[-10:]) / 10:.3f}, {time.time() - started:.0f} s",
                    flush=True,
                )
            if step % CHECKPOINT == 0:
                export(model, out, generator.name, {"batches": str(step)})
    export(model, out, generator.name, {"batches": str(step)})
    with torch.no_grad():
        held = [float(loss_of(model, prefix, batch, device)) for batch in batches(dev, chance)]
    print(f"{step} batches in {time.time() - started:.0f} s; dev loss {sum(held) / len(held):.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--minutes", type=float, default=math.inf)
    given = parser.parse_args()
    train(given.data, given.out, epochs=given.epochs, device=given.device, minutes=given.minutes)


if __name__ == "__main__":
    main()
