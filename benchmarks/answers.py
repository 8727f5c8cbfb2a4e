"""Measures complete answers: the shares answered and refused, whether they contain the gold answer, and every citation.

    python -m benchmarks.answers DATA [--questions 150] [--wording 40] [--work FOLDER]

Runs the default pipeline over indexes built by the program: squad has one file per article; clapnq, qed and hotpot have
one file per passage; rgb's snippets are used as they are. Only the development articles are asked about. Rows:
"removed" excludes the file that holds the answer, "shuffled" reads the passages retrieved for another question,
"near" has a passage that almost answers, "closed book" is the generator without documents. All tables show quoted
answers without a generator; the last one shows how many gold answers are lost when the generator words them.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.reader import f1
from benchmarks.sets import Case, Remembering, noise_cases
from rag import Answer, Rag, build
from rag.answer.answer import Library, answer_from_hits
from rag.answer.draft import Draft
from rag.evaluation.figures import normalised
from rag.models.catalog import DEFAULT_ENCODER, DEFAULT_GENERATOR
from rag.models.encoder import SentenceEncoder
from rag.models.generator import TransformersGenerator
from rag.types import Document, Hit, Message, Passage
from training import data
from training.data import Example

SEED = 6
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a folder; spans are character offsets in the file's text."""

    text: str
    file: str = ""
    passage: Span = (0, 0)
    gold: tuple[Span, ...] = ()  # the spans that annotators chose
    answers: tuple[str, ...] = ()
    both: frozenset[str] = frozenset()  # files that are all needed for the answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer."""

    question: Question
    answer: Answer


def squad(root: Path) -> tuple[dict[str, str], list[Question]]:
    """Return the articles as files, and the questions about the development articles."""
    paragraphs: dict[str, list[str]] = {}
    examples = list(data.squad(root))
    loose = list(data.texts_without_labels(root))[:252]
    for title, text in [*((e.title, e.passage) for e in examples), *loose]:
        if text not in paragraphs.setdefault(title, []):
            paragraphs[title].append(text)
    files = {title: "\n\n".join([title, *texts]) + "\n" for title, texts in paragraphs.items()}
    return files, [_placed(e, files[e.title], e.title) for e in _asked(examples)]


def passages(examples: Iterable[Example]) -> tuple[dict[str, str], list[Question], list[Question]]:
    """Return one file per passage, the answerable questions of the development articles, and the near misses."""
    found = list(examples)
    names = {pair: f"{n:05d}" for n, pair in enumerate(sorted({(e.title, e.passage) for e in found}))}
    files = {name: f"{title}\n\n{text}\n" for (title, text), name in names.items()}
    asked = [_placed(e, files[names[e.title, e.passage]], names[e.title, e.passage]) for e in _asked(found)]
    near = [Question(e.question) for e in found if not e.answerable and data.part_of(e.title) == "dev"]
    return files, asked, near


def _asked(examples: Iterable[Example]) -> list[Example]:
    return [e for e in examples if e.answerable and data.part_of(e.title) == "dev"]


def _placed(example: Example, text: str, file: str) -> Question:
    start = text.index(example.passage)
    gold = tuple((start + a, start + b) for a, b in example.gold)
    return Question(example.question, file, (start, start + len(example.passage)), gold, example.answers)


def hotpot(root: Path) -> tuple[dict[str, str], list[Question]]:
    """Return the passages as files, and the questions that were not in the reader's training set."""
    corpus = json.loads((root / "multihop_hipporag/hotpotqa_train_corpus.json").read_text(encoding="utf-8"))
    names = {title: f"{n:05d}" for n, title in enumerate(sorted(corpus))}
    files = {names[title]: f"{title}\n\n{''.join(sentences).strip()}\n" for title, sentences in corpus.items()}
    questions = []
    for line in json.loads((root / "multihop_hipporag/hotpotqa_train.json").read_text(encoding="utf-8")):
        titles = {title for title, _ in line["supporting_facts"]}
        if not all(data.part_of(title) == "train" for title in titles) and titles <= names.keys():
            both = frozenset(f"{names[title]}.txt" for title in titles)
            questions.append(Question(line["question"], both=both, answers=(line["answer"],)))
    return files, questions


