"""Detects questions above their answers: they are headings, never answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rag.load.parsed import HEADING_JOIN
from rag.types import Segment

MAX_QUESTION = 200  # characters
ENDS = ("?", "？", "؟")
LETTER = r"(?:Q|Question|F|Frage|P|Pregunta|D|Domanda|В|Вопрос|问|問)\s?\d{0,3}\s?[.:)：]\s*"
ASKS = re.compile(rf"\W{{0,4}}(?:{LETTER})?[^?？؟;:：\n\d\W][^?？؟;:：\n]{{5,}}[?？؟]", re.IGNORECASE)
LETTERED = re.compile(rf"\W{{0,4}}{LETTER}\S.*[?？؟]", re.IGNORECASE)
PREFIX = re.compile(rf"\W{{0,4}}{LETTER}", re.IGNORECASE)
MARKS = "*_`#\"'”») \t"
SET_APART = re.compile(r"\*\*.*\*\*|__.*__", re.DOTALL)
ANSWER = re.compile(
    r"[?？؟][*_ \t]*\s+(?=\W{0,4}(?:A|Answer|Antwort|R|Respuesta|Risposta|О|Ответ|答)\s?\d{0,3}\s?[.:)：])"
)
PROSE = ("paragraph", "item", "row", "code")


def is_question(text: str) -> bool:
    """Return True if a text is exactly one question."""
    line = " ".join(text.split()).rstrip(MARKS)
    if not line.endswith(ENDS) or len(line) > MAX_QUESTION:
        return False
    return ASKS.fullmatch(line) is not None or LETTERED.fullmatch(line) is not None


def with_questions(text: str, segments: list[Segment]) -> Iterator[Segment]:
    """Yield the segments; a question with its answer below becomes a heading, the last one in the answer's path.

    An unmarked question (no bold, no Q:) counts only if it is one of several.
    """
    parts = [part for segment in segments for part in _parted(text, segment)]
    asked = [part.kind in ("paragraph", "item") and is_question(text[part.start : part.end]) for part in parts]
    several = sum(asked) > 1
    above, question = "", ""
    for i, part in enumerate(parts):
        body = text[part.start : part.end]
        following = parts[i + 1] if i + 1 < len(parts) else None
        answered = following is not None and following.kind in PROSE and not asked[i + 1]
        if part.heading != above or part.kind == "heading":
            above, question = part.heading, ""
        if asked[i] and answered and (several or _is_marked(body)):
            question = PREFIX.sub("", " ".join(body.split()).strip(MARKS))
            yield replace(part, kind="heading", heading=_below(part.heading, question))
        elif question and part.kind in PROSE:
            yield replace(part, heading=_below(part.heading, question))
        else:
            yield part


def _is_marked(body: str) -> bool:
    return SET_APART.fullmatch(body.strip()) is not None or LETTERED.fullmatch(body.strip().rstrip(MARKS)) is not None


def _below(path: str, question: str) -> str:
    """Return a path that ends in a question; questions are never nested."""
    parts = path.split(HEADING_JOIN) if path else []
    while len(parts) > 1 and is_question(parts[-1]):
        parts.pop()
    return HEADING_JOIN.join([*parts, question])


def _parted(text: str, segment: Segment) -> Iterator[Segment]:
    """Yield a paragraph in two parts if its first line, or the text before the answer's letter, is a question."""
    body = text[segment.start : segment.end]
    answer = ANSWER.search(body, 0, MAX_QUESTION) if segment.kind in ("paragraph", "item") else None
    ends = [body.find("\n")] if segment.kind == "paragraph" else []
    for end in (*ends, *([answer.end()] if answer else [])):
        first = body[: max(end, 0)].rstrip()
        if first and is_question(first):
            rest = body[end:]
            yield replace(segment, end=segment.start + len(first))
            yield replace(segment, start=segment.end - len(rest.lstrip()))
            return
    yield segment
