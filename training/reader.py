"""Trains the reader on the output of `training.reader_prepare`; requires only torch and numpy, and a GPU for speed.

    python -m training.reader PREPARED BASE OUT [--minutes 5] [--steps N]

A step has several groups: a question with five to eight passages, most of which do not answer it. The loss of a group
is the negative log-likelihood of its gold blocks among all blocks of its passages and "none of these" (score 0), of the
answer's first and last token in the gold block (or "no short answer here"), and of yes, no or neither. Wordings,
distractors and what is removed (the whole article, the answering blocks, the headings) are sampled anew each time. The
learning rate falls to zero within `--minutes`; then the weights are rounded to 8 bits, the development items are read
with them, and OUT gets BASE-*.safetensors and BASE-dev.json.xz.
"""

from __future__ import annotations

import argparse
import io
import json
import lzma
import math
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training.reader_net import Batch, Reader, best_span, narrowed

SEED = 5
GROUPS = 64  # groups per step, unless --groups is given
PASSAGES = (5, 8)  # per group, minimum and maximum
LONGEST = 320  # tokens per row
CHUNK = 40_000  # tokens per forward pass
RATE, HEAD_RATE, DECAY, WARM_UP = 2e-4, 1e-3, 0.01, 0.05
REMOVED, EMPTIED, HIDDEN = (
    0.12,
    0.10,
    0.15,
)  # share of the answerable asked without their article; without gold; of groups without topics
SPAN_SHARE, YES_NO_SHARE = 0.4, 0.5  # weights in the loss
OFTEN = {
    "written": 5.0, "written-absent": 5.0, "world": 10.0, "world-absent": 10.0, "yesno": 0.5, "squad": 2.0, "squad-near": 2.0,
    "squad-altered": 1.0, "nq": 3.0, "nq-altered": 1.0, "clapnq": 8.0, "clapnq-near": 8.0, "qed": 1.0, "qed-altered": 0.5, "selqa": 1.5, "medquad": 0.5,
    "medquad-near": 0.7, "policyqa": 0.5, "qamr": 0.4, "qadiscourse": 0.4, "hotpot": 5.0, "covid": 3.0, "xquad": 0.4,
}  # fmt: skip
OWN = ("written", "world")  # domains of the project's own documents
SHOWN = 50  # steps per printed mean loss
KEPT = 8  # minutes between checkpoints
DETAILED = 3  # blocks of a development group whose answers are saved
OWN_MOST = 12_000  # groups of the project's own documents per epoch


@dataclass(frozen=True, slots=True)
class Asked:
    """An item as numbers, in the format of `reader_prepare.write_items`."""

    domain: str
    dev: bool
    yn: int
    loose: bool
    ending: int
    may_empty: bool
    wordings: tuple[int, int]
    texts: list[int]
    gold: list[list[int]]
    beside: list[int]
    near: list[int]


class Numbers:
    """The prepared tokens of one base, row by row."""

    def __init__(self, folder: Path, base: str) -> None:
        parts = parts_of(folder, base)
        self.used = np.unique(np.concatenate([read["used"] for read in parts.values()])).astype(np.int64)
        self.asked, self.topics, self.passages, self.blocks, self.spans = ([], [], [], [], [])  # type: tuple[list[np.ndarray], ...]
        self.items: list[Asked] = []
        for part, read in parts.items():
            self._add(read, json.loads(lzma.decompress((folder / f"items.{part}.json.xz").read_bytes())))

    def _add(self, read: Mapping[str, np.ndarray], rows: Sequence[Any]) -> None:
        """Add a part: its words, texts and wordings are numbered after the existing ones."""
        words = np.searchsorted(self.used, read["used"])
        self.first, self.last = (int(words[i]) for i in read["ends"])
        texts, asked = len(self.passages), len(self.asked)
        for name, mine in (("asked", self.asked), ("topics", self.topics), ("passages", self.passages)):
            mine += [words[row] for row in _rows(read, name)]
        self.blocks += _rows(read, "blocks")
        self.spans += _rows(read, "spans")
        for r in rows:
            moved = [
                [i + texts for i in r[7]],
                r[8],
                [i + texts for i in r[9]],
                [i + texts if i >= 0 else i - texts for i in r[10]],
            ]
            first, end = r[6]
            self.items.append(
                Asked(r[0], bool(r[1]), r[2], bool(r[3]), r[4], bool(r[5]), (first + asked, end + asked), *moved)
            )


