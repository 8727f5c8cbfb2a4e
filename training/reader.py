"""Trains the reader: the encoder's upper layers read question and passage together.

    python -m training.reader DATA rag/weights/reader.safetensors [--epochs 3] [--checkpoints FOLDER]

First on questions made by rule and on questions whose paragraph alone is known, then for some epochs on questions that people
asked, each time beside other passages. The loss of a group is the negative log-likelihood of its gold sentences among all
sentences of its passages and "none of them", plus that of the answer's first and last token. Runs on a CPU (bfloat16 where the
processor has it) or on a GPU, with the same seed and the same data.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn import functional

from benchmarks.answers import Case, cases
from rag import bert, models
from rag.embed import SentenceEncoder
from rag.joint import FROZEN_LAYERS, Row, row
from training.reader_groups import Group, of_rules, of_unlabelled, real
from training.reader_model import Joint, collated

SEED = 7
GROUPS_A_STEP = 8
RATE, HEAD_RATE, WARM_UP, DECAY = 1e-4, 1e-3, 0.06, 0.01
SPAN_SHARE = 0.3  # of the loss
RULE_MADE, UNLABELLED = 400, 400  # groups of the first stage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--checkpoints", type=Path)
    given = parser.parse_args()
    found = list(cases(given.data, "train", SentenceEncoder.named(models.DEFAULT_ENCODER), k=10))
    train(stages(given.data, found, given.epochs), given.out, given.checkpoints)


def stages(root: Path, found: Sequence[Case], epochs: int) -> list[list[Group]]:
    """Return what is learnt from, in turn; the same for the same seed."""
    chance = random.Random(SEED)
    made = list(of_rules(root, chance, each=1, seed=SEED))
    first = [*chance.sample(made, RULE_MADE), *chance.sample(list(of_unlabelled(root, chance)), UNLABELLED)]
    chance.shuffle(first)
    return [_alike(stage, chance) for stage in (first, *(real(root, chance, found) for _ in range(epochs)))]


def _alike(stage: Sequence[Group], chance: random.Random) -> list[Group]:
    """Put groups of about the same length side by side, so that a step pads little; the steps stay in random order."""
    size = 12 * GROUPS_A_STEP
    steps = []
    for start in range(0, len(stage), size):
        near = sorted(stage[start : start + size], key=lambda g: sum(len(text[1]) for text in g.texts))
        steps += [near[i : i + GROUPS_A_STEP] for i in range(0, len(near), GROUPS_A_STEP)]
    chance.shuffle(steps)
    return [group for step in steps for group in step]


def train(
    given: Sequence[Sequence[Group]],
    out: Path,
    checkpoints: Path | None = None,
    *,
    start: Path | None = None,
    rank: int = 0,
    workers: int = 1,
) -> None:
    """Train on each stage in turn and save the weights that differ from the encoder's, in half precision.

    `start` is a file of an earlier training to go on from, at half the rate. With several workers (torch.distributed is set up by the caller) each takes its share of a step's groups.
    """
    from safetensors.torch import load_file

    torch.manual_seed(SEED)
    folder = models.locate(models.DEFAULT_ENCODER)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer, model = bert.tokenizer_of(folder), Joint(folder).to(device).train()
    for module in model.encoder.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0  # costs as much as all the rest on a CPU, and two epochs overfit little
    if start:
        model.load_state_dict({name: value.float() for name, value in load_file(start).items()}, strict=False)
    optimizer = _optimizer(model, 0.5 if start else 1.0)
    steps = [stage[i : i + GROUPS_A_STEP] for stage in given for i in range(0, len(stage), GROUPS_A_STEP)]
    steps = [step for step in steps if len(step) >= workers]
    ends = {sum(-(-len(stage) // GROUPS_A_STEP) for stage in given[: n + 1]) for n in range(len(given))}
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step / len(steps)))
    clock, seen, running = time.time(), 0, 0.0
    for done, step in enumerate(steps, start=1):
        loss, tokens = _loss(model, tokenizer, step[rank::workers], device)
        loss.backward()
        _average(model, workers)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        seen, running = seen + tokens, 0.98 * running + 0.02 * float(loss.detach())
        if done % 25 == 0 and rank == 0:
            speed = seen * workers / (time.time() - clock)
            print(f"{done}/{len(steps)} loss {running / (1 - 0.98**done):.3f} {speed:.0f} tokens/s", flush=True)
        if rank == 0 and checkpoints and (done in ends or done % 150 == 0):
            save(model, checkpoints / f"reader-{done:04d}.safetensors")
    if rank == 0:
        save(model, out)


def _rate(share: float) -> float:
    return min((share + 0.001) / WARM_UP, max(0.02, (1 - share) / (1 - WARM_UP)))


def _average(model: Joint, workers: int) -> None:
    if workers > 1:
        with_gradient = [p for p in model.parameters() if p.requires_grad]
        flat = torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).flatten() for p in with_gradient])
        torch.distributed.all_reduce(flat)
        at = 0
        for parameter in with_gradient:
            parameter.grad = flat[at : at + parameter.numel()].view_as(parameter) / workers
            at += parameter.numel()


def save(model: Joint, file: Path) -> None:
    from safetensors.torch import save_file

    file.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.detach().half().cpu().contiguous() for k, v in model.shipped().items()}, file)


def _optimizer(model: Joint, share: float) -> torch.optim.Optimizer:
    for module in [model.encoder.embeddings, *model.encoder.encoder.layer[:FROZEN_LAYERS]]:
        module.requires_grad_(False)
        module.eval()
    body = [p for p in model.encoder.parameters() if p.requires_grad]
    heads = [p for name, p in model.named_parameters() if not name.startswith("encoder.")]
    return torch.optim.AdamW(
        [{"params": body, "lr": share * RATE}, {"params": heads, "lr": share * HEAD_RATE}], weight_decay=DECAY
    )


def _loss(model: Joint, tokenizer: Tokenizer, groups: Sequence[Group], device: str) -> tuple[torch.Tensor, int]:
    rows = [row(tokenizer, g.question, text) for g in groups for text in g.texts]
    batch = {name: value.to(device) for name, value in collated(rows).items()}
    with torch.autocast(device, dtype=torch.bfloat16):
        scores, spans = model(batch)
    losses, at, first = [], 0, 0
    for group in groups:
        count = sum(len(text[2]) for text in group.texts)
        mine = scores[at : at + count]
        none = torch.zeros(0 if group.some_answer else 1, device=device)
        gold = mine[sorted(group.gold)] if group.gold else none
        losses.append(torch.logsumexp(torch.cat([none, mine]), 0) - torch.logsumexp(gold, 0))
        if group.span is not None:
            losses[-1] = losses[-1] + SPAN_SHARE * _span_loss(
                spans[first + group.span[0]], rows[first + group.span[0]], group.span
            )
        at, first = at + count, first + len(group.texts)
    return torch.stack(losses).mean(), int(batch["ids"].numel())


def _span_loss(scores: torch.Tensor, read: Row, span: tuple[int, int, int]) -> torch.Tensor:
    offsets = read.offsets
    inside = [i for i, (a, b) in enumerate(offsets) if a >= 0 and a < span[2] and b > span[1]]
    if not inside:
        return scores.sum() * 0
    allowed = torch.tensor([a >= 0 for a, _ in offsets], device=scores.device)
    scores = scores[: len(offsets)].masked_fill(~allowed[:, None], -1e9)
    target = torch.tensor([inside[0], inside[-1]], device=scores.device)
    return functional.cross_entropy(scores.T, target)


if __name__ == "__main__":
    main()
