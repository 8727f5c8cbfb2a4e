"""Makes the generator's training examples: a question, its evidence as a reader would choose it, and the target
sentence.

    python -m training.generator_data QA_FOLDER OUT_FOLDER

Writes train.jsonl and dev.jsonl, one object per line: set, title, question, evidence [[heading, quote], ...], golds,
target. The split is by article (hash of its title), before anything else. The evidence is the nearest sentences to the
question under the default encoder, from the passage and its neighbours, best first, as at run time. QA_FOLDER holds the
sets named in rag/weights/GENERATOR.md.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from sentencex import get_sentence_boundaries

from rag.answer.prompt import NO_ANSWER
from rag.models.encoder import SentenceEncoder
from training.generator_targets import target

SEED = 20
DEV_SHARE = 15  # per cent of the articles
REFUSALS = 0.10  # share of examples whose evidence does not answer; with more, the model refuses answerable questions
COUNTS = (0.5, 0.3, 0.2)  # shares of examples with 1, 2 and 3 sentences of evidence
LONGEST = 420  # characters of a quote
NEIGHBOURS = 12  # sentences on either side of the answer, in texts without paragraphs


@dataclass(slots=True)
class Question:
    """A question of a set, with the sentences around its answer; `right` are the indexes of those that contain it."""

    set: str
    title: str
    text: str
    sentences: list[str]
    right: list[int]
    golds: list[str]


@dataclass(slots=True)
class Example:
    """A prompt for the generator, and the text it should write."""

    set: str
    title: str
    question: str
    evidence: list[tuple[str, str]]  # (heading, quote), best first
    golds: list[str]
    target: str
    kept: bool = field(default=True)  # whether the evidence includes a sentence with the answer


def natural(text: str) -> str:
    """Convert tokenised text ("it 's ( old ) .") back into prose."""
    text = text.replace("``", '"').replace("''", '"').replace("-LRB-", "(").replace("-RRB-", ")")
    text = re.sub(r"\s+([.,;:!?%)\]])", r"\1", text)
    text = re.sub(r"([(\[$£])\s+", r"\1", text)
    text = re.sub(r"(\w) (n't|'s|'re|'ve|'ll|'d|'m|’s)\b", r"\1\2", text)
    text = re.sub(r"(\w) ([-–—]) (\w)", r"\1\2\3", text)
    text = re.sub(r'"\s*([^"]*?)\s*"', r'"\1"', text)
    return " ".join(text.split())


def in_dev(title: str) -> bool:
    """Return True if an article is in the development part; the same article of two sets is in the same part."""
    key = re.sub(r"\W+", " ", title.replace("_", " ")).strip().casefold()
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % 100 < DEV_SHARE


def sentences(text: str) -> list[str]:
    return [" ".join(cut["text"].split()) for cut in get_sentence_boundaries("en", text) if cut["text"].strip()]


def holding(found: Iterable[str], golds: Iterable[str]) -> list[int]:
    wanted = [re.compile(rf"(?<!\w){re.escape(gold)}(?!\w)", re.IGNORECASE) for gold in golds if gold]
    return [i for i, sentence in enumerate(found) if any(gold.search(sentence) for gold in wanted)]


def squad(folder: Path, name: str, file: str, titles: dict[str, str]) -> Iterator[Question]:
    """Yield a set in SQuAD's format: the sentence at the marked place is right, the article's others are neighbours."""
    for n, article in enumerate(json.loads((folder / file).read_text(encoding="utf-8"))["data"]):
        for paragraph in article["paragraphs"]:
            context = paragraph["context"]
            title = article.get("title") or titles.get(context) or f"{name} {n}"
            cuts = [cut for cut in get_sentence_boundaries("en", context) if cut["text"].strip()]
            found = [" ".join(cut["text"].split()) for cut in cuts]
            for question in paragraph["qas"]:
                golds = sorted({answer["text"] for answer in question["answers"]}, key=len)
                starts = [answer["answer_start"] for answer in question["answers"]]
                right = sorted(
                    {i for i, cut in enumerate(cuts) for at in starts if cut["start_index"] <= at < cut["end_index"]}
                )
                right = [i for i in right if i in holding(found, golds)]
                if golds and not right:
                    right = holding(found, golds)[:1]
                low = max(0, min(right, default=0) - NEIGHBOURS)
                near = found[low : max(right, default=0) + NEIGHBOURS]
                if bool(golds) == bool(right):
                    yield Question(
                        name,
                        title.replace("_", " "),
                        question["question"],
                        near,
                        [i - low for i in right],
                        golds,
                    )


def nq(folder: Path) -> Iterator[Question]:
    for line in (folder / "nq-open-oracle.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found = sentences(natural(row["ctxs"][0]["text"]))
        if right := holding(found, row["answers"]):
            yield Question("nq_open_oracle", row["ctxs"][0]["title"], row["question"], found, right, row["answers"])


def qed(folder: Path) -> Iterator[Question]:
    for line in (folder / "qed-dev.jsonlines").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        chosen = row["annotation"].get("selected_sentence")
        golds = [natural(part["paragraph_reference"]["string"]) for part in row["annotation"].get("answer", [])]
        if chosen and len(golds) == 1:
            found = sentences(natural(row["paragraph_text"]))
            right = [i for i in holding(found, golds) if found[i] in natural(chosen["string"])]
            if right:
                yield Question("qed", row["title_text"], row["question_text"], found, right, golds)


def clapnq(folder: Path) -> Iterator[Question]:
    for file in ("answerable", "unanswerable"):
        for line in (folder / f"{file}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found = [natural(sentence) for sentence in row["passages"][0]["sentences"]]
            chosen = [natural(s) for s in row["output"][0].get("selected_sentences") or []] if row["output"] else []
            right = [i for i, sentence in enumerate(found) if sentence in chosen]
            if bool(right) == (file == "answerable"):
                golds = [natural(row["output"][0]["answer"])] if right else []
                yield Question("clapnq", row["passages"][0]["title"], row["input"], found, right, golds)


def hotpot(folder: Path) -> Iterator[Question]:
    for row in json.loads((folder / "hotpotqa_train.json").read_text(encoding="utf-8")):
        if row["answer"] in ("yes", "no"):
            continue  # no sentence to quote as the answer
        texts = dict(row["context"])
        needed = {title for title, _ in row["supporting_facts"]}
        found = [" ".join(s.split()) for title in texts if title in needed for s in texts[title]]
        if right := holding(found, [row["answer"]]):
            yield Question("hotpot", row["supporting_facts"][0][0], row["question"], found, right, [row["answer"]])


def questions(folder: Path) -> list[Question]:
    """Read every set; the sets in SQuAD's format share their titles, so that they share the split."""
    halves = [json.loads((folder / "squad2_cs224n" / f).read_text(encoding="utf-8"))["data"]
              for f in ("labelled.json", "unlabelled_questions.json")]  # fmt: skip
    titles = {p["context"]: a["title"] for half in halves for a in half for p in a["paragraphs"]}
    return [
        *squad(folder / "squad2_cs224n", "squad2_cs224n", "labelled.json", titles),
        *squad(folder / "xquad", "xquad", "xquad.en.json", titles),
        *squad(folder / "covid_qa", "covid_qa", "covid_qa.json", titles),
        *nq(folder / "nq_open_oracle"),
        *qed(folder / "qed"),
        *clapnq(folder / "clapnq"),
        *hotpot(folder / "multihop_hipporag"),
    ]


