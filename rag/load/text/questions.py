"""Tells questions that stand above their answers: they are headings, never answers."""

from __future__ import annotations

import re

MAX_QUESTION = 200  # characters
ASKS = re.compile(r"(?:\W{0,4}(?:Q|F|P|В|问|問)\s?\d{0,3}\s?[.:)：]\s*)?[^?？؟;\n]{6,}[?？؟][*_\"”»)\s]{0,4}")
LETTERED = re.compile(
    r"\W{0,4}(?:Q|Question|Frage|Pregunta|Domanda|Вопрос|问|問)\s?\d{0,3}\s?[.:)：]\s*\S", re.IGNORECASE
)


def is_question(text: str) -> bool:
    """Tell whether a text is one question and nothing else."""
    line = " ".join(text.split())
    return len(line) <= MAX_QUESTION and (ASKS.fullmatch(line) is not None or _is_lettered(line))


def _is_lettered(line: str) -> bool:
    return LETTERED.match(line) is not None and line.endswith(("?", "？", "؟"))
