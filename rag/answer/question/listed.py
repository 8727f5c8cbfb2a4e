"""Resolves "the second one" to an item of an earlier list."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.question.topics import TIME
from rag.language.phrases import AUXILIARIES, Phrase, noun_phrases

ORDINALS = {"first": 0, "former": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1, "latter": -1}
MORE_OF = re.compile(
    r"\b(?:more|details?|else|about|on|explain|describe|clarify|mean by|meant by)\s+the\s+(?:first|second|third|fourth|fifth|last|former|latter)(?:\s+\w+)?\W*$",
    re.IGNORECASE,
)
ORDINAL = re.compile(
    r"\b(?:the\s+)(first|second|third|fourth|fifth|last|former|latter)(?:\s+one\b(?! of\b)|(?:\s+(?:point|item|goal|step|option|entry))?(?=\s*(?:[,?.!]|$|\b(?:"
    + "|".join(sorted(AUXILIARIES, key=len, reverse=True))
    + r"|costs?|means?|wants?|takes?|gets?|needs?|says?|asks?|likes?)\b)))",
    re.IGNORECASE,
)
NUMBERED = re.compile(  # "no" counts only before a figure, or with its full stop
    r"\b(?:(?:number|no\.|point|step)\s+(?P<number>[1-9]\d*|one|two|three|four|five)|no\s+(?P<figure>[1-9]\d*))\b",
    re.IGNORECASE,
)
NUMBERS = {"one": 0, "two": 1, "three": 2, "four": 3, "five": 4}
ITEM = re.compile(r"^[ \t]*(?:[-*•]|\d{1,2}[.)])[ \t]+(.+)$", re.MULTILINE)
ROW = re.compile(r"^[ \t]*\|(.+)\|", re.MULTILINE)
RULE = re.compile(r"[\s|:-]*")
CODE = re.compile(r"(?<![\w-])(?P<letters>[A-Z]{1,6}[-–/ ]?)(?P<number>\d{1,5})(?![\w-]|[.,]\d)")  # "KR-9"
ONLY_A_NUMBER = re.compile(
    r"^\W*(?:(?:and|or|so|then)\b\W*)?(?:(?:what|how) about\b\W*)?(?:the\s+)?(?:(?:number|no\.?|nr\.?)\s*)?(?P<number>\d{1,5})\W*$",
    re.IGNORECASE,
)
OTHER = re.compile(
    r"\bthe other(?: one\b|(?=\s*(?:[,?.!]|$|\b(?:" + "|".join(AUXILIARIES) + r"|costs?|takes?|wants?|gets?)\b)))",
    re.IGNORECASE,
)
ONLY_OTHER = re.compile(r"\W*(?:(?:and|or|so|then)\W+)?(?:(?:what|how) about\W+)?the other(?: one)?\W*", re.IGNORECASE)
BETWEEN = re.compile(r"[^.!?:|\n]{0,80}?(?:,|;|\band\b|\bor\b)\s*(?:and\s+|or\s+)?(?:the\s+|an?\s+)?", re.IGNORECASE)
LOOKED_BACK = 3  # answers


def points_at_item(question: str) -> bool:
    """Return True if a question refers to an item by number."""
    return bool(ORDINAL.search(question) or NUMBERED.search(question))


def asks_for_more(question: str, answers: Sequence[str]) -> bool:
    """Return True if a question asks for more about an item of a list that was shown."""
    return bool(MORE_OF.search(question)) and with_item(question, answers) != question


def with_item(question: str, answers: Sequence[str]) -> str:
    """Replace an ordinal by that item of the latest list long enough; the question unchanged if there is none."""
    found = ORDINAL.search(question) or NUMBERED.search(question)
    if not found:
        return question
    named = next(filter(None, found.groups())).lower()
    at = ORDINALS.get(named, NUMBERS.get(named, int(named) - 1 if named.isdigit() else 0))
    for answer in reversed(answers[-LOOKED_BACK:]):
        listed = _listed(answer)
        if -len(listed) <= at < len(listed):
            return question[: found.start()] + listed[at].rstrip(".;,") + question[found.end() :]
    return question


def with_other(question: str, last: str, answers: Sequence[str]) -> str:
    """Return a question with the one of two items that the last question did not name for "the other"; "" if there is none."""
    found = OTHER.search(question)
    pairs = (_listed(answer) for answer in reversed(answers[-LOOKED_BACK:])) if found else ()
    pair = next((listed for listed in pairs if len(listed) == 2), [])
    named = [item for item in pair if item.casefold() in last.casefold()]
    if not found or len(named) != 1:
        return ""
    other = pair[1 - pair.index(named[0])]
    if ONLY_OTHER.fullmatch(question):
        return re.sub(re.escape(named[0]), lambda _: other, last, flags=re.IGNORECASE)
    return f"{question[: found.start()]}{other}{question[found.end() :]}"


def with_code(question: str, turns: Sequence[tuple[str, str]]) -> str:
    """Return the last question that named a code with another number in it: "and number 4?"; "" if none is asked for.

    `turns` are questions and answers. An item of the list that was shown last is meant before a code.
    """
    asked = ONLY_A_NUMBER.match(question)
    if not asked or (turns and len(items(turns[-1][1])) >= int(asked["number"])):
        return ""
    for earlier, _ in reversed(turns[-LOOKED_BACK:]):
        if found := CODE.search(earlier):
            number = asked["number"].zfill(len(found["number"])) if found["number"][0] == "0" else asked["number"]
            return f"{earlier[: found.start('number')]}{number}{earlier[found.end() :]}"
    return ""


def items(answer: str) -> list[str]:
    """Return the items of a list, or the first cells of a table's rows."""
    listed = [item.strip(" *") for item in ITEM.findall(answer)]
    if listed:
        return listed
    rows = [row for row in ROW.findall(answer) if not RULE.fullmatch(row)]
    return [row.split("|")[0].strip() for row in rows[1:]]


def _listed(answer: str) -> list[str]:
    """Return the items of a list, or the names that are told side by side."""
    found = items(answer)
    return found if len(found) > 1 else names_listed(answer) or found


def names_listed(answer: str) -> list[str]:
    """Return the names that a sentence puts side by side: "Ada Lind and Bo Ruud"; [] if no sentence does."""
    found = [p for p in noun_phrases(answer) if _is_named(p) and not TIME.fullmatch(p.text)]
    runs: list[list[Phrase]] = []
    for phrase in found:
        if runs and BETWEEN.fullmatch(answer[runs[-1][-1].end : phrase.start]):
            runs[-1].append(phrase)
        else:
            runs.append([phrase])
    longest = max(runs, key=len, default=[])
    return list(dict.fromkeys(phrase.text for phrase in longest)) if len(longest) > 1 else []


def _is_named(phrase: Phrase) -> bool:
    """Return True if a phrase is a name, with numbers in it or not: "the Cirro 3"."""
    words = phrase.words
    return words[0][0].isupper() and all(word[0].isupper() or word[0].isdigit() for word in words)
