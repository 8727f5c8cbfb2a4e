"""Replies to a yes/no question with what stands under the same question in a document, such as a list of questions."""

from __future__ import annotations

import re

from rag.answer.neighbours import section
from rag.answer.reply import Reply, Statement
from rag.answer.settled import OBLIGES
from rag.answer.situation import Situation
from rag.answer.verify.statement import canonical
from rag.evidence import Evidence
from rag.language.opposites import LIGHT, MAY, MUST
from rag.language.own_words import yes_or_no
from rag.language.words import names, words

FIRST = 5  # of the evidence
LIKE = 0.6  # share of the content words of a document's question that the reader's question has
CLEAR = 0.8  # probability of yes, or of no
MOST = 40  # words of what stands under a question
SAY_LITTLE = LIGHT | MUST | MAY
OPENS = re.compile(r"(?:yes|no)\b[.,;:!]?", re.IGNORECASE)
BARE = re.compile(r"[-\s*_]")


def asked_before(found: Situation) -> Reply | None:
    """Return what stands under a document's question that is like the one asked; None if there is no such question."""
    for evidence in found.evidence[:FIRST]:
        heading = evidence.passage.heading.rsplit(" › ", 1)[-1].strip(" *_")
        if heading.endswith("?") and is_like(found.question, heading):
            blocks = section(found, evidence)
            return _of_the_named(found, heading, blocks) or _whole(blocks)
    return None


def is_like(question: str, heading: str) -> bool:
    """Return True if two yes/no questions ask for the same: both for a duty or neither, about the same things."""
    asked, there = _said(question), _said(heading)
    same = bool(OBLIGES.search(question)) == bool(OBLIGES.search(heading))
    return same and bool(there) and len(asked & there) >= LIKE * len(there)


def _said(question: str) -> frozenset[str]:
    return frozenset(
        BARE.sub("", canonical(word))
        for word in words(question)
        if word.is_content and word.text.lower() not in SAY_LITTLE
    )


def _of_the_named(found: Situation, heading: str, blocks: list[Evidence]) -> Reply | None:
    """Return the one block about what is named in the question and not in the heading, with its yes or no."""
    named = {name.stem for name in names(found.question)} - {word.stem for word in words(heading)}
    own = [block for block in blocks if named and named <= {word.stem for word in words(block.text)}]
    if len(own) != 1 or max(own[0].polarity[:2]) < CLEAR:
        return None
    word = yes_or_no(found.asked or found.question, yes=own[0].polarity[0] > own[0].polarity[1])
    return (Statement(f"{word}: {own[0].text}", (own[0],), "supported"),)


def _whole(blocks: list[Evidence]) -> Reply | None:
    """Return all that stands under a question that is answered with yes or no; None if that is long."""
    first = " ".join(blocks[0].text.split()) if blocks else ""
    if not OPENS.match(first) or any(block.kind in ("row", "code") for block in blocks):
        return None
    kept: list[Evidence] = []
    for block in blocks:
        if sum(len(one.text.split()) for one in (*kept, block)) > MOST:
            break
        kept.append(block)
    return tuple(Statement(block.text, (block,)) for block in kept) or None
