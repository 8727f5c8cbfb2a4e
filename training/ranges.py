"""Measures the greatest input of every linear layer of the encoder and of the reader, which `rag.models.bert_graph` needs for fixed scales.

    python -m training.ranges DATA rag/weights/ranges.safetensors

Read are texts of training articles only, of several languages and kinds: paragraphs, questions, papers, sentences, single words, rows
of numbers, program text (this project's own) and scraps of punctuation; the reader reads questions with passages. In float32, with transformers.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from rag import models
from rag.language.sentences import sentences
from rag.models import catalog, openvino_bert
from rag.models.cross_encoder import Row, row
from training import data
from training.reader_model import load_encoder

SEED = 7
TEXTS = 160  # of each kind
WINDOW = 256  # tokens of the encoder
LANGUAGES = ("de", "es", "ru", "zh")
CODE = Path(__file__).resolve().parent.parent / "rag"
SCRAPS = ("", ".", "a", "!" * 12, "0 " * 9, "=" * 120, "A" * 300, "the " * 150, "[1] [2] [3]", "- " * 20, "x = y ** 2 + z",
          "🙂🙂🙂 ok", "http://example.org/a/b?c=d&e=f", "TOTAL 1,234.00", "Q1 Q2 Q3 Q4")  # fmt: skip

Array = NDArray[Any]


def texts(root: Path) -> Iterator[str]:
    """Yield what the encoder reads."""
    chance = random.Random(SEED)
    examples = data.read_all(root, "train")
    passages = sorted({example.passage for example in examples})
    yield from chance.sample(passages, TEXTS)
    yield from (f"{e.title}\n{e.passage}" for e in chance.sample(examples, TEXTS))
    yield from (example.question for example in chance.sample(examples, TEXTS))
    for language in LANGUAGES:
        articles = json.loads((root / f"xquad/xquad.{language}.json").read_text(encoding="utf-8"))["data"]
        yield from chance.sample([p["context"] for article in articles for p in article["paragraphs"]], TEXTS // 4)
    several = chance.sample(passages, TEXTS)
    yield from (text[slice(*chance.choice(sentences(text)))] for text in several)
    yield from (chance.choice(text.split()) for text in several)
    for file in sorted(CODE.rglob("*.py")):
        yield file.read_text(encoding="utf-8")[:1_000]
    for _ in range(TEXTS // 2):
        numbers = (f"{chance.random() * 10 ** chance.randrange(1, 8):,.{chance.randrange(3)}f}" for _ in range(40))
        yield " | ".join(list(numbers)[: chance.randrange(2, 40)])
    yield from SCRAPS


def pairs(root: Path, tokenizer: Any) -> Iterator[Row]:
    """Yield what the reader reads: questions with the passages they were asked of, and with others."""
    chance = random.Random(SEED)
    examples = chance.sample(data.read_all(root, "train"), 4 * TEXTS)
    for own, other in zip(examples, examples[1:], strict=False):
        yield row(tokenizer, own.question, (own.title, own.passage, [(0, len(own.passage))]))
        yield row(tokenizer, own.question, ("", other.passage, [(0, len(other.passage))]))


def greatest(encoder: Any, rows: Iterator[tuple[Sequence[int], Sequence[int]]]) -> dict[str, Array]:
    """Return for each linear layer the greatest absolute value of each of its inputs."""
    found: dict[str, Array] = {}

    def look(name: str, given: torch.Tensor) -> None:
        most = given.abs().amax(dim=(0, 1)).numpy()
        found[name] = np.maximum(found[name], most) if name in found else most

    for name, module in encoder.named_modules():
        if isinstance(module, torch.nn.Linear) and name.startswith("encoder."):
            module.register_forward_pre_hook(lambda _, given, name=name: look(name, given[0]))
    with torch.no_grad():
        for ids, types in rows:
            encoder(input_ids=torch.tensor([ids]), token_type_ids=torch.tensor([types]))
    return {name: most.astype(np.float16) for name, most in found.items() if not name.endswith((".key", ".value"))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    folder = models.locate(models.DEFAULT_ENCODER)
    tokenizer, weights = openvino_bert.tokenizer_of(folder), folder / "model.safetensors"
    read = (tokenizer.encode(openvino_bert.whole(text)).ids for text in texts(given.data))
    cut = ([*ids[: WINDOW - 1], ids[-1]] if len(ids) > WINDOW else ids for ids in read)
    ranges = {weights: greatest(load_encoder(folder), ((ids, [0] * len(ids)) for ids in cut))}
    reader, trained = load_encoder(folder), given.out.with_name("reader.safetensors")
    layers = {name.removeprefix("encoder."): torch.from_numpy(value.astype(np.float32))
              for name, value in load_file(trained).items() if name.startswith("encoder.")}  # fmt: skip
    unknown = reader.load_state_dict(layers, strict=False).unexpected_keys
    assert not unknown, unknown
    ranges[trained] = greatest(reader, ((each.ids, each.types) for each in pairs(given.data, tokenizer)))
    named = {
        f"{catalog.sha256_of(file)[: catalog.SHORT]}/{name}": most
        for file, found in ranges.items()
        for name, most in found.items()
    }
    save_file(named, given.out)
    print(f"{len(named)} layers, {given.out.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
