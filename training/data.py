"""Reads the question sets that the reader is trained on, split by article.

Every set is a folder under one root, as its authors publish it. Only sets whose licence allows shipped weights are
read. An article (by its title) is either in the training part or in the development part, in all sets.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Part = Literal["train", "dev"]
DEV_SHARE = 3  # one article in three is held out for development
DEV_SQUAD = frozenset({"steam engine", "immune system"})  # a hash would choose none or almost all of the seven articles


@dataclass(frozen=True, slots=True)
class Example:
    """A question with the passage it was asked about; sentences are spans of the passage."""

    source: str  # name of the set
    title: str
    passage: str
    question: str
    answers: tuple[str, ...] = ()  # strings in the passage; empty if only sentences are known, or nothing
    gold: tuple[tuple[int, int], ...] = ()  # spans of the passage that people chose
    answerable: bool = True


def part_of(title: str) -> Part:
    """Return the part that an article belongs to: the same for every spelling of its title."""
    key = re.sub(r"[\W_]+", " ", title).strip().casefold()
    if key in DEV_SQUAD:
        return "dev"
    digest = hashlib.sha256(key.encode()).digest()
    return "dev" if digest[0] % DEV_SHARE == 0 and key not in SQUAD_TRAIN else "train"


SQUAD_TRAIN = frozenset(
    {"normans", "computational complexity theory", "huguenot", "harvard university", "islamism"}
)  # the other long articles, all for training


def plain(text: str) -> str:
    """Return NQ's tokenised text as prose: undo `` quotes '' and blanks before punctuation."""
    text = text.replace("``", '"').replace("''", '"').replace("-LRB-", "(").replace("-RRB-", ")")
    text = re.sub(r" ([.,;:!?)\]%])", r"\1", text)
    text = re.sub(r"([(\[$£]) ", r"\1", text)
    text = re.sub(r" ('(?:s|re|ve|ll|d|m|t)\b)|( n't\b)", lambda match: match.group().strip(), text)
    text = re.sub(r'" ([^"]*?) "', r'"\1"', text)
    return re.sub(r" {2,}", " ", text).strip()


def squad(root: Path) -> Iterator[Example]:
    for name in ("squad2_cs224n/labelled.json", "xquad/xquad.en.json"):
        for article in json.loads((root / name).read_text(encoding="utf-8"))["data"]:
            title = article["title"].replace("_", " ")
            for paragraph in article["paragraphs"]:
                for asked in paragraph["qas"]:
                    yield _squad_example(name.split("/")[0], title, paragraph["context"], asked)


def _squad_example(source: str, title: str, passage: str, asked: Any) -> Example:
    answerable = not asked.get("is_impossible", False)
    spans = {(a["answer_start"], a["answer_start"] + len(a["text"])) for a in asked["answers"]} if answerable else set()
    spans = {span for span in spans if passage[slice(*span)] in {a["text"] for a in asked["answers"]}}
    answers = tuple(sorted({a["text"] for a in asked["answers"]})) if answerable else ()
    return Example(source, title, passage, asked["question"], answers, tuple(sorted(spans)), answerable)


def natural_questions(root: Path) -> Iterator[Example]:
    for line in _lines(root / "nq_open_oracle/nq-open-oracle.jsonl"):
        for context in line["ctxs"]:
            passage, answers = context["text"], tuple(line["answers"])
            found = tuple(span for answer in answers for span in _occurrences(answer, passage))
            if found:
                yield Example("nq_open_oracle", context["title"], passage, line["question"], answers, found)


def clapnq(root: Path) -> Iterator[Example]:
    for name in ("answerable", "unanswerable"):
        for line in _lines(root / f"clapnq/{name}.jsonl"):
            given = line["passages"][0]
            sentences = [plain(sentence) for sentence in given["sentences"]]
            chosen = {plain(s) for output in line["output"] for s in output["selected_sentences"]}
            passage, spans = _joined(sentences)
            gold = tuple(span for span, sentence in zip(spans, sentences, strict=True) if sentence in chosen)
            if gold or name == "unanswerable":
                yield Example("clapnq", given["title"], passage, line["input"], (), gold, name == "answerable")


