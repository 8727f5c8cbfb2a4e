"""Trains the intent classifier's head, and prints its accuracy on wordings outside the training data.

    python -m training.intents [--out rag/weights/intent.safetensors] [--only-test]

The examples are in training/intents; each is used as written and with typing errors. Takes a minute on two cores.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from torch.nn import functional

from rag.answer.question.intent import ACTS, BUCKETS, DIMENSION, FORMS, LEANS, WEIGHTS, IntentHead, buckets
from rag.models.catalog import DEFAULT_ENCODER
from rag.models.encoder import SentenceEncoder
from training.data import Part
from training.reader_written import World, worlds

FOLDER = Path(__file__).parent / "intents"
WORLDS = Path(__file__).parent / "documents" / "worlds"
SUMMARIES = Path(__file__).parent / "summaries.jsonl"
TESTS = "*test.jsonl"  # files that are never trained on
BESIDE = 80  # questions of each folder whose requests for summaries are trained on
SEED = 11
INNER = 160  # units
EPOCHS = 14
BATCH = 256
COPIES = 2  # of each example with typing errors
WITHOUT_VECTOR = 0.25  # share of the examples without a vector: the head must also work without one
DROPPED = 0.3  # dropout of the features and of the inner units
VECTOR_SCALE = 8.0  # without it, a unit vector of 384 numbers would weigh almost nothing beside the words
SMOOTHING = 0.05
RATE, DECAY = 4e-3, 1e-2
LEANING_ACTS = frozenset(
    {"ask", "as-table", "as-list", "translate", "write", "summarise"}
)  # acts for which leaning is trained


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its intent."""

    q: str
    act: str
    form: str  # for "ask" only; empty if unknown
    leans: int  # 0 or 1; -1 if unknown


def learnt_from() -> list[Path]:
    """Return the training files."""
    return sorted(set(FOLDER.glob("*.jsonl")) - set(FOLDER.glob(TESTS)))