def begun(base: dict[str, np.ndarray], start: Path, encoder: Path | None = None) -> dict[str, np.ndarray]:
    """Return the base with the layers of an earlier training instead of its own, and that training's heads.

    Weights in the shipped format are differences from the encoder's own weights, which are in `encoder`.
    """
    from safetensors.numpy import load_file

    read = load_file(str(start))
    if any(name.endswith("+") for name in read):
        from rag.models.cross_encoder import trained_tensors

        assert encoder, f"{start} needs --encoder"
        read = dict(trained_tensors(start, encoder))
    read = {name.removeprefix("encoder."): value for name, value in read.items()}
    return {name: value for name, value in base.items() if name.partition("#")[0] not in read} | read


def parts_of(folder: Path, base: str) -> dict[str, Mapping[str, np.ndarray]]:
    """Return the prepared arrays of a base, by part."""
    files = {f.name.split(".")[1]: f for f in sorted(folder.glob(f"{base}.*.npz.xz"))}
    return {
        part: dict(np.load(io.BytesIO(lzma.decompress(f.read_bytes()))))
        for part, f in files.items()
        if part != "weights"
    }


def base_of(folder: Path, base: str, encoder: Path | None) -> dict[str, np.ndarray]:
    """Return the base's tensors in the format that `training.reader_net.widened` reads."""
    if encoder is None:
        return dict(np.load(io.BytesIO(lzma.decompress((folder / f"{base}.weights.npz.xz").read_bytes()))))
    from safetensors.numpy import load_file

    few_bits = encoder / "encoder-int8.safetensors"
    read = load_file(str(few_bits if few_bits.exists() else encoder / "model.safetensors"))
    used = np.unique(np.concatenate([part["used"] for part in parts_of(folder, base).values()])).astype(np.int64)
    found = {"config": np.frombuffer((encoder / "config.json").read_bytes(), np.uint8)}
    for name, value in read.items():
        key = f"{name.removesuffix('.scale')}#" if name.endswith(".scale") else name
        value = value[used] if "word_embeddings" in name else value[:384] if "position_embeddings" in name else value
        found[key] = value[:, None] if name.endswith(".scale") else value
    return found


def _rows(read: Mapping[str, np.ndarray], name: str) -> list[np.ndarray]:
    ends = np.cumsum(read[f"{name}_n"].astype(np.int64))
    return np.split(read[name].astype(np.int32), ends[:-1])


@dataclass(slots=True)
class Group:
    """One question with passages, as token numbers without padding."""

    item: int
    wording: int
    texts: list[int]
    emptied: frozenset[tuple[int, int]]  # (text, block) left out
    topics: bool
    gold: frozenset[tuple[int, int]]  # (text, block); empty if nothing answers


def drawn(numbers: Numbers, n: int, chance: random.Random, passages: tuple[int, int] = PASSAGES) -> Group:
    """Sample one training group for an item."""
    item = numbers.items[n]
    gold = frozenset((item.texts[g], k) for g, k in item.gold)
    texts, emptied = list(item.texts), frozenset[tuple[int, int]]()
    far = [i for i in item.near if i >= 0]
    near = [i if i >= 0 else -i - 1 for i in item.near]
    beside, dice = list(item.beside), chance.random()
    if gold and dice < REMOVED and len(far) > 3:
        texts, gold, near = [], frozenset(), far
        beside = beside if item.domain.startswith((*OWN, "medquad")) else []
    elif gold and item.may_empty and dice < REMOVED + EMPTIED:
        emptied, gold = gold, frozenset()
    many = chance.randint(*passages)
    texts += chance.sample(beside, min(len(beside), max(0, min(4, many - len(texts)))))
    ahead = near[: 2 * many]
    texts += chance.sample(ahead, min(len(ahead), max(0, many - len(texts))))
    texts = list(dict.fromkeys(texts))
    chance.shuffle(texts)
    first, end = item.wordings
    wording = first if chance.random() < 0.45 else chance.randrange(first, end)
    return Group(n, wording, texts, emptied, chance.random() > HIDDEN, gold)


