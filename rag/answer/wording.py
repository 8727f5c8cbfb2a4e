"""Has a model word the reply, and keeps the parts that the evidence supports.

A rejected part is replaced by the evidence nearest to it. If nothing that answers is left, the quoted reply is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answer.forms.phrase import phrase_of
from rag.answer.neighbours import run_of_items, section
from rag.answer.prompt import INSTRUCTION, NO_ANSWER, grounded_messages, reply_instruction
from rag.answer.reply import Layout, Reply, Statement
from rag.answer.situation import Situation
from rag.answer.verify.accept import accepted, bare, ranked
from rag.answer.verify.parts import Part, parts
from rag.answer.verify.statement import LEAD
from rag.answer.verify.verify import Verifier
from rag.evidence import Evidence
from rag.language.figures import figures
from rag.language.words import content_stems, names, words
from rag.models.catalog import DEFAULT_GENERATOR
from rag.models.generator import TransformersGenerator
from rag.protocols import Generator, innermost

EARNED = frozenset[str]()  # forms in which the embedded model gets more answers right than quotes
SHOWN = 8  # pieces of evidence given to a model, besides those of the quoted reply
LIKELY = 5  # best pieces of evidence, one of which must be cited
WORTH = 0.02  # least share of the best score
COVERED = 0.5  # share of an item's words from which it counts as said


@dataclass(frozen=True, slots=True)
class Worded:
    """The accepted and rejected parts of a model's reply so far."""

    reply: Reply
    rejected: tuple[str, ...]


def words_better(generator: Generator, form: str) -> bool:
    """Return True if a model should word a form: always, except for the embedded model, which was measured."""
    return form in EARNED if _is_embedded(generator) else True


def words_nothing(name: str) -> bool:
    """Return True for the name of a model that never words a reply."""
    return name == DEFAULT_GENERATOR and not EARNED


def _is_embedded(generator: Generator) -> bool:
    """Return True for the built-in model, which was tuned to write one sentence."""
    model = innermost(generator)  # the page wraps it
    return isinstance(model, TransformersGenerator) and model.name == DEFAULT_GENERATOR


def word(
    found: Situation, quoted: Reply, generator: Generator, verifier: Verifier, *, whole: bool = True
) -> Iterator[Worded]:
    """Yield the accepted parts of the model's reply, one by one; `quoted` is the fallback if too little is accepted.

    The last value is the whole reply. With `whole`, the model must not drop an item of a quoted list.
    """
    evidence = presented(found, quoted)
    reply: list[Statement] = []
    rejected: list[str] = []
    passed: list[Statement] = []
    wants = INSTRUCTION if _is_embedded(generator) else reply_instruction(found.today)
    messages = grounded_messages(found.question, evidence, instruction=wants)
    for part in parts(generator.generate(messages)):
        statement = accepted(found.question, part, evidence, verifier, quoted=quoted)
        if statement is None:
            rejected.append(part.text)
            statement = _quoted_instead(part, evidence, reply)
        elif statement.evidence:
            passed.append(statement)
        if statement is not None:
            reply.append(statement)
            yield Worded(tuple(reply), tuple(rejected))
    if not _answers(found, passed, quoted) or (whole and _is_cut_short(passed, quoted)):
        yield Worded(quoted, tuple(rejected))


def presented(found: Situation, quoted: Reply) -> tuple[Evidence, ...]:
    """Return the evidence for a model: that of the quoted reply, then the likeliest; lists are complete."""
    chosen = [evidence for statement in quoted for evidence in statement.evidence]
    chosen += run_of_items(section(found, found.best), found.best)
    chosen += found.evidence if found.intent.act == "summarise" else found.evidence[:SHOWN]
    unique = {(e.passage.source, e.start, e.end): e for e in chosen}
    return tuple(unique.values())


def _quoted_instead(part: Part, evidence: Sequence[Evidence], said: Sequence[Statement]) -> Statement | None:
    """Return the evidence nearest to a rejected part, unless it was already used."""
    used = {(e.passage.source, e.start) for statement in said for e in statement.evidence}
    best = next(iter(ranked(part.text, evidence)), None)
    if best is None or (best.passage.source, best.start) in used or best.kind in ("row", "code"):
        return None
    layout: Layout = part.layout if part.layout in ("step", "bullet") else "text"
    return Statement(best.text, (best,), "quoted", layout)


def _answers(found: Situation, passed: Sequence[Statement], quoted: Reply) -> bool:
    """Return True if the accepted parts answer: they hold a figure of the quoted reply, or cite likely evidence.

    The figure of a computed reply must be stated; a comparison must name what is compared.
    """
    said = " ".join(statement.text for statement in passed)
    if not passed or bare(NO_ANSWER) in bare(said):
        return False
    if found.intent.form == "compare" and not _names_both(found.question, said):
        return False
    here, wanted = _values(said), _values(phrase_of(found.best))
    if quoted[0].text[:1].isdigit():
        return bool(here & _values(quoted[0].text.split(" (")[0]))
    if here & wanted or (wanted and found.intent.form == "fact"):
        return bool(here & wanted)
    answering = [e for statement in quoted for e in statement.evidence]
    if not (found.intent.form == "yes-no" and not LEAD.match(said)):
        answering += [e for e in found.evidence[:LIKELY] if e.score >= WORTH * found.best.score]
    places = {(e.passage.source, e.start) for e in answering}
    rests = any((e.passage.source, e.start) in places for statement in passed for e in statement.evidence)
    return rests and not (here and wanted)


def _names_both(question: str, said: str) -> bool:
    """Return True if all compared things are named; for "A or B" one is enough."""
    asked = {word.text.casefold() for word in names(question)} | {value for _, value in _values(question)}
    here = {word.text.casefold() for word in words(said)} | {value for _, value in _values(said)}
    return bool(asked & here) if re.search(r"\bor\b", question) else asked <= here


def _values(text: str) -> set[tuple[str, str]]:
    """Return the figures of a text; for a date, its day and month."""
    return {(f.kind, f.value.partition("-")[2] if f.kind == "date" else f.value) for f in figures(text)}


def _is_cut_short(passed: Sequence[Statement], quoted: Reply) -> bool:
    """Return True if the model dropped steps or items of a list quoted whole, or reordered steps."""
    wanted = [e for s in quoted if s.layout in ("step", "bullet") for e in s.evidence]
    said = content_stems(" ".join(statement.text for statement in passed))
    used = [(e.passage.source, e.start) for s in passed for e in s.evidence]
    for evidence in wanted:
        own = content_stems(evidence.text)
        if (evidence.passage.source, evidence.start) not in used and len(own & said) < COVERED * len(own):
            return True
    steps = [(e.passage.source, e.start) for s in quoted if s.layout == "step" for e in s.evidence]
    order = [steps.index(place) for place in dict.fromkeys(used) if place in steps]
    return order != sorted(order)
