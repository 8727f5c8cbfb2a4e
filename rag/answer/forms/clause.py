"""Cuts a long sentence to the clause that answers, or cuts the remark at its end, where the rest stays as true."""

from __future__ import annotations

import re

from rag.evidence import Evidence
from rag.language.limits import denies, names_occasion, sets_condition
from rag.language.phrases import AUXILIARIES, QUESTION_WORDS, TOKEN, noun_phrases

CLAUSE = re.compile(r"(?<=;)\s+")
REASON = r"because|since|so that|e\.g\.|for example|as(?! (?:long|well|soon|far|much|many|if|of|from|follows)\b)"
REMARK = re.compile(rf",\s+(?:(?P<reason>{REASON})|which|who|where|whereas)\b", re.IGNORECASE)
JOINT = re.compile(r",\s+and\s+|;\s+")
SHORT = 16  # words up to which a sentence is told whole
REFERS_BACK = re.compile(r"\W*(?:this|that|these|those|it|they|he|she)\b", re.IGNORECASE)
PRONOUNS = frozenset("i you he she it they we this that these those there".split())
BOUND = QUESTION_WORDS | frozenset("to that if unless because as than whether although though while".split())
NOT_FINITE = frozenset("be been being".split())
PAIRS = ("()", "[]", "“”", "«»")


def clause_of(evidence: Evidence) -> str:
    """Return the clause between semicolons that holds the answer, or the whole sentence where the clause needs the rest.

    A clause stands alone with its own subject and verb, if no clause before it can govern it and none behind limits it.
    """
    start, end = evidence.answer
    text = evidence.text
    cuts = [match.span() for match in CLAUSE.finditer(text)] if start < end else []
    first = max((after for _, after in cuts if after <= start), default=0)
    last = min((before for before, _ in cuts if before > start), default=len(text))
    clause = text[first:last].rstrip(";").strip()
    if clause == text.strip() or not _has_subject_and_verb(clause) or not _is_balanced(clause):
        return text
    behind = text[last:]
    if _governs(text[:first]) or sets_condition(behind) or (REFERS_BACK.match(behind) and denies(behind)):
        return text
    return f"{clause[:1].upper()}{clause[1:].rstrip('.')}."


def shortened(text: str, most: int) -> str:
    """Return a sentence that is too long without the reason or remark at its end; what limits it is kept.

    A reason may hold a duty or a time, which are not those of the sentence; a remark may not.
    """
    if len(text.split()) <= most:
        return text
    cut = REMARK.search(text, len(text) // 4)
    if cut is None:
        return text
    head, tail = text[: cut.start()], text[cut.start() :]
    limited = sets_condition(tail) or denies(tail) or (not cut["reason"] and names_occasion(tail))
    ends = "," not in tail[1:] or (cut["reason"] and _has_subject_and_verb(head))
    return text if limited or not ends or not _is_balanced(head) else f"{head}."


def gist(text: str) -> str:
    """Return a sentence without its remark, or the clause of two that has a figure where the other is only told beside it."""
    if len(text.split()) <= SHORT:
        return text
    text = shortened(text, SHORT)
    joint = JOINT.search(text)
    if joint is None or JOINT.search(text, joint.end()) or not _is_balanced(text[: joint.start()]):
        return text
    first, second = text[: joint.start()], text[joint.end() :]
    bound = re.search(r":(?!\d)|\b(?:that|would|should)\b", first, re.IGNORECASE)
    if bound or any(denies(part) or sets_condition(part) or names_occasion(part) for part in (first, second)):
        return text
    if not _has_subject_and_verb(second) or REFERS_BACK.match(second) or re.search(r"\d", first):
        return text
    return f"{second[:1].upper()}{second[1:]}" if re.search(r"\d", second) else text


def _has_subject_and_verb(clause: str) -> bool:
    """Return True if a clause surely has a subject before a finite verb of its own; English only."""
    tokens = [token.group().lower() for token in TOKEN.finditer(clause)]
    verb = next((i for i, word in enumerate(tokens) if word in AUXILIARIES - NOT_FINITE), 0)
    if not verb or BOUND.intersection(tokens[tokens[0] == "that" : verb]) or tokens[0] == "and":
        return False
    at = [token.start() for token in TOKEN.finditer(clause)][verb]
    return bool(PRONOUNS & set(tokens[:verb])) or any(p.end <= at and not p.preposition for p in noun_phrases(clause))


def _governs(before: str) -> bool:
    """Return True if the clauses before one may say what it means: an announcement, a denial or a condition."""
    return bool(re.search(r":(?!\d)", before) or denies(before) or sets_condition(before))


def _is_balanced(text: str) -> bool:
    """Return True if every bracket and quotation mark is closed."""
    return all(text.count(pair[0]) == text.count(pair[1]) for pair in PAIRS) and text.count('"') % 2 == 0
