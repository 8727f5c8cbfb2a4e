"""Shortens the sentence that answers a question, by rule, into the target that the generator learns to write.

A target is its quote with clauses left out: no word is added or moved. A clause is left out only if it contains neither
the answer nor a word of the question, and is optional: text in brackets, an aside, a final clause that starts with a
conjunction or a participle, a connective at the start. If the product's own check would reject a target, the whole
quote is used.
"""

from __future__ import annotations

import re

from rag.language.lists import FUNCTION_WORDS
from rag.language.words import words
from training.cited import answers_as_well, why_unsupported

SPLIT = re.compile(r"(?<=[,;:])\s+|\s+(?=[–—]\s)|\s+(?=- )|\s+(?=(?:as well as|while|whereas|although)\b)")
LINKS = re.compile(
    r"^(?:and|but|while|whereas|although|though|which|who|whose|where|when|with|including|such as|since|as well as|so|"
    r"however|thus|for example|for instance|like|[–—-]|\w{3,}ing)\b|^[–—-]\s",
    re.IGNORECASE,
)
CONNECTIVES = re.compile(  # words that only link to the previous sentence; "In 1990," carries information, and stays
    r"^(?:however|moreover|furthermore|also|additionally|in addition|similarly|thus|therefore|hence|meanwhile|finally|"
    r"instead|and|but|so|yet|then|indeed|overall|nevertheless|nonetheless|consequently|as a result|for example|"
    r"for instance|in contrast|in fact|on the other hand|after this|in particular|specifically|interestingly),$",
    re.IGNORECASE,
)
ASIDES = re.compile(r"(?:which|who|whose|where|including|such as|although|though)\b", re.IGNORECASE)
APPOSITION = re.compile(r"(?:a|an|the)\b", re.IGNORECASE)
BRACKETS = re.compile(r"\s*\((?:[^()]|\([^()]*\))*\)")
BREAKS = re.compile(
    r"[,;]?\s+(?:and|in|on|at|from|during|after|before|since|through|throughout|where|while|because|by|under|over|for|"
    r"across|along|near|within|among|alongside|following|via|until|with)\b|[,;](?=\s)"
)
CONDITIONS = re.compile(
    r"\b(?:if|unless|except|until|only|not|no|never|but|however|although|though|may|might|could|would|allegedly|"
    r"reportedly|than)\b|n['’]t\b",
    re.IGNORECASE,
)
KINDS = re.compile(
    r"\bhow (?:many|much|old|long|far|tall|large|big|high|often)\b|\bwhat (?:year|date|number|percentage)\b|"
    r"\b(?:when|who|whose|whom|where|which)\b|\bwhat (?:is|was) the name\b",
    re.IGNORECASE,
)
PAIRS = frozenset("between both either neither among from".split())
VERBS = frozenset(
    """is are was were has had have became began built came chose did does drew fell felt found fought gave goes went grew
    held kept knew led left lost made makes means met paid ran rose said saw sang sent set sold spent spoke stood struck took
    taught thought told won wore wrote contains includes consists lies lives plays stars stands gets gives takes uses shows
    lays begins ends runs serves provides produces requires can will must""".split()
)
SHORTEST = 3  # words; a shorter clause is usually part of a list or of a date


def target(question: str, quote: str, answer: str) -> str:
    """Return the quote without the clauses that the question does not ask for; the whole quote if in doubt."""
    short = _finished(_stopped(question, _shortened(question, quote, answer), answer))
    if answer.casefold() not in short.casefold() or _lone(short):
        return quote
    if why_unsupported(question, short, quote) or not answers_as_well(question, short, quote):
        return quote
    return short


