"""Recognises questions that are no whole sentences: "and the Pro?", "for how long?", "mates?"."""

from __future__ import annotations

import re

from rag.language.phrases import AUXILIARIES, PREPOSITIONS, QUESTION_WORDS, TOKEN

LEAD = re.compile(
    r"^\W*(?:(?:and|or|but|so|also|then|same|ok|okay|und|aber|oder|et|mais|ou|y|pero)\b[\s,]*)*"
    r"(?:(?:what|how) about\b|(?:the )?same for\b|for the same\b|was ist mit\b|qué hay de\b)?[\s,]*",
    re.IGNORECASE,
)
VERBLESS = re.compile(
    rf"\W*(?:{'|'.join(sorted(PREPOSITIONS))}) (?:{'|'.join(sorted(QUESTION_WORDS))})\b", re.IGNORECASE
)
SUBJECTS = frozenset("i you he she it they we".split())
BARE = (
    QUESTION_WORDS
    | PREPOSITIONS
    | frozenset("much many long often far late old exactly not so else come by then only".split())
)
LONGEST_FRAGMENT = 8  # words


def is_bare(question: str) -> bool:
    """Return True if a question is only a question word with what belongs to it: "and where?", "at what temperature"."""
    fragment = fragment_of(question)
    return bool(fragment and all_bare(fragment)) or has_no_verb(question)


def is_fragment(question: str) -> bool:
    """Return True if a question is no whole sentence: "and the Pro?", "mates?"."""
    return bool(fragment_of(question))


def fragment_of(question: str) -> str:
    """Return a question without "and" or "what about" if the rest is not a whole sentence; else nothing."""
    stem = question.strip().rstrip("?!. ")
    left = LEAD.sub("", stem)
    words = [word.lower() for word in TOKEN.findall(left)]
    if not words or len(words) > LONGEST_FRAGMENT or not left:
        return ""
    about = bool(re.search(r"\b(?:what|how) about\b", stem, re.IGNORECASE))
    if all(word in BARE for word in words) and words[0] not in ("not",):
        return left
    sentence = AUXILIARIES | SUBJECTS | QUESTION_WORDS
    if not about and (
        sentence.intersection(words) or words[0] in ("tell", "show", "give", "explain", "list", "compare")
    ):
        return ""
    return left


def has_no_verb(question: str) -> bool:
    """Return True if a question is only what is asked of the topic: "at what temperature"."""
    words = {word.lower() for word in TOKEN.findall(question)}
    return bool(VERBLESS.match(question)) and not words & (AUXILIARIES | SUBJECTS)


def all_bare(fragment: str) -> bool:
    """Return True if a fragment is only question words with what belongs to them."""
    return all(word.lower() in BARE for word in TOKEN.findall(fragment))
