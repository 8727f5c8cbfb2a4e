"""Rules about small words that matter: negations, directions, quantifiers, modals, hedges, tense, pronouns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from rag.answer.verify.statement import Statement, canonical, clauses
from rag.language.lists import EXCEPTIONS
from rag.language.opposites import DOUBTS, KEPT, MAY, MUST, NEGATIVE, ONLY, QUANTIFIERS, SHOULD, opposites
from rag.language.words import Word, is_denial, words

NEAR = 5  # words between a small word and the word it modifies
STATED = frozenset("is are was were will be been".split())
LIMITING = ONLY | EXCEPTIONS | frozenset("if unless until till but other others after before further".split())
TENSES = (frozenset("is are".split()), frozenset("was were".split()), frozenset(["will"]))
NOW_AND_THEN = (frozenset("has have".split()), frozenset(["had"]))
PRONOUNS = (("he", "she"), ("his", "her"))


def _lower(found: Iterable[Word]) -> set[str]:
    return {word.text.casefold() for word in found}


def denies(found: Iterable[Word]) -> bool:
    return any(is_denial(word) for word in found)


def denied(said: Sequence[Word]) -> set[str]:
    """Return what the negations of a clause modify: the next content word before a gap, else the last one."""
    found: set[str] = set()
    for i, word in enumerate(said):
        if is_denial(word):
            after = [w for w in said[i + 1 : i + NEAR] if w.start - word.start < 40]
            target = next((w for k, w in enumerate(after) if w.is_content and not _gap([word, *after[: k + 1]])), None)
            before = next((w for w in reversed(said[max(0, i - 3) : i]) if w.is_content), None)
            found |= {canonical(w) for w in (target or before,) if w}
    return found


def _gap(run: Sequence[Word]) -> bool:
    """Return True if a comma or similar separates two consecutive words."""
    return any(b.start - (a.start + len(a.text)) > 1 for a, b in zip(run, run[1:], strict=False))


def _negative(found: Iterable[Word]) -> bool:
    lower = _lower(found)
    return bool(lower & NEGATIVE) or any(w.startswith(("non-", "un", "in", "dis")) and len(w) > 6 for w in lower)


def keeps_negations(given: Statement) -> str | None:
    """What is negated stays negated, and nothing else becomes negated."""
    whole = words(given.evidence)
    for clause in clauses(given):
        here, there = denied(clause.words), denied(clause.sentence)
        if (
            here
            and not there
            and not denies(whole)
            and not _negative(clause.sentence)
            and here & {canonical(w) for w in whole}
        ):
            return "it denies what is stated"
        stated = there & {canonical(w) for w in clause.words if w.is_content} - here
        if stated and not denies(clause.words) and not _negative(clause.words) and given.lead != "no":
            return "it states what is denied"
    return None


@cache
def _opposites() -> dict[str, frozenset[str]]:
    return opposites()


def keeps_directions(given: Statement) -> str | None:
    """A word is not replaced by its opposite; if the evidence has both, each stays with the word it modifies."""
    whole, known = words(given.evidence), _lower(words(given.evidence)) | _lower(words(given.question))
    for clause in clauses(given):
        there = _lower(clause.sentence)
        for i, word in enumerate(clause.words):
            lower = word.text.casefold()
            turned = _opposites().get(lower, frozenset())
            if lower in ("from", "to"):
                turned = frozenset({"from", "to"} - {lower})
            if not turned:
                continue
            if lower not in known and turned & there and lower not in ("from", "to"):
                return f"it says {lower!r}, which is {min(turned & there)!r} there"
            if _points_elsewhere(clause.words, i, whole, frozenset({lower}), turned):
                return f"{lower!r} goes with something else there"
    return None


def _points_elsewhere(
    said: Sequence[Word], i: int, there: Sequence[Word], own: frozenset[str], turned: frozenset[str]
) -> bool:
    """Return True if the word that follows here follows one of `turned` there, and never one of `own`."""
    run = said[i : i + 4]
    target = next((w for k, w in enumerate(run[1:], start=1) if w.is_content and not _gap(run[: k + 1])), None)
    if target is None:
        return False
    places = [k for k, w in enumerate(there) if canonical(w) == canonical(target)]
    nearest = [
        next(
            (w.text.casefold() for w in reversed(there[max(0, k - NEAR + 1) : k]) if w.text.casefold() in own | turned),
            None,
        )
        for k in places
    ]
    return any(n in turned for n in nearest) and not any(n in own for n in nearest)


def keeps_quantifiers(given: Statement) -> str | None:
    """All, some, most, only and none are used only where the evidence uses them."""
    whole = _lower(words(given.evidence))
    for clause in clauses(given):
        here, there = _quantifiers(clause.words), _quantifiers(clause.sentence)
        for kind in QUANTIFIERS:
            added = [w for w in here if w in kind]
            if not added or kind & whole or (denies(clause.words) and denies(clause.sentence)):
                continue
            if kind is not ONLY or not (whole & LIMITING or denies(words(given.evidence)) or given.lead):
                return f"{added[0]!r} is not said there"
        for k, word in enumerate(there):
            if word in KEPT and word not in here and not any(word in kind and kind & set(here) for kind in QUANTIFIERS):
                after = [canonical(w) for w in clause.sentence[k + 1 : k + 4] if w.is_content][:1]
                if after and after[0] in {canonical(w) for w in clause.words}:
                    return f"{word!r} is left out"
    return None


def _quantifiers(said: Sequence[Word]) -> list[str]:
    """Return the words of a clause in lower case; "at most" and "in all" are not quantifiers."""
    lower = [w.text.casefold() for w in said]
    return [
        "" if i and lower[i - 1] in ("at", "in") and word in ("most", "all") else word for i, word in enumerate(lower)
    ]


def keeps_modals(given: Statement) -> str | None:
    """Must, may and should are not exchanged."""
    for clause in clauses(given):
        here, there, whole = (_lower(part) | _have_to(part) for part in (clause.words, clause.stretch, clause.sentence))
        for mine, others in ((MUST, MAY | SHOULD), (MAY, MUST | SHOULD), (SHOULD, MUST | MAY)):
            if (
                here & mine
                and not whole & mine
                and there & others
                and not (denies(clause.words) or denies(clause.stretch))
            ):
                return f"it says {min(here & mine)!r}, which is {min(there & others)!r} there"
        denied_here, denied_there = denies(clause.words), denies(clause.stretch)
        if (
            denied_here
            and denied_there
            and here & {"must", "may"}
            and bool(here & MAY) == bool(here & MUST)
            and not whole & here & (MAY | MUST)
        ):
            return "it forbids something else"
        if "will" in here and not whole & {"will", "shall"} and there & MUST and not here & MUST:
            return "it foretells what is demanded"
        if "might" in here and not whole & (MAY | DOUBTS | {"could"}):
            return "it doubts what is stated"
    return None


def _have_to(said: Sequence[Word]) -> set[str]:
    lower = [w.text.casefold() for w in said]
    pairs = zip(lower, lower[1:], strict=False)
    return {"must"} if any(a in ("have", "has", "had") and b == "to" for a, b in pairs) else set()


def keeps_hedges(given: Statement) -> str | None:
    """What is only possible, planned or claimed is not stated as a fact."""
    for clause in clauses(given):
        here, there = _lower(clause.words), _lower(clause.stretch)
        lost = there & DOUBTS
        kept = here & (DOUBTS | MAY | SHOULD | {"could", "would", "if", "unless", "plan", "plans", "planned"})
        if lost and not kept and len(clause.words) > 3 and here & STATED:
            return f"{min(lost)!r} is left out"
    return None


def keeps_tense(given: Statement) -> str | None:
    """The future is not stated as past, nor the past as present."""
    whole = words(given.evidence)
    for clause in clauses(given):
        for i, word in enumerate(clause.words):
            for group in (TENSES, NOW_AND_THEN):
                own = next((forms for forms in group if word.text.casefold() in forms), None)
                if own is None:
                    continue
                others = frozenset().union(*(forms for forms in group if forms is not own))
                if _points_elsewhere(clause.words, i, whole, own, others):
                    return f"{word.text!r} says it of another time"
        here, there = _lower(clause.words), _lower(clause.sentence)
        if here & {"was", "were"} and "will" in there and not there & {"was", "were", "did", "had"}:
            return "it says of the past what is still to come"
    return None


def keeps_pronouns(given: Statement) -> str | None:
    """He does not become she."""
    here, there = _lower(words(given.claim)), _lower(words(given.known))
    for pair in (*PRONOUNS, *(pair[::-1] for pair in PRONOUNS)):
        if (
            pair[0] in here
            and pair[0] not in there
            and pair[1] in there
            and not re.search(r"\b(?:he|she)\b", given.question, re.IGNORECASE)
        ):
            return f"it says {pair[0]!r} of {pair[1]!r}"
    return None