def _stopped(question: str, short: str, answer: str) -> str:
    """End a sentence after the answer and the question's words, at a preposition or conjunction.

    Only for questions whose kind of answer the product's check can find; a condition, a negation or a hedge stays.
    """
    found = words(short)
    at = short.casefold().find(answer.casefold())
    if not _has_a_kind(question) or at < 0:
        return short
    asked = {word.stem for word in words(question) if word.is_content}
    end = max([at + len(answer), *(word.start + len(word.text) for word in found if word.stem in asked)])
    for cut in BREAKS.finditer(short, end):
        kept, tail = short[: cut.start()], short[cut.start() :]
        if len(tail.split()) <= SHORTEST or CONDITIONS.search(tail):
            return short
        if _whole(kept, cut.group().strip()):
            return kept
    return short


def _has_a_kind(question: str) -> bool:
    """Return True if a question asks for a number or a name, so that the check can find one."""
    return bool(KINDS.search(question))


def _whole(kept: str, link: str) -> bool:
    """Return True if the text before a link is probably a complete sentence: it has a verb and no open pair."""
    before = [word.text.lower() for word in words(kept)]
    if before[-1] in FUNCTION_WORDS or (link in ("and", "or") and PAIRS & set(before[-8:])):
        return False
    return any(word in VERBS or word.endswith("ed") for word in before[:-1]) or before[-1].endswith("ed")


def _shortened(question: str, quote: str, answer: str) -> str:
    pieces = SPLIT.split(_without_brackets(question, quote, answer))
    needed = [_needed(question, piece, answer) for piece in pieces]
    for i in range(1, len(pieces)):
        if not any(needed[i:]) and _opens_tail(pieces, i):
            pieces, needed = pieces[:i], needed[:i]
            break
    if len(pieces) > 1 and CONNECTIVES.match(pieces[0]):
        pieces, needed = pieces[1:], needed[1:]
    gone = [_aside(pieces, needed, i) for i in range(len(pieces))]
    kept = [
        piece.rstrip(",") if i + 1 < len(pieces) and gone[i + 1] else piece
        for i, piece in enumerate(pieces)
        if not gone[i]
    ]
    return " ".join(kept)


def _without_brackets(question: str, quote: str, answer: str) -> str:
    """Remove text in round brackets that is not needed."""
    return BRACKETS.sub(lambda found: found.group() if _needed(question, found.group(), answer) else "", quote)


def _needed(question: str, piece: str, answer: str) -> bool:
    """Return True if a clause contains the answer, a part of it, or a word of the question."""
    low, wanted = piece.casefold(), answer.casefold()
    if wanted in low or low.strip(' ,;:.()"') in wanted:
        return True
    asked = {word.stem for word in words(question) if word.is_content}
    return any(word.stem in asked for word in words(piece))


def _opens_tail(pieces: list[str], i: int) -> bool:
    """Return True if a sentence can end before this piece: a dependent clause begins here."""
    joined = pieces[i - 1].endswith(";") or LINKS.match(pieces[i])
    listed = pieces[i].casefold().startswith(("and ", "or ")) and not pieces[i - 1].endswith(";")
    return bool(joined) and not listed and len(" ".join(pieces[i:]).split()) >= SHORTEST


def _aside(pieces: list[str], needed: list[bool], i: int) -> bool:
    """Return True if a piece is an optional clause between two commas."""
    if not 0 < i < len(pieces) - 1 or needed[i] or len(pieces[i].split()) < SHORTEST:
        return False
    if not (pieces[i - 1].endswith(",") and pieces[i].endswith(",")):
        return False
    if re.match(r"(?:and|or)\b", pieces[i + 1]):
        return False  # a list
    return bool(ASIDES.match(pieces[i]) or (len(pieces) == SHORTEST and APPOSITION.match(pieces[i])))


def _lone(short: str) -> bool:
    """Return True if the shortened text is no longer a sentence."""
    return len(short.split()) < SHORTEST or short.count("(") != short.count(")") or short.count('"') % 2 == 1


def _finished(text: str) -> str:
    """Return the text with a capital at the start and a full stop at the end."""
    text = text.strip().rstrip(",;:–—- ")
    if text and not text.endswith((".", "!", "?", '."', ".”", ".'")):
        text += "."
    return text[:1].upper() + text[1:]
