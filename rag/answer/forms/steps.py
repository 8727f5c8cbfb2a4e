"""Replies with steps or a list, complete and in order, even across passages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answer.forms.fact import OCCASION, explanation, with_what_follows
from rag.answer.neighbours import is_numbered
from rag.answer.reply import Layout, Reply, Statement
from rag.answer.runs import MOST_WORDS, Run, best_run, enumerates, leading, words_of
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.words import content_stems, words
from rag.split.blocks import BULLET

LONGEST_HEADING = 8  # words
MOST_ITEMS = 30
CERTAIN = 0.3  # of the form: below it, a few key words may ask for no more than a fact
ALONE = 0.9  # share of a run's likelihood from which one of its items may answer without the others
LONGEST_THING_OF_A_LIST = 12  # words; a longer item, as of minutes, may be about something else than the others
ALL_NAMED = 0.5  # of the heading's words in the question: everything under it is asked for
WORDS_OF_ALL = 60  # most words of a paragraph that enumerates in sentences
WORDS_TOGETHER = 45  # most words that a title alone holds together
LABEL = re.compile(r"[^:.;]{2,60}(?=: )")


def steps(found: Situation) -> Reply:
    """Return the steps, the list or the paragraph that says what to do."""
    if found.best.kind == "code":
        return explanation(found)
    run = best_run(found)
    led = _led_by(found, run)
    if _stands_apart(found.question, run, led.best):
        return with_what_follows(led) if OCCASION.match(led.best.text) else explanation(led)
    if run.is_list:
        return _listed(found.question, run, "step" if is_numbered(run.blocks) else "bullet")
    if run.blocks[0].kind in ("row", "code"):
        return explanation(led)
    if found.intent.certainty < CERTAIN and led.best.score >= ALONE * run.likelihood:
        return explanation(led)
    return tuple(Statement(block.text, (block,)) for block in _within(run.blocks))


def items(found: Situation) -> Reply:
    """Return the list as bullets, a sentence that enumerates, the sentences under the heading, or the rows that answer."""
    run = best_run(found)
    led = _led_by(found, run)
    headed = run.named(found.question) >= ALL_NAMED
    alone = enumerates(led.best.text) and not BULLET.match(led.best.quote)
    if led.best.score >= ALONE * run.likelihood and run.lead is None:
        alone = alone or enumerates(led.best.text) or len(led.best.text.split()) > LONGEST_THING_OF_A_LIST
    if run.is_list and (headed or not alone):
        return _listed(found.question, run, "bullet")
    if headed and len(run.blocks) > 1 and run.words <= WORDS_OF_ALL and not alone:
        return tuple(Statement(block.text, (block,)) for block in run.blocks)
    if enumerates(led.best.text) and led.best.kind != "row":
        led = replace(led, evidence=tuple(e for e in led.evidence if e.start == led.best.start or enumerates(e.text)))
    return tuple(_under_its_heading(found.question, statement) for statement in explanation(led))


def _stands_apart(question: str, run: Run, best: Evidence) -> bool:
    """Return True if one sentence answers, and only the document's title, which the question does not name, is above all."""
    held = not run.titled or run.named(question) >= ALL_NAMED or run.words <= WORDS_TOGETHER
    return best.kind == "sentence" and not held and best.score >= ALONE * run.likelihood


def _listed(question: str, run: Run, layout: Layout) -> Reply:
    """Return the items of a list, or the only one that is meant: the question holds the words before its colon."""
    best = max(run.blocks, key=lambda block: block.score)
    label = LABEL.match(best.text)
    if label and best.score >= ALONE * run.likelihood and content_stems(label.group()) <= content_stems(question):
        return (Statement(best.text, (best,)),)
    return tuple(Statement(item.text, (item,), layout=layout) for item in run.blocks[:MOST_ITEMS])


def _led_by(found: Situation, run: Run) -> Situation:
    """Return the situation with the best block of a run as its best evidence."""
    best = leading(run, found.intent.form)
    return replace(
        found, evidence=(best, *(e for e in found.evidence if (e.passage.id, e.start) != (best.passage.id, best.start)))
    )


def _within(blocks: Sequence[Evidence]) -> Sequence[Evidence]:
    """Return as many neighbouring blocks as may be said together, with the likeliest one among them."""
    kept = list(blocks)
    while words_of(kept) > MOST_WORDS and len(kept) > 1:
        del kept[0 if kept[0].score < kept[-1].score else -1]
    return kept


def _under_its_heading(question: str, statement: Statement) -> Statement:
    """Prepend the innermost heading to a statement if it names the subject and the statement does not."""
    if not statement.evidence or statement.layout != "text":
        return statement
    heading = statement.evidence[0].passage.heading.rpartition(" › ")[2]
    asked = {word.stem for word in words(question) if word.is_content}
    missing = (asked & {w.stem for w in words(heading)}) - {w.stem for w in words(statement.text)}
    return (
        replace(statement, text=f"{heading}: {statement.text}")
        if missing and len(heading.split()) <= LONGEST_HEADING and not heading.endswith("?")
        else statement
    )
