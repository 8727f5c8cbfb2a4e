"""Replies with the sentence that expands an abbreviation: "What does ECU stand for?" """

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.answer.forms.numbered import in_order
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation

LETTERS = r"(?P<letters>[^\W\d_][\w&.-]{0,9})"
ASKED = [
    re.compile(rf"\W{{0,8}}{pattern}\W{{0,8}}\Z", re.IGNORECASE)
    for pattern in (
        rf"what\s+(?:does|do|did)\s+(?:the\s+)?(?:abbreviation|acronym|letters|short form)?\s*[\"“‘']?{LETTERS}[\"”’']?\s+stands?\s+for",
        rf"what(?:['’]s|\s+is)\s+{LETTERS}\s+(?:short|an?\s+(?:abbreviation|acronym))\s+(?:for|of)",
        rf"what(?:['’]s|\s+is)\s+the\s+(?:full|long)\s+(?:form|name)\s+of\s+{LETTERS}",
        rf"(?:spell\s+out|expand)\s+{LETTERS}",
        rf"(?:wofür|für\s+was)\s+steht\s+(?:die\s+abkürzung\s+)?{LETTERS}",
        rf"qu[eé]\s+significan?\s+(?:las?\s+siglas?|la\s+abreviatura)\s+{LETTERS}",
        rf"que\s+signifie\s+(?:le\s+sigle|l['’]abr[eé]viation)\s+{LETTERS}",
    )
]
MOST_WORDS = 3  # for each letter of the abbreviation, including small words between
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def asked_letters(question: str) -> str:
    """Return the abbreviation that a question asks about; empty if there is none."""
    matches = (pattern.match(question.strip()) for pattern in ASKED)
    return next((match["letters"].replace(".", "") for match in matches if match), "")


def spelt_out(found: Situation) -> Reply:
    """Return the sentence that expands the abbreviation; () if none in the files found does."""
    letters = asked_letters(found.question)
    if len(letters) < 2:
        return ()
    block = next((block for block in in_order(found) if _long_forms(block.text, letters)), None)
    return (Statement(block.text, (block,)),) if block else ()


def _long_forms(text: str, letters: str) -> bool:
    """Return True if a text has the words and the abbreviation together, one in brackets, or defines it."""
    form = rf"(?<!\w){re.escape(letters)}s?(?!\w)"
    behind = (text[: match.start()] for match in re.finditer(rf"[(\[]\s*{form}\s*[)\]]", text, re.IGNORECASE))
    inside = re.finditer(
        rf"{form}\s*(?:[(\[]|\b(?:stands for|steht für|is short for|means)\b|[:=–—])\s*", text, re.IGNORECASE
    )
    return any(_fit(before, letters, at_end=True) for before in behind) or any(
        _fit(text[match.end() :], letters, at_end=False) for match in inside
    )


def _fit(text: str, letters: str, *, at_end: bool) -> bool:
    """Return True if words at the start or end of a text begin with the letters, in order."""
    words = WORD.findall(text)
    most = MOST_WORDS * len(letters)
    near = words[-most:] if at_end else words[:most]
    wanted = letters.casefold()
    for start in _starts(len(near), at_end=at_end):
        if near and near[start][0].casefold() == wanted[0] and _runs(near[start:], wanted):
            return True
    return False


def _starts(count: int, *, at_end: bool) -> Iterator[int]:
    yield from range(count) if at_end else range(min(2, count))


def _runs(words: list[str], wanted: str) -> bool:
    """Return True if the words contain the letters in order, including the first letter of each long word."""
    text = " ".join(words).casefold()
    at = 0
    for letter in wanted:
        at = text.find(letter, at) + 1
        if not at:
            return False
    initials = [word[0].casefold() for word in words if len(word) > 3]
    return sum(letter in wanted for letter in initials) * 2 > len(initials)