def qed(root: Path) -> Iterator[Example]:
    for line in _lines(root / "qed/qed-dev.jsonlines"):
        annotation, raw = line["annotation"], line["paragraph_text"]
        if annotation["explanation_type"] != "single_sentence":
            continue
        starts = [*line["sentence_starts"], len(raw)]
        sentences = [plain(raw[a:b]) for a, b in zip(starts, starts[1:], strict=False)]
        passage, spans = _joined(sentences)
        gold = spans[starts.index(annotation["selected_sentence"]["start"])]
        yield Example("qed", line["title_text"], passage, line["question_text"], (), (gold,))


def covid(root: Path) -> Iterator[Example]:
    for article in json.loads((root / "covid_qa/covid_qa.json").read_text(encoding="utf-8"))["data"]:
        for paper in article["paragraphs"]:
            text = paper["context"]
            title = text.strip().split("\n", 1)[0][:120]
            for asked in paper["qas"]:
                answers = tuple(answer["text"].strip() for answer in asked["answers"])
                for start, end in _occurrences(answers[0], text)[:1]:
                    yield _window("covid_qa", title, text, asked["question"], answers, start, end)


WINDOW = 500  # characters kept on each side of an answer, in a complete paper


def _window(
    source: str, title: str, text: str, question: str, answers: tuple[str, ...], start: int, end: int
) -> Example:
    left, right = max(0, start - WINDOW), min(len(text), end + WINDOW)
    left = left if left == 0 else text.find(" ", left, start) + 1 or start
    return Example(source, title, text[left:right], question, answers, ((start - left, end - left),))


def hotpot(root: Path) -> Iterator[Example]:
    """Yield one example for each passage with a supporting fact, and its distractors as unanswerable."""
    for line in json.loads((root / "multihop_hipporag/hotpotqa_train.json").read_text(encoding="utf-8")):
        facts = {(title, number) for title, number in line["supporting_facts"]}
        for title, sentences in line["context"]:
            passage, spans = _joined([sentence.strip() for sentence in sentences])
            gold = tuple(span for number, span in enumerate(spans) if (title, number) in facts)
            yield Example("hotpot", title, passage, line["question"], (), gold, bool(gold))


SETS: tuple[Callable[[Path], Iterator[Example]], ...] = (squad, natural_questions, clapnq, qed, covid, hotpot)


def read_all(root: Path, part: Part) -> list[Example]:
    """Return the examples of one part, in the order of the sets."""
    return [example for read in SETS for example in read(root) if part_of(example.title) == part]


def texts_without_labels(root: Path) -> Iterator[tuple[str, str]]:
    """Yield (title, passage) of articles that have passages but no labels here."""
    for article in json.loads((root / "squad2_cs224n/unlabelled_questions.json").read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            yield article["title"].replace("_", " "), paragraph["context"]
    corpus = json.loads((root / "multihop_hipporag/hotpotqa_train_corpus.json").read_text(encoding="utf-8"))
    for title, sentences in corpus.items():
        yield title, "".join(sentences).strip()


def _occurrences(answer: str, passage: str) -> list[tuple[int, int]]:
    pattern = rf"(?<!\w){re.escape(answer)}(?!\w)"
    return [match.span() for match in re.finditer(pattern, passage, flags=re.IGNORECASE)] if answer else []


def _joined(sentences: list[str]) -> tuple[str, list[tuple[int, int]]]:
    spans, at = [], 0
    for sentence in sentences:
        spans.append((at, at + len(sentence)))
        at += len(sentence) + 1
    return " ".join(sentences), spans


def _lines(file: Path) -> Iterator[Any]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
