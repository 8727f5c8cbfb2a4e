"""Understands people who are not in a group: "and for my cousin who isn't one?" after "What do members pay?"."""

from __future__ import annotations

import re

from rag.language.phrases import PREPOSITIONS, Phrase, noun_phrases

NOT_ONE = re.compile(
    r"\b(?P<link>who|that|if|when)\s+(?:(?P<subject>i|we|you|he|she|they)\s*)?(?:['’](?:m|re|s)|(?P<verb>is|are|am))\s*"
    r"(?:not|n['’]?t)(?:\s+(?:one|any))?(?=\s*[,?.!]|\s*$)",
    re.IGNORECASE,
)
OF_PEOPLE = ("for", "by", "from", "with")
SOMEBODY = "somebody"


def exchanged_group(question: str, last: str) -> str:
    """Return the last question for those who are not in its group, "" if the question does not ask that."""
    found = NOT_ONE.search(question)
    group = _group(last) if found else None
    if not found or not group:
        return ""
    first, _, rest = question[: found.start()].strip(", \t\n").partition(" ")
    who = (rest if first.lower() in PREPOSITIONS else f"{first} {rest}").strip()
    verb = "are" if (found["verb"] or "").lower() == "are" and not found["subject"] else "is"
    one = _single(group.words[-1])
    those = f"{who or SOMEBODY} who {verb} not {'an' if one[:1] in 'aeiou' else 'a'} {one}"
    return f"{last[: group.start]}{those}{last[group.end :]}"


def _group(question: str) -> Phrase | None:
    """Return the people that a question is about: its plural phrase, best after "for" or as the subject."""
    plural = [phrase for phrase in noun_phrases(question) if phrase.is_plural and not phrase.amount]
    return next((p for p in plural if p.preposition in OF_PEOPLE), plural[0] if plural else None)


def _single(word: str) -> str:
    """Return the singular of a regular English plural."""
    if word in ("people", "children", "men", "women"):
        return {"people": "person", "children": "child", "men": "man", "women": "woman"}[word]
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")
