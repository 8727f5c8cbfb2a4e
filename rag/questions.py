"""Reads questions to measure with, or makes them from the indexed documents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from rag.pipeline import Rag
from rag.split import sentences
from rag.types import Passage
from rag.words import Word, names, words

MADE = 60  # questions that are made; each is asked with and without its document
SHORTEST, LONGEST = 40, 300  # characters of a sentence that a question is made from


@dataclass(frozen=True, slots=True)
class Question:
    """A question, with what is known about its answer.

    `answers`: any of these texts is right. `gold`: the files in which the answer stands, () where unknown. `scope`: the files to
    ask, () for all. `answerable`: False where the documents in scope do not say it.
    """

    text: str
    answers: tuple[str, ...] = ()
    gold: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    answerable: bool = True
    history: tuple[tuple[str, str], ...] = ()


def read_questions(file: Path) -> list[Question]:
    """Read one question a line: {"question", "answers"?, "sources"?, "answerable"?, "history"?}; ValueError names a bad line."""
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
    """Make questions of the indexed sentences by leaving out a number or a name; then the same with their files out of scope.

    Deterministic: the same index gives the same questions. Without a second file nothing can be out of scope.
    """
    everything = sorted(rag.documents)
    made: list[Question] = []
    for passage in sorted(rag.index.passages, key=lambda passage: blake2b(passage.id.encode()).digest()):
        question = next(_questions_of(passage), None)
        if question is None:
            continue
        made.append(question)
        rest = tuple(source for source in everything if source not in question.gold)
        if rest:
            made.append(Question(question.text, (), (), rest, answerable=False))
        if len(made) >= 2 * count:
            break
    if not made:
        raise ValueError("no question can be made from these documents; give a questions file")
    return made


def _questions_of(passage: Passage) -> Iterator[Question]:
    gold = tuple(sorted({place.source for place in passage.places} | {passage.source}))
    for start, end in sentences(passage.text):
        sentence = passage.text[start:end]
        if SHORTEST <= len(sentence) <= LONGEST and (gap := _gap(sentence)):
            asked = "how many" if gap.is_number else "what"
            text = f"{sentence[: gap.start]}{asked}{sentence[gap.start + len(gap.text) :].rstrip('.!? ')}?"
            yield Question(" ".join(text.split()), (gap.text,), gold)


def _gap(sentence: str) -> Word | None:
    """Return the word that is asked for: the last number that is not part of a name, else the last name."""
    found = words(sentence)
    numbers: Sequence[Word] = [word for word in found if word.is_number and word.text[0].isdigit()]
    return next(iter([*reversed(numbers), *reversed(names(sentence))]), None)
