"""Weighs a question in another language against its rough English wording.

What is written in the question's own language and holds its words is read first, and no wording word by word beats it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from rag.answer.doubt import read_apart
from rag.answer.draft import Draft
from rag.answer.question.asks import wordings_of
from rag.evidence import Block, Evidence, Reading
from rag.language.everyday import LANGUAGES, fold, tokens_of
from rag.language.own_words import language_of
from rag.language.sentences import language_of as language_written
from rag.language.stems import stem
from rag.language.terms import telling_words
from rag.language.words import content_stems
from rag.protocols import Reader
from rag.types import Document, Hit

HELD = 0.5  # share of a question's content words from which a text holds them
SHORTEST = 4  # letters of a stem that is looked for within longer words: "wash" in "washroom"
FIRST = 2  # passages in the question's own language that are read in any case
ROW = "row"


def own_first(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits; first the best of those in the question's language that hold its content words."""
    language = language_of(question)
    own = [hit for hit in hits if _is_own(question, hit.passage.text, language)][:FIRST]
    return [*own, *(hit for hit in hits if hit not in own)]


def read_surest(
    draft: Draft,
    blocks: Sequence[Block],
    reader: Reader,
    documents: Mapping[str, Document],
    threshold: float,
    wordings: Sequence[str],
    *,
    judges: bool,
) -> tuple[str, Reading, tuple[Evidence, ...]]:
    """Return the question in the wording that is read most surely, its reading and the evidence set aside.

    `judges` is True if yes or no is asked for.
    """
    asked = own = draft.standalone
    wordings = wordings or wordings_of(own)
    reading, apart = read_apart(reader, wordings, blocks, documents=documents, threshold=threshold)
    if draft.english and reading.confidence >= threshold and _answers_itself(own, reading):
        return asked, reading, apart
    for wording in filter(None, (draft.english, draft.abroad)):
        other, set_aside = read_apart(reader, [wording], blocks, documents=documents, threshold=threshold)
        rough = wording == draft.english
        if rough and judges and _is_of_another_row(wording, other):
            continue
        if other.confidence * (_worth(own, wording, blocks) if rough else 1) > reading.confidence:
            asked, reading, apart = wording, other, set_aside
    return asked, reading, apart


def _answers_itself(question: str, reading: Reading) -> bool:
    """Return True if the best evidence is in the question's own language and holds its content words."""
    best = next(iter(reading.evidence), None)
    return best is not None and _is_own(question, best.text, language_of(question))


def _worth(question: str, english: str, blocks: Iterable[Block]) -> float:
    """Return the share of the content words of an English wording that are English, or stand in the documents."""
    kept = {word for word in tokens_of(question) if word.isalpha()} & set(telling_words(question))
    asked = {word for word in tokens_of(english) if content_stems(word)}
    left = asked & kept
    if left:
        left -= {word for block in blocks for word in tokens_of(block.text)}
    return 1 - len(left) / len(asked) if asked else 1.0


def _is_of_another_row(english: str, reading: Reading) -> bool:
    """Return True if the best evidence is a row that holds less than HELD of the content words of a wording."""
    best = next(iter(reading.evidence), None)
    asked = content_stems(english)
    if best is None or best.kind != ROW or not asked:
        return False
    told = content_stems(f"{best.passage.heading} {best.text}")
    return len(asked & told) < HELD * len(asked)


def _is_own(question: str, text: str, language: str) -> bool:
    """Return True if a text is in a language of everyday words and holds the content words of a question in it."""
    if language not in LANGUAGES or language_written(text) != language:
        return False
    told = re.findall(r"[^\W_]+", fold(text))
    asked = {fold(stem(word, LANGUAGES[language])) for word in telling_words(question)}
    held = sum(any(each == word or (len(word) >= SHORTEST and word in each) for each in told) for word in asked)
    return held > 0 and held >= HELD * len(asked)
