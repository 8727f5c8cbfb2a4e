"""Makes what the reader learns from: a question with a few passages, and which of their sentences answer it, or none.

The passages beside the right one are what retrieval found too; of a question that nothing answers they are all.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.cases import Case, passage
from rag.language.sentences import sentences
from training import data
from training.data import Example, part_of
from training.data_cloze import questions, swap

PASSAGES = 4  # of a group
KEPT = {"squad-absent": 0.2, "nq-absent": 0.6, "squad-near": 0.6}  # share of a kind: the easy and the many
TIMES = {"clapnq": 3, "clapnq-near": 3}  # the few questions of a kind that is wanted come again, beside other passages
EMPTIED, SWAPPED = 0.25, 0.1  # share of the answerable questions that come again as near misses
NO_HEADING = 0.3  # share of the groups whose headings are hidden: files have poor titles too

Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Group:
    question: str
    texts: tuple[tuple[str, str, tuple[tuple[int, int], ...]], ...]  # heading, passage, spans of its sentences
    gold: frozenset[int]  # of all sentences, in order; empty if none answers
    span: tuple[int, int, int] | None = None  # text, first and last character of the answer
    some_answer: bool = False  # only known: the answer, if any, is among the gold sentences


def group(question: str, texts: Sequence[tuple[str, str]], gold: dict[int, Sequence[tuple[int, int]]], chance: random.Random,
          *, exact: bool = False, some_answer: bool = False) -> Group:  # fmt: skip
    """Put passages (heading, text) into random order; `gold` maps the place of a passage to the spans people chose in it."""
    order = chance.sample(range(len(texts)), len(texts))
    hidden = chance.random() < NO_HEADING
    made, chosen, span, at = [], set(), None, 0
    for place, i in enumerate(order):
        heading, text = texts[i]
        spans = tuple(sentences(text))
        wanted = gold.get(i, ())
        chosen |= {at + k for k, (a, b) in enumerate(spans) if any(a < d and b > c for c, d in wanted)}
        if exact and wanted and span is None:
            span = (place, *wanted[0])
        made.append(("" if hidden else heading, text, spans))
        at += len(spans)
    return Group(question, tuple(made), frozenset(chosen), span, some_answer)


def of_cases(found: Sequence[Case], examples: dict[tuple[str, str], Example], chance: random.Random) -> Iterator[Group]:
    """Turn questions with their hits into groups."""
    for case in found:
        own = examples.get((case.question, case.gold_passage))
        for _ in range(TIMES.get(case.kind, 1)):
            if chance.random() > KEPT.get(case.kind, 1.0):
                continue
            yield from _of_case(case, own, chance)
            if own and case.answerable and chance.random() < EMPTIED:
                yield from _of_case(case, emptied(own), chance)
            if own and case.answerable and chance.random() < SWAPPED:
                yield from _of_case(case, swapped(own, chance), chance)


def _of_case(case: Case, own: Example | None, chance: random.Random) -> Iterator[Group]:
    if own is None and case.answerable:
        return
    answerable = own.answerable if own else False
    others = [h.passage for h in case.hits if h.passage.id != case.gold_passage]
    long = [a.casefold() for a in case.answers if len(a) > 3]
    others = [p for p in others if not any(a in p.text.casefold() for a in long)]
    texts = [(own.title, own.passage)] if own else []
    ahead, many = others[: 2 * PASSAGES], PASSAGES - (not answerable) - len(texts)
    texts += [(p.heading, p.text) for p in chance.sample(ahead, min(len(ahead), many))]
    if texts:
        gold = {0: own.gold} if own and answerable else {}
        yield group(
            own.question if own else case.question, texts, gold, chance, exact=answerable and bool(case.answers)
        )


def emptied(example: Example) -> Example | None:
    """Return the question with its passage, the sentences that answer it taken out; None if too little is left."""
    passage, answers = example.passage, [a.casefold() for a in example.answers]
    left = [
        passage[a:b]
        for a, b in sentences(passage)
        if not any(a < d and b > c for c, d in example.gold) and not any(x in passage[a:b].casefold() for x in answers)
    ]
    return replace(example, passage=" ".join(left), answers=(), gold=(), answerable=False) if len(left) > 1 else None


def swapped(example: Example, chance: random.Random) -> Example | None:
    """Return the question about something else that its passage names; None if it names nothing."""
    question = swap(example.question, example.passage, chance)
    return replace(example, question=question, answers=(), gold=(), answerable=False) if question else None


def of_papers(examples: Sequence[Example], chance: random.Random) -> Iterator[Group]:
    """Turn questions about whole papers into groups: the other windows of the same paper stand beside the right one."""
    by_title: dict[str, list[Example]] = {}
    for example in examples:
        by_title.setdefault(example.title, []).append(example)
    for same in by_title.values():
        for example in same:
            beside = sorted({(e.title, e.passage) for e in same if example.answers[0] not in e.passage})
            beside = chance.sample(beside, min(len(beside), PASSAGES - 1))
            yield group(
                example.question, [(example.title, example.passage), *beside], {0: example.gold}, chance, exact=True
            )


def of_several(examples: Sequence[Example], chance: random.Random) -> Iterator[Group]:
    """Turn questions whose answer needs two passages into groups."""
    by_question: dict[str, list[Example]] = {}
    for example in examples:
        by_question.setdefault(example.question, []).append(example)
    for question, same in by_question.items():
        good, bad = [e for e in same if e.gold], [e for e in same if not e.gold]
        bad = chance.sample(bad, min(len(bad), PASSAGES))
        for kept in ([*good, *bad[:2]], bad):
            gold = {i: e.gold for i, e in enumerate(kept) if e.gold}
            if kept and len(good) == 2:
                yield group(question, [(e.title, e.passage) for e in kept], gold, chance)


def of_rules(root: Path, chance: random.Random, *, each: int, seed: int) -> Iterator[Group]:
    """Turn questions made by rule into groups: another passage of the same article, or any other, stands beside."""
    made = list(questions(root, each=each, seed=seed))
    same: dict[str, list[str]] = {}
    for example in made:
        same.setdefault(example.title, []).append(example.passage)
    for example in made:
        near = sorted({p for p in same[example.title] if p != example.passage})
        title, other = (
            (example.title, chance.choice(near)) if near else (lambda e: (e.title, e.passage))(chance.choice(made))
        )
        gold = {0: example.gold} if example.answerable else {}
        texts = [(example.title, example.passage), (title, other)]
        if example.answerable and chance.random() < 0.15:  # the same question where nothing answers it
            texts, gold = texts[1:], {}
        yield group(example.question, texts, gold, chance, exact=bool(gold))


def of_unlabelled(root: Path, chance: random.Random) -> Iterator[Group]:
    """Turn questions whose paragraph is known, but not whether it answers them, into groups that say no more than that."""
    import json

    for article in json.loads((root / "squad2_cs224n/unlabelled_questions.json").read_text(encoding="utf-8"))["data"]:
        title = article["title"].replace("_", " ")
        texts = [(title, p["context"]) for p in article["paragraphs"]]
        if part_of(title) == "dev":
            continue
        for own, paragraph in zip(texts, article["paragraphs"], strict=True):
            for asked in paragraph["qas"]:
                beside = chance.sample([t for t in texts if t != own], 1)
                yield group(asked["question"], [own, *beside], {0: [(0, len(own[1]))]}, chance, some_answer=True)


def real(root: Path, chance: random.Random, found: Sequence[Case]) -> list[Group]:
    """Make the groups of all questions that people asked, of the training part; `found` are they with their hits."""
    examples = data.read_all(root, "train")
    known = {(e.question, passage(e.title, e.passage).id): e for e in examples}
    groups = [*of_cases(found, known, chance), *of_papers([e for e in examples if e.source == "covid_qa"], chance)]
    groups += of_several([e for e in examples if e.source == "hotpot"], chance)
    chance.shuffle(groups)
    return groups