def examples(asked: list[Question], *, dev: bool, seed: int) -> list[Example]:
    """Choose the evidence for every question, and the target."""
    chance = random.Random(seed)
    encoder = SentenceEncoder()
    texts = sorted({s for q in asked for s in q.sentences} | {q.text for q in asked}, key=len)
    vectors = dict(zip(texts, encoder.encode(texts), strict=True))
    made = [e for q in asked if (e := _example(q, vectors, chance, dev=dev)) is not None]
    answered = [e for e in made if e.target != NO_ANSWER]
    refused = [e for e in made if e.target == NO_ANSWER]
    chance.shuffle(refused)
    made = answered + refused[: int(len(answered) * REFUSALS / (1 - REFUSALS))]
    chance.shuffle(made)
    return made


def _example(asked: Question, vectors: dict[str, np.ndarray], chance: random.Random, *, dev: bool) -> Example | None:
    order = sorted(range(len(asked.sentences)), key=lambda i: -float(vectors[asked.sentences[i]] @ vectors[asked.text]))
    chosen = order[: chance.choices((1, 2, 3), COUNTS)[0]]
    best = next((i for i in order if i in asked.right), None)
    if best is not None and best not in chosen and not dev:
        chosen[chance.randrange(len(chosen))] = best
    quotes = [asked.sentences[i] for i in chosen]
    if any(len(quote) > LONGEST or len(quote) < 15 for quote in quotes):
        return None
    heading = asked.title if chance.random() < 0.7 else ""
    said = NO_ANSWER
    if best in chosen:
        quote = asked.sentences[best]
        gold = next((g for g in asked.golds if g.casefold() in quote.casefold()), quote)
        said = f"{target(asked.text, quote, gold)} [{chosen.index(best) + 1}]"
    return Example(
        asked.set,
        asked.title,
        asked.text,
        [(heading, quote) for quote in quotes],
        asked.golds,
        said,
        best in chosen,
    )


def main(folder: Path, out: Path) -> None:
    everything = questions(folder)
    out.mkdir(parents=True, exist_ok=True)
    for name, dev in (("train", False), ("dev", True)):
        asked = [question for question in everything if in_dev(question.title) == dev]
        made = examples(asked, dev=dev, seed=SEED)
        lines = "".join(json.dumps(asdict(example), ensure_ascii=False) + "\n" for example in made)
        (out / f"{name}.jsonl").write_text(lines, encoding="utf-8")
        print(f"{name}: {len(made)} examples of {len({e.title for e in made})} articles")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