def fixed(numbers: Numbers, n: int, *, removed: bool) -> Group:
    """Return the group with which a development item is measured."""
    item = numbers.items[n]
    near = [i if i >= 0 else -i - 1 for i in item.near if i >= 0 or not removed]
    beside = item.beside if not removed or item.domain in OWN else []
    texts = list(dict.fromkeys([*([] if removed else item.texts), *beside[:3], *near, *beside[3:]]))[: PASSAGES[1]]
    gold = frozenset() if removed else frozenset((item.texts[g], k) for g, k in item.gold)
    return Group(n, item.wordings[0], texts, frozenset(), True, gold)


@dataclass
class Row:
    ids: np.ndarray
    asked: int
    blocks: list[tuple[int, int, int]]  # number of the block in its text, first token, one after the last token
    group: int
    text: int
    before: int  # tokens before the passage's first token


def row_of(numbers: Numbers, group: Group, place: int, text: int) -> Row:
    asked = numbers.asked[group.wording]
    topic = numbers.topics[text] if group.topics else numbers.topics[text][:0]
    body, blocks = numbers.passages[text], numbers.blocks[text]
    spans = [(k, int(a), int(b)) for k, (a, b) in enumerate(blocks.reshape(-1, 2)) if b > a]
    if any(t == text for t, _ in group.emptied):
        body, spans = _without(body, spans, {k for t, k in group.emptied if t == text})
    before = len(asked) + len(topic) + 2
    room = LONGEST - before - 1
    body = body[:room]
    ids = np.concatenate([[numbers.first], asked, [numbers.last], topic, body, [numbers.last]])
    kept = [(k, before + a, before + min(b, room)) for k, a, b in spans if a < room]
    return Row(ids, len(asked) + 2, kept, place, text, before)


def _without(
    body: np.ndarray, spans: Sequence[tuple[int, int, int]], gone: set[int]
) -> tuple[np.ndarray, list[tuple[int, int, int]]]:
    keep = np.ones(len(body), bool)
    for k, a, b in spans:
        if k in gone:
            keep[a:b] = False
    moved = np.concatenate([[0], np.cumsum(keep)])
    return body[keep], [(k, int(moved[a]), int(moved[b])) for k, a, b in spans if k not in gone]


@dataclass
class Step:
    """The rows of some groups in batches, and the targets of their blocks, in the blocks' order."""

    batches: list[Batch]
    group_of: np.ndarray  # (blocks,)
    gold: np.ndarray  # (blocks,) bool
    loose: np.ndarray  # (groups,) bool
    yes_no: np.ndarray  # (blocks,) 0 yes, 1 no, 2 neither, -1 unknown
    spans: (
        np.ndarray
    )  # (n, 4): batch, block in its batch, first and last token, flat in its batch; -1 for no short answer
    keys: list[tuple[int, int, int]]  # (group, text, block) for each block


def collated(numbers: Numbers, groups: Sequence[Group], chunk: int = CHUNK) -> Step:
    rows = [row_of(numbers, g, place, t) for place, g in enumerate(groups) for t in g.texts]
    rows.sort(key=lambda r: len(r.ids))
    batches, keys, spans = [], [], []
    first = 0
    while first < len(rows):
        end = first + 1
        while end < len(rows) and _padded(rows[end]) * (end + 1 - first) <= chunk:
            end += 1
        batches.append(_batch(numbers, groups, rows[first:end], keys, spans, len(batches)))
        first = end
    gold = [(t, k) in groups[g].gold for g, t, k in keys]
    labels = [_yes_no(numbers.items[groups[g].item], good) for (g, _, _), good in zip(keys, gold, strict=True)]
    return Step(
        batches, np.array([g for g, _, _ in keys]), np.array(gold, bool),
        np.array([numbers.items[g.item].loose for g in groups], bool), np.array(labels),
        np.array(spans, np.int64).reshape(-1, 4), keys,
    )  # fmt: skip


def _yes_no(item: Asked, gold: bool) -> int:
    if not item.yn:
        return -1
    return item.yn - 1 if gold else 2


