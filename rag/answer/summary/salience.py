"""Scores how much each sentence of a document belongs in its summary, by its place, its form and its words.

An editor's points say what is decided, what changes, what it costs, who must do what and by when; not how the document
introduces itself, greets, or tells a story.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

from rag.answer.neighbours import refers_back
from rag.evidence import Evidence
from rag.language.dates import NUMBER_OF_MONTH, WEEKDAYS, mentions
from rag.language.figures import figures
from rag.language.limits import any_of
from rag.language.lists import (
    ATTENDANCE,
    CHANGES,
    CLOSINGS,
    DEADLINES,
    DECISIONS,
    DUTIES,
    FORM_LABELS,
    OPENINGS,
    PROHIBITIONS,
    STORYTELLING,
    TOTALS,
)
from rag.language.units import MONEY, SIZES
from rag.language.words import content_stems

FEATURES = (
    *("first", "place", "opens_line", "in_section", "section", "length", "figure", "money", "deadline", "duty"),
    *("change", "decision", "self", "story", "unfinished", "shared", "names"),
    *("date", "leans", "item", "asks", "last", "figures", "total", "heading"),
)
# Fitted to the points that a person chose for 270 documents (`python -m training.points`).
WEIGHTS = np.array(
    [-0.89, -0.68, 0.34, 0.42, 0.4, 0.54, 0.26, 0.32, 0.46, 0.14, 0.26, 0.22, -0.29, -0.32, -1.3, 0.05, -1.11, 0.29]
    + [-0.44, -0.46, -3.51, -0.24, 0.18, 0.69, 0.31],
    dtype=np.float32,
)
LARGEST_SECTION = 20  # sentences of a section that count; longer ones are no more important
MOST_FIGURES = 3  # of a sentence that count
COMMONEST = 5  # sentences with a word that count
SHORT_GREETING = 8  # words; a longer sentence that begins with a greeting says something else as well
STOPS = (".", "!", "?", ")", '"', "”", "。", "！", "？")
_MONEY = "|".join(re.escape(form) for form, (first, _) in SIZES.items() if first in MONEY)
_DAY = rf"(?:\d|{any_of(NUMBER_OF_MONTH).pattern}|{any_of(WEEKDAYS).pattern})"
PATTERNS = {
    "figure": re.compile(r"\d"),
    "money": re.compile(rf"(?:{_MONEY})\s?\d|\d\s?(?:{_MONEY})(?!\w)", re.IGNORECASE),
    "deadline": re.compile(rf"{any_of(DEADLINES).pattern}|\bby (?:the |end of |mid-?)*{_DAY}", re.IGNORECASE),
    "duty": any_of(DUTIES | PROHIBITIONS),
    "change": re.compile(rf"{any_of(CHANGES).pattern}|\bfrom {_DAY}", re.IGNORECASE),
    "decision": any_of(DECISIONS),
    "self": re.compile(r"(?<!\w)(?:I|I['’](?:m|ve|ll|d)|me|[Mm]y|mine|ich|je|yo)(?!\w)"),
    "story": any_of(STORYTELLING),
    "total": any_of(TOTALS),
}
OPENING = any_of(OPENINGS)
CLOSING = any_of(CLOSINGS)
FORM_LINE = re.compile(rf"{any_of(FORM_LABELS).pattern}\s?:", re.IGNORECASE)
WHO_WAS_THERE = re.compile(rf"{any_of(ATTENDANCE).pattern}\s?:", re.IGNORECASE)
NAME = re.compile(r"(?<=\s)[A-Z][a-z]+")


def is_furniture(text: str) -> bool:
    """Return True for a greeting, the end of a letter, and a line such as "Present: ..."."""
    greets = OPENING.match(text) and len(text.split()) < SHORT_GREETING
    return bool(greets or CLOSING.match(text) or FORM_LINE.match(text) or WHO_WAS_THERE.search(text))


def salience(points: Sequence[Evidence], text: str) -> NDArray[np.float32]:
    """Return how much each sentence or item of a document with this text belongs in its summary: (points,) float32."""
    return features(points, text) @ WEIGHTS


def features(points: Sequence[Evidence], text: str) -> NDArray[np.float32]:
    """Return the features of each sentence or item: (points, features) float32.

    - first, place, opens_line: it is the first; its place in the document, 0 to 1; it begins a line
    - in_section, section: 1 for the first of its section, then a half, a third; the logarithm of the section's size
    - length, shared: the logarithms of its words, and of how many others share each of them, added up
    - last, item: it is the last of its section; it is an item of a list
    - figures, heading: its figures, 0 to 1; the share of the words of its heading that it has
    - leans, asks: it refers to the sentence before; it is a question
    - unfinished, names: it has no full stop; the share of its words that are capitalised
    - the others: 1 if it has such a word or figure, else 0
    """
    sizes = Counter(point.passage.heading for point in points)
    stems = [content_stems(point.text) for point in points]
    shared = Counter(stem for some in stems for stem in some)
    before: Counter[str] = Counter()
    last = {point.passage.heading: i for i, point in enumerate(points)}
    rows = []
    for i, point in enumerate(points):
        words, heading = len(point.text.split()), point.passage.heading
        found = {name: float(bool(pattern.search(point.text))) for name, pattern in PATTERNS.items()}
        found |= {
            "first": float(i == 0),
            "place": point.start / max(1, len(text)),
            "opens_line": float(_opens_line(text, point.start)),
            "in_section": 1 / (1 + before[heading]),
            "section": log(1 + min(LARGEST_SECTION, sizes[heading])),
            "length": log(max(1, words)),
            "unfinished": float(not point.text.endswith(STOPS)),
            "shared": sum(log(min(COMMONEST, shared[stem])) for stem in stems[i]),
            "names": len(NAME.findall(point.text)) / max(1, words),
        }
        found |= {
            "date": float(any(mention.day for mention in mentions(point.text))),
            "leans": float(refers_back(point.text)),
            "item": float(point.kind == "item"),
            "asks": float(point.text.endswith("?")),
            "last": float(last[heading] == i),
            "figures": min(MOST_FIGURES, len(figures(point.text))) / MOST_FIGURES,
            "heading": _share(stems[i], content_stems(heading.rpartition(" › ")[2])),
        }
        before[heading] += 1
        rows.append([found[name] for name in FEATURES])
    return np.array(rows, dtype=np.float32).reshape(-1, len(FEATURES))


def _share(stems: frozenset[str], of: frozenset[str]) -> float:
    return len(stems & of) / max(1, len(of))


def _opens_line(text: str, start: int) -> bool:
    return not text[max(0, start - 80) : start].rpartition("\n")[2].strip(" *_#>-•0123456789.)")
