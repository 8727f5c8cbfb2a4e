"""Reads evaluation questions, or generates them from the indexed documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from rag.language.sentences import sentences
from rag.language.words import names, words
from rag.pipeline import Rag
from rag.types import Hit, Passage

MADE = 60  # generated questions; each is asked with and without its document
SHORTEST, LONGEST = 40, 300  # characters of a sentence used for a question
NEAREST = 5  # passages searched for the answer when its own files are out of scope
SAME_STATEMENT = 0.7  # share of a question's words from which a passage with the answer states the same
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*%?")
YEAR = re.compile(r"1\d{3}|20\d\d")


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its known answer.

    `answers`: any of these texts is right. `gold`: the files with the answer, () if unknown. `scope`: the files to ask,
    () for all. `answerable`: False if the documents in scope do not answer.
    """

    text: str
    answers: tuple[str, ...] = ()
    gold: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    answerable: bool = True
    history: tuple[tuple[str, str], ...] = ()


def read_questions(file: Path) -> list[Question]:
    """Read one question per line: {"question", "answers"?, "sources"?, "answerable"?, "history"?}; ValueError for a bad
    line."""
    found = []
    for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            found.append(
                Question(
                    record["question"],
                    tuple(record.get("answers", ())),
                    tuple(record.get("sources", ())),
                    (),
                    bool(record.get("answerable", True)),
                    tuple((turn[0], turn[1]) for turn in record.get("history", ())),
                )
            )
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise ValueError(
                f'{file}:{n} is not a question; write {{"question": "...", "answers": ["..."]}}'
            ) from error
    if not found:
        raise ValueError(f"{file} holds no questions; write one JSON object a line")
    return found


def made_questions(rag: Rag, *, count: int = MADE) -> list[Question]:
    """Generate questions from indexed sentences, leaving out a number or name; repeat them without their files.

    Deterministic: the same index gives the same questions. A single file cannot be out of scope, and a question that
    another file answers too is not asked without its own. ValueError if no question can be made.
    """
    everything = sorted(rag.documents)
    made: list[Question] = []
    asked: set[str] = set()
    for passage in sorted(rag.index.passages, key=lambda passage: blake2b(passage.id.encode()).digest()):
        question = next(_questions_of(passage), None)
        if question is None or question.text in asked:
            continue
        asked.add(question.text)
        made.append(question)
        rest = tuple(source for source in everything if source not in question.gold)
        if rest and not _is_said(question, rag.rankings(question.text, k=NEAREST, sources=rest)["fused"]):
            made.append(Question(question.text, (), (), rest, answerable=False))
        if len(asked) == count:
            break
    if not made:
        raise ValueError("no question can be made from these documents; give a questions file")
    return made


def _is_said(question: Question, hits: Sequence[Hit]) -> bool:
    """Return True if one of the passages holds the answer and most words of the question."""
    asked = {word.stem for word in words(question.text) if word.is_content}
    for passage in (hit.passage for hit in hits):
        shared = asked & {word.stem for word in words(passage.text)}
        if question.answers[0] in passage.text and len(shared) >= SAME_STATEMENT * len(asked):
            return True
    return False


def _questions_of(passage: Passage) -> Iterator[Question]:
    gold = tuple(sorted({place.source for place in passage.places} | {passage.source}))
    for start, end in sentences(passage.text):
        sentence = passage.text[start:end]
        if SHORTEST <= len(sentence) <= LONGEST and (gap := _gap(sentence)):
            first, last = gap
            text = f"{sentence[:first]}{_asking_for(sentence[first:last])}{sentence[last:].rstrip('.!? ')}?"
            yield Question(" ".join(text.split()), (sentence[first:last],), gold)


def _gap(sentence: str) -> tuple[int, int] | None:
    """Return the span to ask for: the last number that is not part of a word, else the last full name."""
    numbers = [word for word in words(sentence) if NUMBER.fullmatch(word.text)]
    if numbers:
        return numbers[-1].start, numbers[-1].start + len(numbers[-1].text)
    named = names(sentence)
    if not named:
        return None
    first, last = named[-1].start, named[-1].start + len(named[-1].text)
    for word in reversed(named[:-1]):
        if sentence[word.start + len(word.text) : first] != " ":
            break
        first = word.start
    return first, last


def _asking_for(answer: str) -> str:
    if YEAR.fullmatch(answer):
        return "which year"
    return "how many" if answer[0].isdigit() else "who or what"