def opened(name: str, files: dict[str, str], work: Path) -> Rag:
    """Build an index of the files and open it, without a generator."""
    folder = work / name
    folder.mkdir(parents=True, exist_ok=True)
    safe = {title: title.replace("/", "-") for title in files}
    for title, text in files.items():
        (folder / f"{safe[title]}.txt").write_text(text, encoding="utf-8")
    encoder = Remembering(SentenceEncoder.named(DEFAULT_ENCODER), work / "vectors")
    if not (work / f"{name}-index").is_dir():
        build(folder, work / f"{name}-index", encoder=encoder)
    return Rag.open(work / f"{name}-index", encoder=encoder, generator=None)


def answers(rag: Rag, questions: Sequence[Question], *, removed: bool = False) -> list[Asked]:
    """Ask every question, with all files as sources or, if removed, without the file that holds the answer."""
    sources = sorted(rag.documents)
    return [
        Asked(q, rag.ask(q.text, sources=[s for s in sources if s != f"{q.file}.txt"] if removed else ()))
        for q in questions
    ]


class Given:
    """A library in which every passage is a whole document."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self._passages = {hit.passage.source: hit.passage for hit in hits}
        self.documents = {s: Document(p.document_id, s, p.heading, p.text) for s, p in self._passages.items()}

    def passages_of(self, source: str) -> Sequence[Passage]:
        return [self._passages[source]]


def answered_from(rag: Rag, question: str, hits: Sequence[Hit], library: Library) -> Answer:
    """Answer a question from the given hits, without retrieval."""
    draft = Draft(question, question, 1)
    draft.hits = tuple(hits)
    intent = rag.intents.of(question, in_conversation=False)
    *_, answer = answer_from_hits(
        draft, intent, library=library, reader=rag.reader, threshold=rag.threshold, today=date.today()
    )
    return answer


def shuffled(rag: Rag, asked: Sequence[Asked]) -> list[Asked]:
    """Answer every question from the passages retrieved for the next question."""
    found = []
    for one, other in zip(asked, [*asked[1:], asked[0]], strict=True):
        found.append(Asked(one.question, answered_from(rag, one.question.text, other.answer.hits, rag.index)))
    return found


def snippets(rag: Rag, cases: Iterable[Case]) -> Iterator[tuple[str, Asked]]:
    """Answer from the snippets that come with each case."""
    for case in cases:
        named = [replace(h, passage=replace(h.passage, source=f"{n}.txt")) for n, h in enumerate(case.hits)]
        answer = answered_from(rag, case.question, named, Given(named))
        yield case.kind, Asked(Question(case.question, answers=case.answers), answer)


def contains(asked: Asked) -> bool:
    """Return True if the reply contains a gold answer, word for word."""
    said = f" {normalised(' '.join(s.text for s in asked.answer.sentences))} "
    return any(f" {normalised(answer)} " in said for answer in asked.question.answers if normalised(answer))


def token_f1(asked: Asked) -> float:
    """Return the token F1 of the reply and the closest gold answer; 0 for a refusal."""
    said = " ".join(sentence.text for sentence in asked.answer.sentences)
    return max((f1(said, answer) for answer in asked.question.answers), default=0.0)


def first_chosen(asked: Asked) -> bool:
    """Return True if the first quote overlaps a sentence that annotators chose; False for a refusal."""
    question = asked.question
    return any(
        citation.passage.source == f"{question.file}.txt" and citation.start < b and a < citation.end
        for citation in asked.answer.citations[:1]
        for a, b in question.gold
    )


def inside(asked: Asked) -> list[bool]:
    """Return for each citation whether its quote overlaps the gold passage."""
    question = asked.question
    places = [
        {(p.source, p.start, p.end) for p in c.passage.places} | {(c.passage.source, c.start, c.end)}
        for c in asked.answer.citations
    ]
    first, last = question.passage
    return [any(s == f"{question.file}.txt" and a < last and first < b for s, a, b in found) for found in places]


def exact(rag: Rag, asked: Sequence[Asked]) -> str:
    """Return how many citations match their span exactly, and how many sentences have a citation."""
    found = [(item.answer, citation) for item in asked for citation in item.answer.citations]
    right = [rag.documents[c.passage.source].text[c.start : c.end] == c.quote for _, c in found]
    cited = [bool(sentence.citations) for item in asked for sentence in item.answer.sentences]
    return f"{sum(right)} of {len(right)} citations exact, {sum(cited)} of {len(cited)} sentences cited"


def line(name: str, asked: Sequence[Asked]) -> None:
    """Print the figures for one kind of question."""
    kept = [item for item in asked if not item.answer.abstained]
    columns = [
        [not item.answer.abstained for item in asked],
        [contains(item) for item in asked if item.question.answers],
        [token_f1(item) for item in asked if item.question.answers],
        [first_chosen(item) for item in asked if item.question.gold],
        [first_chosen(item) for item in kept if item.question.gold],
        [len(item.answer.sentences) for item in kept],
        [right for item in kept if item.question.file for right in inside(item)],
    ]
    shown = "".join(f"{np.mean(column):>10.3f}" if column else f"{'':>10}" for column in columns)
    print(f"{name:<24}{len(asked):>5}{shown}", flush=True)


def wording(rag: Rag, questions: Sequence[Question]) -> None:
    """Print how many gold answers the default generator loses when it words the quotes, and its closed-book score."""
    generator = TransformersGenerator.named(DEFAULT_GENERATOR)
    worded = Rag(rag.index, encoder=rag.encoder, reader=rag.reader, generator=generator, threshold=rag.threshold)
    plain, said = answers(rag, questions), answers(worded, questions)
    held, kept = np.mean([contains(a) for a in plain]), np.mean([contains(a) for a in said])
    shown = [sentence.verdict for item in said for sentence in item.answer.sentences]
    alone = TransformersGenerator(DEFAULT_GENERATOR, adapter=None)
    replies = [" ".join("".join(alone.generate([Message("user", q.text)])).split()) for q in questions]
    closed = [
        any(f" {normalised(a)} " in f" {normalised(reply)} " for a in q.answers)
        for q, reply in zip(questions, replies, strict=True)
    ]
    print(
        f"\nwording, n={len(questions)}: gold in quotes {held:.3f}, after wording {kept:.3f}, loss {held - kept:.3f}; "
    )
    print(f"{shown.count('supported')} of {len(shown)} sentences are the model's; closed book: {np.mean(closed):.3f}")


def report(root: Path, work: Path, many: int, worded: int) -> None:
    """Print every table."""
    chance = random.Random(SEED)
    columns = ("answered", "gold in", "token F1", "1st chosen", "of those", "sentences", "in gold")
    print(f"{'':<24}{'n':>5}" + "".join(f"{column:>10}" for column in columns))
    files, questions = squad(root)
    rag = opened("squad", files, work)
    asked = answers(rag, chance.sample(questions, many))
    line("squad", asked)
    line("  file removed", answers(rag, [item.question for item in asked], removed=True))
    line("  shuffled evidence", shuffled(rag, asked))
    checked = [exact(rag, asked)]
    for name, read in (("clapnq", data.clapnq), ("qed", data.qed)):
        files, found, near = passages(read(root))
        of_set = opened(name, files, work)
        mine = answers(of_set, found[:many])
        line(name, mine)
        if near:
            line("  near misses", answers(of_set, near))
        checked.append(exact(of_set, mine))
    given = list(snippets(rag, noise_cases(root)))
    for kind in ("rgb-mixed", "rgb-noise"):
        line(kind, [item for name, item in given if name == kind])
    files, several = hotpot(root)
    of_set = opened("hotpot", files, work)
    mine = answers(of_set, several[:many])
    line("hotpot", mine)
    sources = [{c.passage.source for c in item.answer.citations} for item in mine]
    both = [item.question.both <= cited for item, cited in zip(mine, sources, strict=True)]
    one = [bool(item.question.both & cited) for item, cited in zip(mine, sources, strict=True)]
    print(f"hotpot: both sources cited {np.mean(both):.3f}, one at least {np.mean(one):.3f}")
    print("\n".join(f"{name}: {text}" for name, text in zip(("squad", "clapnq", "qed"), checked, strict=True)))
    if worded:
        wording(rag, [item.question for item in asked if not item.answer.abstained][:worded])


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--questions", type=int, default=150, help="maximum for each kind")
    parser.add_argument(
        "--wording", type=int, default=40, help="questions that are also worded by the generator; 0 for none"
    )
    parser.add_argument("--work", type=Path, help="folder for indexes and vectors; default: a temporary folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        report(given.data, given.work or Path(temporary), given.questions, given.wording)


if __name__ == "__main__":
    main()