def _padded(row: Row) -> int:
    return -(-len(row.ids) // 16) * 16


def _batch(numbers: Numbers, groups: Sequence[Group], rows: Sequence[Row], keys: list[tuple[int, int, int]],
           spans: list[tuple[int, int, int, int]], number: int) -> Batch:  # fmt: skip
    width = _padded(rows[-1])
    many = sum(len(r.blocks) for r in rows)
    ids, types = np.zeros((len(rows), width), np.int32), np.zeros((len(rows), width), np.int8)
    block_of = np.full((len(rows), width), many, np.int32)
    row_of_block, at = [], 0
    for i, r in enumerate(rows):
        ids[i, : len(r.ids)] = r.ids
        types[i, r.asked : len(r.ids)] = 1
        group = groups[r.group]
        item = numbers.items[group.item]
        targets = _targets(numbers, item, group, r)
        for k, a, b in r.blocks:
            block_of[i, a:b] = at
            row_of_block.append(i)
            keys.append((r.group, r.text, k))
            if k in targets:
                c, d = targets[k]
                spans.append((number, at, -1, -1) if c < 0 else (number, at, i * width + c, i * width + d))
            at += 1
    return Batch(
        ids, types, np.array([len(r.ids) for r in rows]), np.array([r.asked for r in rows]), block_of.ravel(),
        np.array(row_of_block, np.int64),
    )  # fmt: skip


def _targets(numbers: Numbers, item: Asked, group: Group, row: Row) -> dict[int, tuple[int, int]]:
    """Return first and last token of the answer in gold blocks of this row; (-1, -1) if there is no short answer."""
    if not group.gold or item.ending == 2:
        return {}
    if item.ending == 1:
        return {k: (-1, -1) for t, k in group.gold if t == row.text}
    found: dict[int, tuple[int, int]] = {}
    ends = {k: (a, b) for k, a, b in row.blocks}
    for g, k, a, b in numbers.spans[group.item].reshape(-1, 4).tolist():
        c, d = row.before + a, row.before + b - 1
        if item.texts[g] == row.text and k in ends and b > a and ends[k][0] <= c and d < ends[k][1] and k not in found:
            found[k] = (c, d)
    return found


@dataclass(frozen=True)
class Drawing:
    """How groups are sampled; few small groups run fastest on two cores."""

    groups: int = GROUPS  # per step
    passages: tuple[int, int] = PASSAGES
    chunk: int = CHUNK
    own: float | None = None  # share of groups about the project's own documents; default: from OFTEN and OWN_MOST
    languages: bool = False
    seed: int = SEED
    bfloat16: bool = False  # on a CPU; a GPU always trains in it


class Draws(torch.utils.data.IterableDataset):  # type: ignore[type-arg]
    """Endless training steps; each worker samples with its own random generator."""

    def __init__(self, numbers: Numbers, how: Drawing) -> None:
        self.numbers = numbers
        self.how = how
        train = [
            n for n, i in enumerate(numbers.items) if not i.dev and (how.languages or not i.domain.startswith("xquad"))
        ]
        often = {
            n: OFTEN["xquad" if numbers.items[n].domain.startswith("xquad") else numbers.items[n].domain] for n in train
        }
        mine = {n for n in train if numbers.items[n].domain.startswith(OWN)}
        weight = max(1.0, sum(often[n] for n in mine))
        rest = sum(often.values()) - weight
        share = min(1.0, OWN_MOST / weight) if how.own is None else how.own / (1 - how.own) * rest / weight
        self.weights = [often[n] * (share if n in mine else 1.0) for n in train]
        self.train = train
        self.epoch = sum(self.weights)

    def __iter__(self) -> Iterator[Step]:
        worker = torch.utils.data.get_worker_info()
        chance = random.Random(self.how.seed * 1_000 + (worker.id if worker else 0))
        torch.set_num_threads(1)
        total = np.cumsum(self.weights)
        while True:
            picked = np.searchsorted(total, [chance.random() * total[-1] for _ in range(self.how.groups)])
            made = [drawn(self.numbers, self.train[int(i)], chance, self.how.passages) for i in picked]
            yield collated(self.numbers, made, self.how.chunk)


# --- training ---


def loss_of(model: Reader, step: Step, device: str, bfloat16: bool) -> tuple[Tensor, dict[str, float]]:
    heads, tokens = [], []
    batches = [b.to(device) for b in step.batches]
    for batch in batches:
        with torch.autocast(device, dtype=torch.bfloat16, enabled=bfloat16 or device == "cuda"):
            head, token = model(batch)
        heads.append(head)
        tokens.append(token)
    out = torch.cat(heads)  # in the order of step.keys: each batch appends its own
    group_of, gold, loose, labels = (
        torch.from_numpy(a).to(device) for a in (step.group_of, step.gold, step.loose, step.yes_no)
    )
    main = block_loss(out[:, 0], group_of, gold, loose)
    span = span_loss(step, batches, heads, tokens)
    weight = torch.where(labels == 2, 0.15, 1.0) * (labels >= 0)
    yes_no = functional.cross_entropy(out[:, 1:4], labels.clamp(min=0), reduction="none")
    yes_no = (yes_no * weight).sum() / weight.sum().clamp(min=1)
    total = main + SPAN_SHARE * span + YES_NO_SHARE * yes_no
    return total, {"block": main.detach(), "span": span.detach(), "yes-no": yes_no.detach()}  # type: ignore[dict-item]


def block_loss(scores: Tensor, group_of: Tensor, gold: Tensor, loose: Tensor) -> Tensor:
    """Return the mean over the groups of -log p(gold).

    For a loose group, any gold block counts; otherwise half is that, and half is each gold block against all wrong
    ones.
    """
    many = len(loose)
    scores = scores.clamp(-40, 40)
    raised = torch.exp(scores.double())
    wrong = scores.new_ones(many, dtype=torch.double).index_add(0, group_of, raised * ~gold)
    right = scores.new_zeros(many, dtype=torch.double).index_add(0, group_of, raised * gold)
    counts = scores.new_zeros(many).index_add(0, group_of, gold.float())
    some = counts > 0
    whole = torch.log(wrong + right)
    any_ = whole - torch.where(some, torch.log(right.clamp(min=1e-30)), torch.zeros_like(whole))
    each = torch.log(wrong[group_of] + raised) - scores.double()
    each = scores.new_zeros(many, dtype=torch.double).index_add(0, group_of, each * gold) / counts.clamp(min=1)
    return torch.where(some & ~loose, 0.5 * any_ + 0.5 * each, any_).mean().float()


def span_loss(step: Step, batches: Sequence[Batch], heads: Sequence[Tensor], tokens: Sequence[Tensor]) -> Tensor:
    losses = []
    for number, (batch, head, token) in enumerate(zip(batches, heads, tokens, strict=True)):
        some = step.spans[step.spans[:, 0] == number]
        if not len(some):
            continue
        mine = torch.from_numpy(some).to(token.device)
        many = len(batch.row_of)
        none = head[:, 4]
        raised = torch.exp(token.clamp(-30, 30))
        sums = raised.new_zeros(many + 1, 2).index_add(0, batch.block_of, raised)[:many]
        whole = torch.log(sums + torch.exp(none.clamp(-30, 30))[:, None])[mine[:, 1]]
        known = mine[:, 2] >= 0
        start = torch.where(known, token[mine[:, 2].clamp(min=0), 0], none[mine[:, 1]])
        end = torch.where(known, token[mine[:, 3].clamp(min=0), 1], none[mine[:, 1]])
        losses.append(whole.sum(1) - start - end)
    return torch.cat(losses).mean() if losses else heads[0].sum() * 0


def train(
    model: Reader,
    numbers: Numbers,
    how: Drawing,
    *,
    minutes: float,
    steps: int,
    rate: float,
    head_rate: float,
    device: str,
    workers: int,
    keep: Callable[[], None],
) -> None:
    """Train; call `keep` every KEPT minutes."""
    draws = Draws(numbers, how)
    print(f"{len(draws.train)} items, an epoch has {draws.epoch:.0f} groups", flush=True)
    loader = torch.utils.data.DataLoader(
        draws, batch_size=None, num_workers=workers, prefetch_factor=4 if workers else None
    )
    heads = [p for n, p in model.named_parameters() if n.startswith(("attend", "inner", "outer", "span", "scale"))]
    ids = {id(p) for p in heads}
    body = [p for p in model.parameters() if id(p) not in ids and p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": rate}, {"params": heads, "lr": head_rate}], weight_decay=DECAY, fused=device == "cuda"
    )
    rates = [part["lr"] for part in optimizer.param_groups]
    model.train()
    clock, running, seen, kept = time.time(), defaultdict(float), 0, time.time()
    for done, step in enumerate(loader):
        spent = max((time.time() - clock) / 60 / minutes, done / steps if steps else 0)
        if spent >= 1:
            break
        for part, top in zip(optimizer.param_groups, rates, strict=True):
            part["lr"] = top * (min(spent / WARM_UP, 1.0) + 0.002) * 0.5 * (1 + math.cos(math.pi * spent))
        loss, parts = loss_of(model, step, device, how.bfloat16)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seen += sum(b.ids.size for b in step.batches)
        if time.time() - kept > KEPT * 60:
            keep()
            kept = time.time()
        for name, value in parts.items():
            running[name] = running[name] + value  # type: ignore[assignment]
        if done % SHOWN == SHOWN - 1 or (not done):
            shown = " ".join(f"{name} {float(value) / (SHOWN if done else 1):.3f}" for name, value in running.items())
            speed = seen / (time.time() - clock)
            print(
                f"{done + 1} epoch {(done + 1) * how.groups / draws.epoch:.2f} {shown} {speed:.0f} tokens/s {100 * spent:.0f} %",
                flush=True,
            )
            running.clear()
    print(
        f"trained {done} steps, {done * how.groups / draws.epoch:.2f} epochs, {(time.time() - clock) / 60:.1f} minutes",
        flush=True,
    )


# --- evaluation ---


class Fixed(torch.utils.data.Dataset):  # type: ignore[type-arg]
    """The development groups, a few at a time."""

    def __init__(self, numbers: Numbers, most: int = 0) -> None:
        """Take at most `most` items per domain, without XQuAD; all items if `most` is 0."""
        self.numbers = numbers
        by_domain: dict[str, list[int]] = defaultdict(list)
        for n, item in enumerate(numbers.items):
            if item.dev and not (most and item.domain.startswith("xquad")):
                by_domain[item.domain].append(n)
        dev = [n for some in by_domain.values() for n in (some[:: max(1, len(some) // most)][:most] if most else some)]
        asked = [(n, False) for n in dev]
        asked += [
            (n, True)
            for n in dev
            if numbers.items[n].gold and numbers.items[n].domain in ("squad", "nq", "qed", *OWN, "covid", "selqa")
        ]
        self.groups = [fixed(numbers, n, removed=removed) for n, removed in asked]
        self.removed = [removed for _, removed in asked]

    def __len__(self) -> int:
        return -(-len(self.groups) // GROUPS)

    def __getitem__(self, i: int) -> tuple[int, Step]:
        torch.set_num_threads(1)
        return i * GROUPS, collated(self.numbers, self.groups[i * GROUPS : (i + 1) * GROUPS])


@torch.no_grad()
def read_dev(model: Reader, numbers: Numbers, device: str, workers: int, most: int = 0) -> list[Any]:
    """Read the development items; return [item, removed, texts, [[text place, block, score, ...], ...]] for each.

    The best blocks also have: yes, no, start, end, probability.
    """
    model.eval()
    data = Fixed(numbers, most)
    found: list[Any] = [[g.item, int(r), g.texts, []] for g, r in zip(data.groups, data.removed, strict=True)]
    for first, step in torch.utils.data.DataLoader(data, batch_size=None, num_workers=workers):
        at = 0
        for batch in step.batches:
            with torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda"):
                head, token = model(batch.to(device))
            polar = torch.softmax(head[:, 1:4], 1).cpu().numpy()
            head, token = head.cpu().numpy(), token.cpu().numpy()
            order = np.argsort(batch.block_of, kind="stable")
            bounds = np.searchsorted(batch.block_of[order], np.arange(len(head) + 1))
            for k in range(len(head)):
                group, text, block = step.keys[at + k]
                mine = found[first + group]
                flat = order[bounds[k] : bounds[k + 1]]
                mine[3].append(
                    [mine[2].index(text), block, round(float(head[k, 0]), 3), *polar[k, :2], token[flat], head[k, 4]]
                )
            at += len(head)
    for *_, blocks in found:
        top = sorted(blocks, key=lambda b: -b[2])[:DETAILED]
        for b in blocks:
            if any(b is t for t in top):
                i, j, p = best_span(b[5][:, 0], b[5][:, 1], float(b[6])) if len(b[5]) else (0, 0, 0.0)
                b[3:] = [round(float(b[3]), 3), round(float(b[4]), 3), i, j, round(p, 3)]
            else:
                del b[3:]
    return found


def figures(numbers: Numbers, found: Sequence[Any]) -> dict[str, dict[str, float]]:
    """Return, by kind: gold block first, span F1 (tokens), yes/no accuracy, and quantiles of the best score."""
    kinds: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for n, removed, texts, blocks in found:
        item = numbers.items[n]
        kind = item.domain + ("-removed" if removed else "")
        if not blocks:
            continue
        best = max(blocks, key=lambda b: b[2])
        mine = kinds[kind]
        mine["score"].append(best[2])
        if not item.gold or removed:
            continue
        gold = {(item.texts[g], k) for g, k in item.gold}
        mine["first"].append(float((texts[best[0]], best[1]) in gold))
        own = [b for b in blocks if (texts[b[0]], b[1]) in gold and len(b) > 3]
        if item.yn and own:
            top = max(own, key=lambda b: b[2])
            mine["yes-no"].append(float((top[3] > top[4]) == (item.yn == 1)))
        spans = numbers.spans[n].reshape(-1, 4).tolist()
        if spans:
            mine["f1"].append(max(_f1(numbers, item, s, best, texts) for s in spans))
    report = {}
    for kind, lists in sorted(kinds.items()):
        scores = np.array(lists.pop("score"))
        report[kind] = {"n": len(scores), **{name: round(float(np.mean(v)), 3) for name, v in lists.items()},
                        **{f"q{q}": round(float(np.quantile(scores, q / 100)), 2) for q in (4, 25, 50, 75, 96)}}  # fmt: skip
    return report


def _f1(numbers: Numbers, item: Asked, span: Sequence[int], best: Sequence[Any], texts: Sequence[int]) -> float:
    """Return the token F1 of the best block's answer and a gold answer."""
    g, _, a, b = span
    gold = numbers.passages[item.texts[g]][a:b].tolist()
    text = texts[best[0]]
    start = int(numbers.blocks[text].reshape(-1, 2)[best[1]][0])
    shown = numbers.passages[text][start + best[5] : start + best[6] + 1].tolist()
    common = sum(min(gold.count(t), shown.count(t)) for t in set(gold))
    return 2 * common / (len(gold) + len(shown)) if gold and shown else 0.0


def operating(found: Sequence[Any], numbers: Numbers) -> Iterator[str]:
    """Yield, for thresholds of the best score, the share answered for each kind."""
    by: dict[str, list[float]] = defaultdict(list)
    for n, removed, _, blocks in found:
        if blocks and not numbers.items[n].domain.startswith("xquad"):
            by[numbers.items[n].domain + ("-removed" if removed else "")].append(max(b[2] for b in blocks))
    for threshold in (-3, -2, -1, 0, 1, 2):
        yield f"answered above {threshold}: " + ", ".join(
            f"{k} {np.mean(np.array(v) > threshold):.3f}" for k, v in sorted(by.items())
        )


@torch.no_grad()
def single(model: Reader, numbers: Numbers, device: str) -> None:
    """Run the base over single texts, as an encoder reads them: questions, and passages with the common prefix."""
    model.eval()
    start = shared_start([row.tolist() for row in numbers.asked[:500]])
    chance = random.Random(SEED)
    texts = [row.tolist() for row in chance.sample(numbers.asked, 2_000)]
    texts += [[*start, *row.tolist()[:230]] for row in chance.sample(numbers.passages, 3_000) if len(row)]
    texts.sort(key=len)
    for first in range(0, len(texts), 100):
        some = [[numbers.first, *t, numbers.last] for t in texts[first : first + 100]]
        width = max(map(len, some))
        ids = np.array([t + [0] * (width - len(t)) for t in some], np.int32)
        nothing = np.zeros(0, np.int64)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda"):
            model.hidden(Batch(ids, ids * 0, np.array([len(t) for t in some]), nothing, nothing, nothing).to(device))


def shared_start(rows: Sequence[Sequence[int]]) -> list[int]:
    """Return the common prefix of all rows: the tokens that a base requires before every question."""
    first = zip(*rows, strict=False)
    return [column[0] for column in takewhile(lambda column: len(set(column)) == 1, first)]


def save_ranges(found: Mapping[str, Tensor], file: Path) -> None:
    np.savez(file, **{name: value.cpu().numpy().astype(np.float16) for name, value in found.items()})


# --- files ---


def save(model: Reader, out: Path, base: str) -> None:
    """Write the weights, and load the rounded ones into the model."""
    write(model, out, base)
    rounded(model)


def write(model: Reader, out: Path, base: str) -> None:
    """Write the weights as 8 bits with a factor per row, in files of at most 15 MB."""
    from safetensors.numpy import save_file

    parts: list[dict[str, np.ndarray]] = [{}]
    size = 0
    for name, value in model.shipped().items():
        if value.ndim == 2 and value.size > 100_000:
            whole, factor = narrowed(value)
            some = {name: whole, f"{name}#": factor}
        else:
            some = {name: value.astype(np.float16)}
        bytes_ = sum(v.nbytes for v in some.values())
        if size + bytes_ > 15_000_000:
            parts.append({})
            size = 0
        parts[-1].update(some)
        size += bytes_
    for i, part in enumerate(parts, start=1):
        save_file(part, str(out / f"{base}-{i}.safetensors"))


def rounded(model: Reader) -> None:
    """Round the model's own matrices in the same way as they are saved."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 2 and parameter.numel() > 100_000 and parameter.requires_grad:
                whole, factor = narrowed(parameter.detach().float().cpu().numpy())
                parameter.copy_(torch.from_numpy(whole.astype(np.float32) * factor.astype(np.float32)))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("prepared", type=Path)
    asked.add_argument("base")
    asked.add_argument("out", type=Path)
    asked.add_argument("--minutes", type=float, default=5.0)
    asked.add_argument("--steps", type=int, default=0)
    asked.add_argument("--workers", type=int, default=6)
    asked.add_argument(
        "--encoder",
        type=Path,
        help="folder with config.json and model.safetensors or encoder-int8.safetensors, instead of the base's file",
    )
    asked.add_argument(
        "--start",
        type=Path,
        nargs="+",
        default=[],
        help="weights to start from, later ones override earlier ones: shipped weights, earlier trainings",
    )
    asked.add_argument("--rate", type=float, default=RATE)
    asked.add_argument("--head-rate", type=float, default=HEAD_RATE)
    asked.add_argument("--groups", type=int, default=GROUPS, help="groups per step")
    asked.add_argument(
        "--passages", type=int, nargs=2, default=PASSAGES, help="passages per group, minimum and maximum"
    )
    asked.add_argument("--chunk", type=int, default=CHUNK, help="tokens per forward pass")
    asked.add_argument("--dev", type=int, default=0, help="development items per domain; default: all")
    asked.add_argument("--own", type=float, help="share of groups about the project's own documents")
    asked.add_argument("--frozen", type=int, default=0, help="number of lowest layers to freeze, with the embeddings")
    asked.add_argument("--name", help="name of the output files; default: the base")
    asked.add_argument("--alone", action="store_true", help="also measure the ranges of the base as an encoder")
    asked.add_argument("--seed", type=int, default=SEED)
    asked.add_argument("--bfloat16", action="store_true", help="on a CPU with AVX512_BF16: half again as fast")
    given = asked.parse_args()
    torch.manual_seed(given.seed)
    torch.backends.cuda.matmul.allow_tf32 = True
    device = "cuda" if torch.cuda.is_available() else "cpu"
    clock = time.time()
    numbers = Numbers(given.prepared, given.base)
    base = base_of(given.prepared, given.base, given.encoder)
    for start in given.start:
        base = begun(base, start, given.encoder)
    model = Reader(base, given.frozen, begun=bool(given.start)).to(device)
    print(f"{given.base} on {device}, read in {time.time() - clock:.0f} s", flush=True)
    given.out.mkdir(parents=True, exist_ok=True)
    if given.alone:
        encoder = Reader(base_of(given.prepared, given.base, given.encoder)).to(device)
        ranges = encoder.watched()
        single(encoder, numbers, device)
        save_ranges(ranges, given.out / f"{given.base}-encoder-ranges.npz")
        del encoder
        print(f"ranges of the base, {time.time() - clock:.0f} s", flush=True)
    passages = (given.passages[0], given.passages[1])
    name = given.name or given.base
    how = Drawing(given.groups, passages, given.chunk, given.own, "e5" in given.base, given.seed, given.bfloat16)
    train(
        model,
        numbers,
        how,
        minutes=given.minutes,
        steps=given.steps,
        rate=given.rate,
        head_rate=given.head_rate,
        device=device,
        workers=given.workers,
        keep=lambda: write(model, given.out, f"{name}-begun"),
    )
    save(model, given.out, name)
    ranges = model.watched()
    found = read_dev(model, numbers, device, given.workers, given.dev)
    save_ranges(ranges, given.out / f"{name}-ranges.npz")
    (given.out / f"{name}-dev.json.xz").write_bytes(
        lzma.compress(json.dumps(found, separators=(",", ":")).encode(), preset=3)
    )
    for kind, values in figures(numbers, found).items():
        print(name, kind, json.dumps(values), flush=True)
    for line in operating(found, numbers):
        print(name, line, flush=True)
    print(f"whole {(time.time() - clock) / 60:.1f} minutes", flush=True)


if __name__ == "__main__":
    main()
