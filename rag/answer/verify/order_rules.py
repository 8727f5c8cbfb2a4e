"""Rules about order: who does what to whom, and which words are adjacent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.verify.statement import SHORT_NAMES, Clause, Statement, canonical, clauses
from rag.language.words import Word, names, words

PASSIVE = re.compile(
    r"\b(\w+(?:ed|en|wn|ne|un|ung|ught|aid|old|ade|uilt|eld|ent|ead|ost|ound|rought|ut|et|it)) by (?!\d|the end|\w+ing\b)",
    re.IGNORECASE,
)
VERB = re.compile(
    r"(?:ed|[^s]s|ing)$|^(?:beat|won|lost|gave|took|sold|bought|paid|led|made|sent|taught|told|asked|owe|pay|give|beat|help|sell|follow|replace|succeed)$"
)
APART = 7  # most words, in the evidence, between words that are adjacent in the claim
THEN = re.compile(r"[,;.]?\s(?:and )?(?:then|after that|afterwards|finally)\b[\s,]*", re.IGNORECASE)
LIST = re.compile(r"(?:and|or|[&,\s])*")


def keeps_roles(given: Statement) -> str | None:
    """Two names keep their order, or exchange it if the verb between them changes its voice."""
    voice_here, voice_there = _passives(given.claim), _passives(given.evidence)
    for clause in clauses(given):
        marked = [w for w in names(given.claim) if w.text in {x.text for x in clause.words}]
        for a, b in zip(marked, marked[1:], strict=False):
            if (
                a.text == b.text
                or {a.text.casefold(), b.text.casefold()} & set(SHORT_NAMES)
                or LIST.fullmatch(given.claim[a.start + len(a.text) : b.start])
            ):
                continue
            orders = _orders(a.text, b.text, clause.sentence)
            if orders == {"turned"} and voice_here == voice_there and _same_between(given, clause, a, b):
                return f"{a.text!r} and {b.text!r} change places"
            if (
                orders == {"kept"}
                and voice_here ^ voice_there
                and _verb_between(given, a, b)
                and _same_verb(given, voice_here, voice_there)
            ):
                return f"{a.text!r} and {b.text!r} change roles"
    return _lower_roles(given, voice_here, voice_there)


def _passives(text: str) -> set[str]:
    return {canonical(words(found)[0]) for found in PASSIVE.findall(text)}


def _orders(a: str, b: str, sentence: Sequence[Word]) -> set[str]:
    at = {name: [i for i, w in enumerate(sentence) if w.text == name] for name in (a, b)}
    if not at[a] or not at[b]:
        return set()
    return {"kept" if i < k else "turned" for i in at[a] for k in at[b]}


def _verb_between(given: Statement, a: Word, b: Word) -> bool:
    between = words(given.claim[a.start + len(a.text) : b.start])
    return any(not w.is_capitalised and w.is_content for w in between)


def _same_between(given: Statement, clause: Clause, a: Word, b: Word) -> bool:
    """Return True if both texts have a content word between the two."""
    here = {
        canonical(w)
        for w in words(given.claim[a.start + len(a.text) : b.start])
        if w.is_content and not w.is_capitalised
    }
    at = [[i for i, w in enumerate(clause.sentence) if w.text == name.text] for name in (a, b)]
    spans = [clause.sentence[min(i, k) + 1 : max(i, k)] for i in at[0] for k in at[1]]
    return any(here & {canonical(w) for w in span} for span in spans)


def _same_verb(given: Statement, here: set[str], there: set[str]) -> bool:
    """Return True if a verb that is passive in one occurs in the other."""
    said, quoted = ({canonical(w) for w in words(text)} for text in (given.claim, given.evidence))
    return bool((here - there) & quoted) or bool((there - here) & said)


def _lower_roles(given: Statement, here: set[str], there: set[str]) -> str | None:
    """Changing passive to active, or the reverse, exchanges the two sides of the verb."""
    for verb in here ^ there:
        for clause in clauses(given):
            mine, theirs = _sides(clause.words, verb), _sides(clause.sentence, verb)
            if (
                mine
                and theirs
                and mine[0] & theirs[0]
                and mine[1] & theirs[1]
                and not (mine[0] & theirs[1])
                and not (mine[1] & theirs[0])
            ):
                return f"who and whom of {verb!r} change places"
    for clause in clauses(given):
        wrong = _exchanged(clause, here, there)
        if wrong:
            return wrong
    return None


def _sides(said: Sequence[Word], verb: str) -> tuple[set[str], set[str]] | None:
    at = next((i for i, w in enumerate(said) if canonical(w) == verb), None)
    if at is None:
        return None
    before, after = (
        {canonical(w) for w in part if w.is_content} for part in (said[max(0, at - 6) : at], said[at + 1 : at + 7])
    )
    return before, after


def _exchanged(clause: Clause, here: set[str], there: set[str]) -> str | None:
    """The two sides of a verb are not exchanged while its voice stays the same."""
    verbs = {canonical(w) for w in clause.words if w.is_content and not w.is_capitalised and VERB.search(w.text)}
    for verb in verbs & {canonical(w) for w in clause.sentence}:
        if (verb in here) != (verb in there):
            continue
        mine, theirs = _sides(clause.words, verb), _sides(clause.sentence, verb)
        if (
            mine
            and theirs
            and mine[0] & theirs[1]
            and mine[1] & theirs[0]
            and not (mine[0] & theirs[0])
            and not (mine[1] & theirs[1])
        ):
            return f"what stands around {verb!r} is exchanged"
    return None


def keeps_sequence(given: Statement) -> str | None:
    """Events in sequence keep their order."""
    parts = [part for part in THEN.split(given.claim) if re.search(r"\w", part)]
    if len(parts) < 2:
        return None
    there = [canonical(w) for w in words(given.evidence)]
    places: list[int] = []
    seen: set[str] = set()
    for part in parts:
        own = {canonical(w) for w in words(part) if w.is_content} - seen
        once = [there.index(form) for form in own if there.count(form) == 1]
        seen |= own
        if once:
            places.append(min(once))
    return "it comes in another order there" if places != sorted(places) else None


def departs(given: Statement) -> bool:
    """Return True if words change their order, or a name moves to a clause whose source sentence does not have it."""
    free = {word.text.casefold() for word in words("\n".join((*given.context, given.question)))}
    named = {word.text for word in names(given.claim) if not word.is_number} - SHORT_NAMES.keys()
    return any(_moved(clause) or _is_far(clause, named, free) for clause in clauses(given))


def _moved(clause: Clause) -> bool:
    there = [canonical(word) for word in clause.sentence]
    forms = [canonical(word) for word in clause.words if word.is_content]
    places = [there.index(form) for form in forms if there.count(form) == 1]
    return places != sorted(places)


def _is_far(clause: Clause, named: set[str], free: set[str]) -> bool:
    there = {word.text.casefold() for word in clause.sentence}
    return any(w.text in named and w.text.casefold() not in there | free for w in clause.words)


def keeps_neighbours(given: Statement) -> str | None:
    """Words next to a name or number are near it in the evidence too."""
    said, there = words(given.claim), words(given.evidence)
    known = {canonical(w) for w in there}
    for a, b in zip(said, said[1:], strict=False):
        marked = a.is_number or (a.is_capitalised and (b.is_capitalised or b.is_number))
        between = given.claim[a.start + len(a.text) : b.start]
        if (
            not marked
            or not (a.is_content and b.is_content)
            or between.strip(" -–\t€$£%\"“”’'(")
            or not {canonical(a), canonical(b)} <= known
        ):
            continue
        places = {x: [i for i, w in enumerate(there) if canonical(w) == canonical(x)] for x in (a, b)}
        if not any(abs(i - k) <= APART for i in places[a] for k in places[b]):
            return f"{a.text} {b.text} do not stand together there"
    return None