def read(files: Iterable[Path]) -> list[Example]:
    """Read the examples of the files; ValueError for an unknown label."""
    found = [Example(**json.loads(line)) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    for example in found:
        if example.act not in ACTS or (example.form and (example.form not in FORMS or example.act != "ask")):
            raise ValueError(f"{example} has an unknown act or form")
    return found


def summaries(part: Part) -> list[Example]:
    """Return the requests for summaries of the folders in one part."""
    lines = map(json.loads, SUMMARIES.read_text(encoding="utf-8").splitlines())
    return [Example(r["q"], "summarise", "", 0) for r in lines if World(r["world"], ()).part == part]


def asked_beside() -> list[Example]:
    """Return questions about the folders whose requests are trained on: without them, their words mean "summarise"."""
    tested = {example.q for example in read(FOLDER.glob(TESTS))}
    chance = random.Random(SEED)
    found = []
    for world in worlds(WORLDS):
        every = [w for document in world.documents for qa in document["qa"] for w in (qa["q"], *qa.get("more", ()))]
        free = [q for q in every if q and q not in tested] if world.part == "train" else []
        found += [Example(q, "ask", "", -1) for q in chance.sample(free, min(BESIDE, len(free)))]
    return found


def with_slip(question: str, chance: random.Random) -> str:
    """Return the question as if typed in a hurry: lower case, no punctuation, letters swapped, left out or doubled."""
    way = chance.randrange(6)
    if way == 0:
        return question.lower().rstrip("?!. ")
    if way == 1:
        return question.rstrip("?!. ") + "?"
    if way == 2:
        return question[:1].upper() + question[1:]
    at = chance.randrange(max(1, len(question) - 1))
    middle = {3: question[at : at + 2][::-1], 4: question[at + 1 : at + 2], 5: question[at] + question[at : at + 2]}[
        way
    ]
    return question[:at] + middle + question[at + 2 :]


class Head(torch.nn.Module):
    """The network of `rag.answer.question.intent`, with gradients."""

    def __init__(self) -> None:
        super().__init__()
        self.hashed = torch.nn.EmbeddingBag(BUCKETS, INNER, mode="sum")
        torch.nn.init.normal_(self.hashed.weight, std=0.1)
        self.vector = torch.nn.Linear(DIMENSION, INNER)
        self.outer = torch.nn.Linear(INNER, len(ACTS) + len(FORMS) + 1)

    def forward(self, features: Sequence[torch.Tensor], vectors: torch.Tensor) -> torch.Tensor:
        offsets = torch.tensor([0, *np.cumsum([len(f) for f in features[:-1]])], dtype=torch.long)
        hashed = self.hashed(torch.cat(list(features)), offsets)
        scale = torch.tensor([max(1, len(f)) for f in features]).float().sqrt()[:, None]
        inner = functional.relu(hashed / scale + self.vector(VECTOR_SCALE * vectors))
        outer: torch.Tensor = self.outer(functional.dropout(inner, DROPPED, self.training))
        return outer

    def weights(self) -> dict[str, np.ndarray]:
        """Return what `rag.answer.question.intent.scores` needs."""
        tables = {
            "hashed": self.hashed.weight,
            "vector": VECTOR_SCALE * self.vector.weight.T,
            "outer": self.outer.weight.T,
        }
        biases = {"bias": self.vector.bias, "outer_bias": self.outer.bias}
        halves = {name: np.ascontiguousarray(t.detach().numpy()).astype(np.float16) for name, t in tables.items()}
        return halves | {name: bias.detach().numpy() for name, bias in biases.items()}


def loss(outer: torch.Tensor, examples: Sequence[Example]) -> torch.Tensor:
    """Return the loss of act, form and leaning; the form counts only for "ask"."""
    acts, forms, leans = outer.split([len(ACTS), len(FORMS), 1], dim=1)
    act = functional.cross_entropy(acts, torch.tensor([ACTS.index(e.act) for e in examples]), label_smoothing=SMOOTHING)
    asked = [i for i, e in enumerate(examples) if e.form]
    form = functional.cross_entropy(
        forms[asked], torch.tensor([FORMS.index(examples[i].form) for i in asked]), label_smoothing=SMOOTHING
    )
    known = [i for i, e in enumerate(examples) if e.act in LEANING_ACTS and e.leans >= 0]
    wanted = torch.tensor([float(examples[i].leans) for i in known])
    return act + form + functional.binary_cross_entropy_with_logits(leans[known, 0], wanted)


def train(examples: Sequence[Example], encoder: SentenceEncoder) -> Head:
    """Train a head."""
    chance = random.Random(SEED)
    torch.manual_seed(SEED)
    slips = [Example(with_slip(e.q, chance), e.act, e.form, e.leans) for _ in range(COPIES) for e in examples]
    every = [*examples, *slips]
    vectors = torch.from_numpy(encoder.encode([e.q for e in examples])).repeat(COPIES + 1, 1)  # a typo keeps the vector
    features = [torch.from_numpy(buckets(e.q)) for e in every]
    head, steps = Head(), EPOCHS * -(-len(every) // BATCH)
    optimizer = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    for _ in range(EPOCHS):
        order = torch.randperm(len(every))
        for batch in order.split(BATCH):
            kept = [f[torch.rand(len(f)) > DROPPED] for f in (features[i] for i in batch)]
            seen = vectors[batch] * (torch.rand(len(batch), 1) > WITHOUT_VECTOR)
            optimizer.zero_grad()
            loss(head(kept, seen), [every[i] for i in batch]).backward()
            optimizer.step()
            schedule.step()
    return head.eval()


def report(head: IntentHead, examples: Sequence[Example], *, show: bool = False) -> None:
    """Print the accuracy of acts, forms and leaning, and the confusions."""
    found = [(e, head.of(e.q, in_conversation=True)) for e in examples]
    acts = [(e, i) for e, i in found]
    forms = [(e, i) for e, i in found if e.act == "ask" and i.act == "ask"]
    leans = [(e, i) for e, i in found if e.act == "ask"]
    for name, right in (
        ("act", [e.act == i.act for e, i in acts]),
        ("form of what is asked", [e.form == i.form for e, i in forms]),
        ("act and form", [e.act == i.act and (e.act != "ask" or e.form == i.form) for e, i in found]),
        ("leans", [(i.leans >= LEANS) == bool(e.leans) for e, i in leans]),
    ):
        print(f"{name:<24}{np.mean(right):.3f} of {len(right)}")
    mixed = Counter((_label(e.act, e.form), _label(i.act, i.form)) for e, i in found)
    for (wanted, given), many in sorted(mixed.items(), key=lambda item: -item[1]):
        if wanted != given:
            print(f"  {wanted} taken for {given}: {many}")
    for example, intent in found if show else ():
        wrong = _label(example.act, example.form) != _label(intent.act, intent.form)
        if wrong or (example.act == "ask" and (intent.leans >= LEANS) != bool(example.leans)):
            print(f"    {example.q!r} {_label(example.act, example.form)} {example.leans} -> {intent}")


def _label(act: str, form: str) -> str:
    return f"ask {form}" if act == "ask" else act


def main() -> None:
    """Train, save, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--only-test", action="store_true", help="measure the existing weights")
    parser.add_argument("--show", action="store_true", help="print every mistake")
    options = parser.parse_args()
    encoder = SentenceEncoder.named(DEFAULT_ENCODER)
    if not options.only_test:
        trained = train(read(learnt_from()) + summaries("train") + asked_beside(), encoder)
        save_file(trained.weights(), options.out)
    tests = {file.name: read([file]) for file in sorted(FOLDER.glob(TESTS))} | {SUMMARIES.name: summaries("dev")}
    for test, examples in tests.items():
        for name, used in (("with the embedded encoder", encoder), ("without", None)):
            print(f"\n{test}, {name}")
            report(IntentHead(used, weights=load_file(options.out)), examples, show=options.show and used is not None)


if __name__ == "__main__":
    main()
