"""Prepares the reader's training data as numbers: passages, wordings and groups, for each base.

    python -m training.reader_prepare DATA WRITTEN OUT --part sets --base minilm FOLDER --base e5 FOLDER
    python -m training.reader_prepare DATA WRITTEN OUT --part written --base minilm FOLDER --base e5 FOLDER

DATA holds the unpacked sets (`qa`, `train`), WRITTEN the project's own documents. The parts are prepared separately:
the sets once (minutes), the documents whenever some are added (seconds). OUT gets `items.PART.json.xz` and, for each
base, `BASE.PART.npz.xz` (tokens, numbered by the words that occur) and `BASE.weights.npz.xz` (few bits): all that
`training.reader` needs on a machine with only torch.
"""

from __future__ import annotations

import argparse
import io
import json
import lzma
import random
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.models.cross_encoder import MOST_QUESTION, MOST_TOPIC, cut_question
from training import data, reader_written
from training import reader_items as items
from training.reader_items import Item, Text

SEED = 11
POOLS = {"squad": "wiki", "nq": "wiki", "qed": "wiki", "clapnq": "wiki", "selqa": "wiki", "hotpot": "wiki", "covid": "covid",
         "qamr": "sentences", "qadiscourse": "sentences"}  # fmt: skip
MOST = {"medquad": 4_500, "qamr": 7_000, "qadiscourse": 6_000, "yesno": 5_000, "policyqa": 5_000}
MORE = 6_000  # passages without questions, used as distractors
BESIDE = 14  # distractors stored per item
BY_MEANING, BY_WORDS = 12, 12  # candidates of each ranking, best first
MOST_PASSAGE = 250  # tokens
LONGEST_WORDING = 1_000  # tokens
LAYERS = "encoder.layer."


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("data", type=Path)
    asked.add_argument("written", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--base", action="append", nargs=2, metavar=("NAME", "FOLDER"), default=[])
    asked.add_argument("--part", choices=("sets", "written"), required=True)
    given = asked.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    chance = random.Random(SEED)
    found_items = (
        gathered(given.data, chance) if given.part == "sets" else reader_written.written(given.written, chance)
    )
    made = list(found_items)
    print(sorted(Counter((i.domain, i.part) for i in made).items()), flush=True)
    texts = table(made, given.data if given.part == "sets" else None)
    found = distractors(made, texts, Path(given.base[0][1]))
    write_items(made, texts, found, given.out / f"items.{given.part}.json.xz")
    for name, folder in given.base:
        write_base(made, texts, Path(folder), given.out / f"{name}.{given.part}.npz.xz")
        if name != "minilm":  # its weights come with the check of wordings
            packed(dict(weights(Path(folder), used_words(given.out, name))), given.out / f"{name}.weights.npz.xz")


def used_words(folder: Path, base: str) -> list[int]:
    """Return the base's words that occur in any part."""
    parts = [f for f in sorted(folder.glob(f"{base}.*.npz.xz")) if ".weights." not in f.name]
    read = [np.load(io.BytesIO(lzma.decompress(f.read_bytes())))["used"] for f in parts]
    words: list[int] = np.unique(np.concatenate(read)).tolist()
    return words


def gathered(root: Path, chance: random.Random) -> Iterator[Item]:
    """Yield the items of all sets."""
    clock = time.time()
    first = list(items.known_sets(root, chance))
    yield from first
    for name, some in (
        ("qed", items.qed_train(root, chance)), ("selqa", items.selqa(root, chance)),
        ("medquad", items.medquad(root, chance, MOST["medquad"])), ("policyqa", items.policies(root, chance)),
        ("qamr", items.untitled(root, "qamr", MOST["qamr"], chance)),
        ("qadiscourse", items.untitled(root, "qadiscourse", MOST["qadiscourse"], chance)),
        ("xquad", items.xquad(root, chance)), ("rgb", items.rgb(root, chance)),
    ):  # fmt: skip
        made = list(some)
        if name == "policyqa":
            made = chance.sample(made, MOST["policyqa"])
        print(name, len(made), round(time.time() - clock), flush=True)
        first += made
        yield from made
    statements = sorted(
        {
            (t.topic, t.text, t.pool)
            for i in first
            if i.part == "train" and i.domain in ("squad", "hotpot", "qed", "policyqa")
            for t in i.texts
        }
    )
    yield from items.yes_no(statements, MOST["yesno"], chance)


class Table:
    """Every distinct passage, with its number."""

    def __init__(self) -> None:
        self.texts: list[Text] = []
        self.number: dict[tuple[str, str, tuple[tuple[int, int], ...]], int] = {}

    def add(self, text: Text) -> int:
        known = (text.topic, text.text, text.blocks)
        if known not in self.number:
            self.number[known] = len(self.texts)
            self.texts.append(text)
        return self.number[known]

    def pool(self, i: int) -> str:
        return POOLS.get(self.texts[i].pool.removesuffix("-near"), self.texts[i].pool)


def table(made: Sequence[Item], root: Path | None) -> Table:
    texts = Table()
    for item in made:
        for text in (*item.texts, *item.beside):
            texts.add(text)
    for title, passage in list(data.texts_without_labels(root / "qa"))[:MORE] if root else ():
        for text in items.pieces(title, passage, title, "hotpot")[0][:1]:
            texts.add(text)
    return texts


def distractors(made: Sequence[Item], texts: Table, folder: Path) -> list[list[int]]:
    """Find passages for each item, in its pool, that are similar in meaning or words and do not answer it.

    Meaning is the mean of the words' embeddings in the base, weighted by rarity: inaccurate, but fast.
    """
    import bm25s
    import Stemmer

    clock = time.time()
    by_pool: dict[str, list[int]] = {}
    for i in range(len(texts.texts)):
        by_pool.setdefault(texts.pool(i), []).append(i)
    vectors, asked = meanings([f"{t.topic} {t.text}" for t in texts.texts], [i.wordings[0] for i in made], folder)
    print("meanings", round(time.time() - clock), flush=True)
    found: list[list[int]] = [[] for _ in made]
    mine: dict[str, list[int]] = {}
    for n, item in enumerate(made):
        some = item.texts or item.beside
        mine.setdefault(texts.pool(texts.add(some[0])), []).append(n)
    stemmer = Stemmer.Stemmer("english")
    for pool, numbers in mine.items():
        members = np.array(by_pool[pool])
        lexical = bm25s.BM25()

        def tokens(some: Sequence[str]) -> Any:
            return bm25s.tokenize(list(some), stopwords="en", stemmer=stemmer, show_progress=False)

        lexical.index(tokens([f"{texts.texts[i].topic} {texts.texts[i].text}" for i in members]), show_progress=False)
        for first in range(0, len(numbers), 256):
            group = numbers[first : first + 256]
            dense = asked[group] @ vectors[members].T
            k = min(BY_MEANING, len(members))
            near = np.argpartition(-dense, k - 1, axis=1)[:, :k]
            worded = lexical.retrieve(
                tokens([made[n].wordings[0] for n in group]),
                k=min(BY_WORDS, len(members)),
                show_progress=False,
                n_threads=1,
            )[0]
            for row, n in enumerate(group):
                order = near[row][np.argsort(-dense[row][near[row]])].tolist()
                both = [members[j] for pair in zip_longest(worded[row].tolist(), order) for j in pair if j is not None]
                found[n] = _kept(made[n], texts, list(dict.fromkeys(int(b) for b in both)))
        print(pool, len(members), len(numbers), round(time.time() - clock), flush=True)
    return found


def meanings(
    passages: Sequence[str], questions: Sequence[str], folder: Path
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return a vector for each text: the sum of its words' embeddings, weighted by rarity, without the common mean."""
    from safetensors.numpy import load_file
    from scipy.sparse import csr_matrix
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    words = load_file(folder / "model.safetensors")["embeddings.word_embeddings.weight"].astype(np.float32)
    words -= words.mean(axis=0)
    rows = [e.ids for e in tokenizer.encode_batch_fast([*passages, *questions], add_special_tokens=False)]
    counts = np.ones(len(words))
    for row in rows[: len(passages)]:
        counts[list(set(row))] += 1
    rarity = np.log(len(passages) / counts).clip(min=0.05).astype(np.float32)
    ends = np.cumsum([0, *map(len, rows)])
    flat = np.array([i for row in rows for i in row])
    whole = csr_matrix((rarity[flat], flat, ends), shape=(len(rows), len(words))) @ words
    whole -= whole[: len(passages)].mean(axis=0)
    whole /= np.maximum(np.linalg.norm(whole, axis=1, keepdims=True), 1e-9)
    return whole[: len(passages)], whole[len(passages) :]


def _kept(item: Item, texts: Table, near: Sequence[int]) -> list[int]:
    """Drop the item's own passages, those that contain an answer, and its article's others if no answer is known."""
    own = {texts.add(t) for t in (*item.texts, *item.beside)}
    articles = {t.article for t in (*item.texts, *item.beside)}
    held = {t.text for t in (*item.texts, *item.beside)}
    answers = [a.casefold() for a in item.answers if len(a) > items.SHORT]
    kept = []
    for i in near:
        text = texts.texts[i]
        low = text.text.casefold()
        same = text.article in articles
        if i in own or text.text in held or (same and not answers) or any(a in low for a in answers):
            continue
        kept.append(-i - 1 if same else i)  # negative: from the same article
    return kept[:BESIDE]


# --- numbers for a base ---


def write_base(made: Sequence[Item], texts: Table, folder: Path, out: Path) -> None:
    """Tokenise everything with a base's tokenizer and write it, numbered by the words that occur."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    prefix = "query: " if out.name.startswith("e5") else ""
    first, last = tokenizer.encode("").ids

    def ids(some: Sequence[str], most: int) -> list[list[int]]:
        return [e.ids[:most] for e in tokenizer.encode_batch_fast(list(some), add_special_tokens=False)]

    wordings = [w for i in made for w in i.wordings]
    asked = [cut_question(row, MOST_QUESTION) for row in ids([prefix + w for w in wordings], LONGEST_WORDING)]
    topics = ids([f"{t.topic}:" if t.topic else "" for t in texts.texts], MOST_TOPIC)
    encoded = tokenizer.encode_batch([t.text for t in texts.texts], add_special_tokens=False)
    passages = [e.ids[:MOST_PASSAGE] for e in encoded]
    offsets = [e.offsets[:MOST_PASSAGE] for e in encoded]
    blocks = [inside(offsets[i], t.blocks) for i, t in enumerate(texts.texts)]
    spans = [
        [(g, k, *inside(offsets[texts.add(item.texts[g])], [(a, b)])[0]) for g, k, a, b in item.spans] for item in made
    ]
    used = sorted({first, last, *(i for some in (asked, topics, passages) for row in some for i in row)})
    place = {i: n for n, i in enumerate(used)}
    assert len(used) < 65_536
    arrays: dict[str, NDArray[Any]] = {
        "used": np.array(used, np.uint32),
        "ends": np.array([place[first], place[last]], np.uint16),
    }
    for label, rows in (("asked", asked), ("topics", topics), ("passages", passages)):
        arrays[label] = np.array([place[i] for row in rows for i in row], np.uint16)
        arrays[f"{label}_n"] = np.array([len(row) for row in rows], np.uint16)
    arrays["blocks"] = np.array([pair for some in blocks for pair in some], np.uint16).reshape(-1, 2)
    arrays["blocks_n"] = np.array([len(some) for some in blocks], np.uint16)
    arrays["spans"] = np.array([s for some in spans for s in some], np.uint16).reshape(-1, 4)
    arrays["spans_n"] = np.array([len(some) for some in spans], np.uint16)
    packed(arrays, out)
    print(out.name, len(used), "words,", sum(map(len, passages)), "tokens of passages", flush=True)


def inside(offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the tokens (first, one after the last) of character spans; (0, 0) if they are truncated."""
    starts, ends = [a for a, _ in offsets], [b for _, b in offsets]
    found = []
    for a, b in spans:
        i, j = bisect_left(ends, a + 1), bisect_left(starts, b)
        found.append((i, j) if i < j else (0, 0))
    return found


def weights(folder: Path, used: Sequence[int]) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield the base's tensors, with only the used words; matrices in few bits, as `reader_net.widened` reads them."""
    from safetensors.numpy import load_file

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    yield "config", np.frombuffer(json.dumps(config).encode(), np.uint8)
    for name, value in load_file(folder / "model.safetensors").items():
        if not name.startswith((LAYERS, "embeddings.")) or "position_ids" in name:
            continue
        if "word_embeddings" in name:
            value = value[np.array(used)]
        if "position_embeddings" in name:
            value = value[:384]
        value = value.astype(np.float32)
        if value.ndim == 2 and value.size > 200_000:
            yield from _in_fours(name, value) if config["vocab_size"] > 100_000 else _in_rows(name, value)
        else:
            yield name, value.astype(np.float16)


def _in_rows(name: str, value: NDArray[np.float32]) -> Iterator[tuple[str, NDArray[Any]]]:
    """Seven bits, with one factor for each row."""
    factor = np.abs(value).max(axis=1, keepdims=True) / 63
    factor[factor == 0] = 1
    yield name, np.round(value / factor).astype(np.int8)
    yield f"{name}#", factor.astype(np.float32)


def _in_fours(name: str, value: NDArray[np.float32]) -> Iterator[tuple[str, NDArray[Any]]]:
    """Four bits, as in the source: a block of 32 weights shares a factor, and its largest weight is -8 times it."""
    blocks = value.reshape(len(value), -1, 32)
    most = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[..., None], axis=2)
    factor = np.where(most == 0, 1, most / -8)
    whole = np.clip(np.round(blocks / factor), -8, 7).astype(np.int8) + 8
    assert np.abs((whole - 8) * factor - blocks).max() < 0.02 * np.abs(value).max(), name
    flat = whole.reshape(len(value), -1).astype(np.uint8)
    yield name, flat[:, ::2] | (flat[:, 1::2] << 4)
    yield f"{name}#4", factor[..., 0].astype(np.float16)


def packed(arrays: Mapping[str, NDArray[Any]], file: Path) -> None:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    file.write_bytes(lzma.compress(stream.getvalue(), preset=2))
    print(file.name, round(file.stat().st_size / 1e6, 1), "MB", flush=True)


def write_items(made: Sequence[Item], texts: Table, found: Sequence[Sequence[int]], out: Path) -> None:
    """Write the items as numbers.

    Each is [domain, part, yn, loose, ending, may be emptied, wordings, texts, gold, beside, near].
    """
    rows, at = [], 0
    for item, near in zip(made, found, strict=True):
        many = len(item.wordings)
        rows.append([
            item.domain, item.part == "dev", ("", "yes", "no").index(item.yn), int(item.loose),
            ("known", "none", "unknown").index(item.ending), int(bool(item.gold) and not item.loose),
            [at, at + many], [texts.add(t) for t in item.texts], [list(g) for g in item.gold],
            [texts.add(t) for t in item.beside], list(near),
        ])  # fmt: skip
        at += many
    out.write_bytes(lzma.compress(json.dumps(rows, separators=(",", ":")).encode(), preset=6))
    print("items", len(rows), round(out.stat().st_size / 1e6, 1), "MB", flush=True)


if __name__ == "__main__":
    main()
