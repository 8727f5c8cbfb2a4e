"""Detects questions in a page with their answers after or below them."""

from __future__ import annotations

from typing import Any

from rag.load.text.questions import is_question


def is_asked_in_line(element: Any, before: str) -> bool:
    """Return True if bold words at the start of a paragraph are a question followed by its answer."""
    if before.strip() or not is_question("".join(element.itertext())):
        return False
    return (
        bool((element.tail or "").strip())
        or next(element.itersiblings(), None) is not None
        or _is_answered(element.getparent())
    )


def is_asked_above(element: Any, said: str) -> bool:
    """Return True if a paragraph is one of several questions, each with its answer below."""
    if not is_question(said) or not _is_answered(element):
        return False
    beside = (e for e in element.getparent() if isinstance(e.tag, str))
    return sum(is_question("".join(e.itertext())) for e in beside) > 1


def _is_answered(element: Any) -> bool:
    following = next(element.itersiblings(), None)
    text = "".join(following.itertext()).strip() if following is not None else ""
    return bool(text) and not is_question(text)
