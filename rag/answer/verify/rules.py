"""The rules that a worded sentence must satisfy against the blocks it cites. English only.

Each rule is a function from a statement to what is wrong with it, in one plain phrase, or None. Rules cover what a
trained check does not see well: figures, names, order. The rest is left to that check; rules alone never accept a
sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from rag.answer.verify import figure_rules, order_rules, subject_rules, word_rules
from rag.answer.verify.statement import Statement, canonical, clauses, statement
from rag.language.figures import UNIT, figures, is_of
from rag.language.opposites import LIGHT
from rag.language.terms import language_of, words_of
from rag.language.words import Word, is_english, names, words

Rule = Callable[[Statement], "str | None"]
COVERED = 0.6  # share of a sentence's content words found in block, heading or question
BEGUN = 5  # initial letters that two forms of a word share: decided, decision
FAR = re.compile(r"[\u0370-\u1fff\u3040-\ud7af\uf900-\ufaff]{2}")  # letters of no English word
JOINED = re.compile(r"(?<=\w)[-–/,:;](?=\w)")
SHORT = 3  # content words; fewer are a phrase, all of whose words must be known


def broken_rule(
    question: str, claim: str, blocks: Sequence[str], *, rows: Sequence[bool] = (), context: Sequence[str] = ()
) -> str | None:
    """Return what is wrong with a worded sentence, or None if it passes every rule.

    `blocks` are the texts it cites, `rows` marks table rows among them, `context` is the text above or before them.
    """
    if not blocks or not claim.strip():
        return "it cites nothing"
    given = statement(question, claim, blocks, rows or [False] * len(blocks), context)
    if not given.claim:
        return None  # a bare yes or no: only the trained check can tell
    if not _english(given):
        return _copied(given)
    return next((wrong for rule in RULES if (wrong := rule(given))), None)


def contradicted(question: str, claim: str, block: str, *, row: bool = False, context: Sequence[str] = ()) -> bool:
    """Return True if a block contradicts the sentence: then no other block can support it."""
    given = statement(question, claim, [block], [row], context)
    return any(rule(given) for rule in CONTRADICTIONS)


def departs(question: str, claim: str, blocks: Sequence[str], *, context: Sequence[str] = ()) -> bool:
    """Return True if a wording that passes the rules changes the order of the evidence: the check must be surer."""
    return order_rules.departs(statement(question, claim, blocks, [False] * len(blocks), context))


def strays(question: str, claim: str, blocks: Sequence[str], *, context: Sequence[str] = ()) -> str | None:
    """Return what goes beyond the words of the blocks, for use without a trained check.

    Every content word must be in the blocks, above them or in the question, and names and numbers keep their order.
    """
    given = statement(question, claim, blocks, [False] * len(blocks), context)
    if not given.claim:
        return "a bare yes or no cannot be checked by rules"
    known = {canonical(word) for word in words(given.known)}
    foreign = [w.text for w in words(given.claim) if w.is_content and canonical(w) not in known]
    if foreign:
        return f"{', '.join(foreign)} not in what it cites"
    marked = {w.text for w in words(given.evidence) if w.is_number or (w.is_capitalised and w.is_content)}
    there = iter([w.text for w in words(given.evidence)])
    ordered = all(w.text in there for w in words(given.claim) if w.text in marked)
    return None if ordered else "names or numbers stand in another order"


def _english(given: Statement) -> bool:
    if FAR.search(given.evidence) or FAR.search(given.claim):
        return False
    return is_english(given.claim) or language_of(words_of(given.claim)) == "english"


def _copied(given: Statement) -> str | None:
    """In languages other than English, only words of the evidence are allowed, in their order."""
    there = iter([word.stem for word in words(given.evidence)])
    return None if all(word.stem in there for word in words(given.claim)) else "the rules know English only"


def knows_its_words(given: Statement) -> str | None:
    """Most content words are in the blocks, above them or in the question."""
    known = {canonical(word) for word in _words_known(given)}
    begun = {form[:BEGUN] for form in known if len(form) >= BEGUN}
    content = [
        w
        for w in words(given.claim)
        if w.is_content and not w.is_number and w.text.casefold() not in LIGHT and w.text.casefold() not in UNIT
    ]
    content = [w for w in content if not any(is_of(w, figure) for figure in figures(given.claim))]
    foreign = [w.text for w in content if canonical(w) not in known and canonical(w)[:BEGUN] not in begun]
    allowed = 0 if len(content) < SHORT else (1 - COVERED) * len(content)
    return f"{', '.join(foreign)} not in what it cites" if len(foreign) > allowed else None


def knows_its_names(given: Statement) -> str | None:
    """Every name is in the blocks, above them or in the question."""
    there = _words_known(given)
    known = {word.text.casefold() for word in there} | {word.stem for word in there}
    initials = _initials(given.known)
    known |= {_plain(word) for word in known} | {canonical(word) for word in there}
    spans = [(figure.start, figure.end + 3) for figure in figures(given.claim)]
    found = [w for w in names(given.claim) if not any(start <= w.start < end for start, end in spans)]
    lost = [
        w for w in found if not w.is_number and len(w.text) > 1 and not _is_known(w, known) and w.text not in initials
    ]
    return f"the name {lost[0].text!r} is not in what it cites" if lost else None


def _words_known(given: Statement) -> list[Word]:
    return [*words(given.known), *words(JOINED.sub(" ", given.known))]


def _is_known(name: Word, known: set[str]) -> bool:
    lower = name.text.casefold()
    return bool({lower, name.stem, _plain(lower), canonical(name)} & known) or _parts_known(lower, known)


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _parts_known(name: str, known: set[str]) -> bool:
    parts = re.split(r"[-–/.’']", name.casefold())
    return len(parts) > 1 and all(part in known or len(part) < 2 for part in parts)


def _initials(text: str) -> set[str]:
    runs = re.findall(r"[A-Z][\w’'-]+(?:[ -](?:of |the |and )*[A-Z][\w’'-]+)+", text)
    return {"".join(word[0] for word in re.findall(r"[A-Z][\w’'-]+", run)) for run in runs}


def agrees_with_its_lead(given: Statement) -> str | None:
    """The text after "Yes" does not deny what was asked."""
    if given.lead != "yes" or not given.question:
        return None
    asked = {canonical(w) for w in words(given.question) if w.is_content}
    for clause in clauses(given)[:1]:
        about = {canonical(w) for w in clause.words if w.is_content}
        denied = word_rules.denies(clause.words) and not word_rules.denies(words(given.question))
        if denied and len(about & asked) >= max(2, 0.6 * len(about)):
            return "it says yes and denies it"
    return None


RULES: tuple[Rule, ...] = (
    figure_rules.keeps_figures,
    figure_rules.keeps_units,
    figure_rules.keeps_bounds,
    figure_rules.keeps_periods,
    knows_its_names,
    knows_its_words,
    figure_rules.keeps_rows,
    word_rules.keeps_negations,
    word_rules.keeps_directions,
    word_rules.keeps_quantifiers,
    word_rules.keeps_modals,
    word_rules.keeps_hedges,
    word_rules.keeps_tense,
    word_rules.keeps_pronouns,
    order_rules.keeps_roles,
    order_rules.keeps_sequence,
    order_rules.keeps_neighbours,
    subject_rules.keeps_subject,
    subject_rules.keeps_code,
    subject_rules.keeps_columns,
    subject_rules.keeps_ends,
    agrees_with_its_lead,
)
CONTRADICTIONS: tuple[Rule, ...] = (
    figure_rules.keeps_rows,
    word_rules.keeps_negations,
    word_rules.keeps_directions,
    subject_rules.keeps_subject,
    subject_rules.keeps_code,
    subject_rules.keeps_columns,
)
