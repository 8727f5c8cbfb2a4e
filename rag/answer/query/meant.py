"""Hands what a question means in a table on to those who compute."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.query.matching import Match
from rag.answer.tables.asked import Asked
from rag.language.bounds import is_negated_elsewhere

PAID = re.compile(r"\b(?:not|n['’]t|never|yet|to be)\b", re.IGNORECASE)


def as_asked(m: Match, columns: Sequence[str] | None = None) -> Asked:
    return Asked(m.relation, m.source, m.things, tuple(columns or m.columns), bool(m.cells))


def is_denied(question: str, m: Match) -> bool:
    """Return True if a question denies something that is not the name of a column of yes and no."""
    return is_negated_elsewhere(question) and not (PAID.search(question) and m.cells & m.named)
