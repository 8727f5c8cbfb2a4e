"""Trains the reader: the encoder's upper layers read question and passage together.

    python -m training.reader DATA rag/weights/reader.safetensors [--epochs 1] [--workers 2] [--checkpoints FOLDER]
    python -m training.reader DATA new.safetensors --start rag/weights/reader.safetensors --minutes 70

First on questions made by rule and on questions whose paragraph alone is known, then for some epochs on questions that people
asked, each time beside other passages. The loss of a group is the negative log-likelihood of its gold sentences among all
sentences of its passages and "none of them", plus that of the answer's first and last token. Runs on a CPU (bfloat16 where the
processor has it) or on a GPU, with the same seed and the same data.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Sequence
from math import inf
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn import functional

from benchmarks.cases import Case, Remembering, cases
from rag import models
from rag.models import openvino_bert
from rag.models.cross_encoder import FROZEN_LAYERS, Row, row
from rag.models.encoder import SentenceEncoder
from training.reader_groups import Group, of_rules, of_unlabelled, real
from training.reader_model import Joint, collated

SEED = 7
GROUPS_A_STEP = 8
RATE, HEAD_RATE, WARM_UP, DECAY = 1e-4, 1e-3, 0.06, 0.01
TOGETHER = 25  # steps between two averages of the workers' weights
ROWS_AT_ONCE = 8
SPAN_SHARE = 0.3  # of the loss
RULE_MADE, UNLABELLED = 400, 400  # groups of the first stage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--checkpoints", type=Path)
    parser.add_argument("--start", type=Path, help="weights to go on from, without the first stage")
    parser.add_argument("--minutes", type=float, default=inf)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=Path(".cache/vectors"))
    given = parser.parse_args()
    encoder = Remembering(SentenceEncoder.named(models.DEFAULT_ENCODER), given.cache)
    found = list(cases(given.data, "train", encoder, k=10))
    learnt = stages(given.data, found, given.epochs)
    share(learnt[1:] if given.start else learnt, given)


def share(learnt: list[list[Group]], given: argparse.Namespace) -> None:
    """Train with as many workers as asked for."""
    if given.workers == 1:
        train(learnt, given.out, given.checkpoints, start=given.start, minutes=given.minutes)
        return
    with tempfile.TemporaryDirectory() as folder:
        arguments = (learnt, given, f"file://{folder}/meeting")
        torch.multiprocessing.spawn(_worker, arguments, nprocs=given.workers)


def _worker(rank: int, learnt: list[list[Group]], given: argparse.Namespace, meeting: str) -> None:
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=given.workers)
    train(
        learnt, given.out, given.checkpoints, start=given.start, minutes=given.minutes, rank=rank, workers=given.workers
    )
    torch.distributed.destroy_process_group()


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
    minutes: float = inf,
    rank: int = 0,
    workers: int = 1,
) -> None:
    """Train on each stage in turn and save the weights that differ from the encoder's, in half precision.

    `start` is a file of an earlier training to go on from, at half the rate. After `minutes` the training has ended, and the
    rate has been lowered towards that end. With several workers (torch.distributed is set up by the caller) each takes its
    share of the steps, and their weights are averaged every TOGETHER steps.
    """
    torch.manual_seed(SEED)
    folder = models.locate(models.DEFAULT_ENCODER)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer, model = openvino_bert.tokenizer_of(folder), begun(folder, start).to(device)
    optimizer = _optimizer(model, 0.5 if start else 1.0)
    steps = [stage[i : i + GROUPS_A_STEP] for stage in given for i in range(0, len(stage), GROUPS_A_STEP)]
    steps = steps[rank : len(steps) // workers * workers : workers]
    rates = [part["lr"] for part in optimizer.param_groups]
    clock, seen, running, spent = time.time(), 0, 0.0, 0.0
    for done, step in enumerate(steps, start=1):
        for part, rate in zip(optimizer.param_groups, rates, strict=True):
            part["lr"] = rate * _rate(max(done / len(steps), spent / minutes))
        loss, tokens = _loss(model, tokenizer, step, device)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seen, running = seen + tokens, 0.98 * running + 0.02 * float(loss.detach())
        if done % TOGETHER == 0 or done == len(steps):
            spent = _average(model, (time.time() - clock) / 60, workers)
            if rank == 0:
                speed = seen * workers / (time.time() - clock)
                print(f"{done}/{len(steps)} loss {running / (1 - 0.98**done):.3f} {speed:.0f} tokens/s", flush=True)
            if rank == 0 and checkpoints and done % (4 * TOGETHER) == 0:
                save(model, checkpoints / f"reader-{done:04d}.safetensors")
        if spent >= minutes:
            break
    if rank == 0:
        save(model, out)


def begun(folder: Path, start: Path | None) -> Joint:
    """Return the model with which learning begins: the encoder, or an earlier training of it."""
    from safetensors.torch import load_file

    model = Joint(folder).train()
    for module in model.encoder.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0  # costs as much as all the rest on a CPU, and two epochs overfit little
    if start:
        model.load_state_dict({name: value.float() for name, value in load_file(start).items()}, strict=False)
    return model


def _rate(share: float) -> float:
    return min((share + 0.001) / WARM_UP, max(0.02, (1 - share) / (1 - WARM_UP)))


def _average(model: Joint, spent: float, workers: int) -> float:
    """Give every worker the mean of their weights; return the mean of what each has spent."""
    if workers == 1:
        return spent
    learnt = [p.data for p in model.parameters() if p.requires_grad]
    flat = torch.cat([*(value.flatten() for value in learnt), torch.tensor([spent])])
    torch.distributed.all_reduce(flat)
    flat /= workers
    at = 0
    for value in learnt:
        value.copy_(flat[at : at + value.numel()].view_as(value))
        at += value.numel()
    return float(flat[-1])


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
        [{"params": body, "lr": share * RATE}, {"params": heads, "lr": share * HEAD_RATE}],
        weight_decay=DECAY,
        fused=True,
    )


def _loss(model: Joint, tokenizer: Tokenizer, groups: Sequence[Group], device: str) -> tuple[torch.Tensor, int]:
    rows = [row(tokenizer, g.question, text) for g in groups for text in g.texts]
    scores, spans, computed = _scored(model, rows, device)
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
    return torch.stack(losses).mean(), computed


def _scored(model: Joint, rows: Sequence[Row], device: str) -> tuple[torch.Tensor, list[torch.Tensor], int]:
    """Return the sentences' scores, row after row, each row's span scores, and how many tokens were computed.

    Rows of about the same length go through together: less is padded, and what is computed stays in the cache.
    """
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].ids))
    of_row: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
    computed = 0
    for first in range(0, len(order), ROWS_AT_ONCE):
        mine = order[first : first + ROWS_AT_ONCE]
        batch = {name: value.to(device) for name, value in collated([rows[i] for i in mine]).items()}
        with torch.autocast(device, dtype=torch.bfloat16):
            scores, spans = model(batch)
        computed += int(batch["ids"].numel())
        parts = torch.split(scores, [len(rows[i].sentences) for i in mine])
        of_row |= {i: (part, span) for i, part, span in zip(mine, parts, spans, strict=True)}
    return torch.cat([of_row[i][0] for i in range(len(rows))]), [of_row[i][1] for i in range(len(rows))], computed


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
