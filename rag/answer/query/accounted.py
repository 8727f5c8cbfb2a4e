"""Tests if what was computed from a table is certainly not what was asked."""

from __future__ import annotations

import re

from rag.answer.query.matching import widened
from rag.answer.query.wish import CHANGED, wanted_stems
from rag.answer.tables.asked import Asked, words_of
from rag.language.column_names import spoken
from rag.language.measures import cues_of, superlative
from rag.language.quantities import counting_word
from rag.language.words import content_stems

WHICH = re.compile(r"\bwhich\s+(?P<kind>[^\W\d_]+)", re.IGNORECASE)
ONE_VALUE = ("extreme", "average", "difference", "sum")
HEAD = re.compile(r"\b(?:total|sum of|overall|average)\s+(?:the\s+)?(?P<noun>[^\W\d_]+)", re.IGNORECASE)
QUANTIFIERS = frozenset("most least fewest less fewer more".split())
NOUN = re.compile(r"\s+(?P<noun>[^\W\d_]+)")


def is_other(question: str, form: str, asked: Asked) -> bool:
    """Return True if a question names another kind of thing, a number or a change that the table does not account for."""
    if form not in ONE_VALUE:
        return False
    left = unaccounted(question, asked)
    if (form == "average" and left) or _head(question) & left:
        return True
    if form == "difference" and any(counting_word(stem) is not None or stem.isdigit() for stem in left):
        return True
    if form == "difference" and CHANGED.search(question):
        return True
    return form == "extreme" and _is_of_another_kind(question, asked)


def unaccounted(question: str, asked: Asked) -> frozenset[str]:
    """Return the stems of a question that a table does not hold, nor other words for the same."""
    table = words_of(asked)
    known = widened(table) | cues_of(table)
    return frozenset(stem for stem in wanted_stems(question) if stem not in known)


def _head(question: str) -> frozenset[str]:
    """Return the stem of what is said to be the biggest, or of what the total is: "expense" of "the biggest expense"."""
    match = superlative(question)
    if match and match.group().casefold() not in QUANTIFIERS:
        noun = NOUN.match(match.string, match.end())
    else:
        noun = HEAD.search(question)
    return content_stems(noun["noun"]) if noun else frozenset()


def _is_of_another_kind(question: str, asked: Asked) -> bool:
    """Return True if "which oven" is asked of a table that mentions ovens only in its cells."""
    match = WHICH.search(question)
    kind = content_stems(match["kind"]) if match else frozenset[str]()
    relation = asked.relation
    names = " ".join(
        [relation.heading, relation.kind, re.sub(r"[\W_]+", " ", asked.source), *map(spoken, relation.attributes)]
    )
    labels = content_stems(" ".join(thing.label for thing in relation.things))
    return bool(kind & words_of(asked)) and not kind & (widened(content_stems(names)) | labels)
