"""Replies with a fact, a reason or a definition: the shortest phrase, or one to three sentences."""

from __future__ import annotations

import re

from rag.answer.forms.clause import clause_of
from rag.answer.forms.phrase import CERTAIN, briefly
from rag.answer.neighbours import before, leans, section, whole_items
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation, day_of
from rag.evidence import Evidence
from rag.language.words import content_stems

ALSO = 0.5  # of the best score: evidence above it is added if more than one sentence is wanted
AS_LIKELY = 0.4  # of the best score: evidence above it is added to a reply in a phrase; ALSO if no word is asked for
WORDS_OF_BOTH = 32
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
WORDS_OF_A_PAIR = 36
WORDS = 34  # of a reply in sentences
OCCASION = re.compile(r"(?:if|when|in case|should)\b", re.IGNORECASE)  # the next sentence may say what to do then
PERSON = r"(?:i|we|you|one|he|she|they)"
DUTY = r"(?:should|shall|can|could|must|have to|need to)"
WHAT_TO_DO = re.compile(rf"\b(?:to|{PERSON} {DUTY}|(?:{DUTY}|do) {PERSON}) do\b", re.IGNORECASE)
PARAGRAPH = re.compile(r"\n[ \t]*\n")
LONG_QUESTION = 25  # words: a long question wants more than a phrase


def fact(found: Situation) -> Reply:
    """Return the shortest statement that answers."""
    if len(found.question.split()) >= LONG_QUESTION:
        return explanation(found)
    best = found.best
    statement = _with_its_item(found, briefly(best, question=found.question))
    lead = _what_it_leans_on(found, best) if statement.text == best.text and leans(best.text) else ()
    return (*lead, statement, *_as_likely(found, statement, lead))


def _as_likely(found: Situation, said: Statement, lead: Reply) -> Reply:
    """Return a second statement if the reader finds it nearly as likely and both are short."""
    if len(found.evidence) < 2:
        return ()
    evidence = found.evidence[1]
    other = briefly(evidence, question=found.question)
    same_number = set(NUMBER.findall(other.text)) & set(NUMBER.findall(said.text))
    if (
        evidence.score < (AS_LIKELY if shares_a_word(found.question, evidence.text) else ALSO) * found.best.score
        or len(f"{said.text} {other.text}".split()) > WORDS_OF_BOTH
        or same_number
        or other.text.casefold() == said.text.casefold()
        or not _adds(evidence, [found.best, *(told for statement in lead for told in statement.evidence)])
        or _is_older(found, evidence)
    ):
        return ()
    return (other,)


def shares_a_word(question: str, text: str) -> bool:
    """Return True if a text holds a content word of the question."""
    return bool(content_stems(question) & content_stems(text))


def _is_older(found: Situation, evidence: Evidence) -> bool:
    """Return True if a piece of evidence is known to be older than the best one, and so may be outdated."""
    day, best = day_of(evidence, found.documents), day_of(found.best, found.documents)
    return day is not None and best is not None and day < best


def explanation(found: Situation) -> Reply:
    """Return one to three sentences, in document order: a reason, a method or a definition."""
    chosen = [found.best]
    words = len(found.best.text.split())
    for evidence in found.evidence[1:4]:
        more = len(evidence.text.split())
        if evidence.score >= ALSO * found.best.score and words + more <= WORDS and _adds(evidence, chosen):
            chosen.append(evidence)
            words += more
    chosen.sort(key=lambda e: (e.passage.source != found.best.passage.source, e.passage.source, e.start))
    lead = _what_it_leans_on(found, chosen[0]) if leans(chosen[0].text) else ()
    told = [said(evidence, found.question) for evidence in chosen]
    return (*lead, *(told if len(told) > 1 else [_with_its_item(found, told[0])]))


def _with_its_item(found: Situation, statement: Statement) -> Statement:
    """Return the first sentence of a short list item, if it has no certain answer, with those after it: what to do."""
    evidence = statement.evidence[0]
    if evidence.kind != "item" or statement.text != evidence.text or evidence.certainty >= CERTAIN:
        return statement
    items = whole_items(section(found, evidence))
    whole = next((item for item in items if item.start == evidence.start), evidence)
    return Statement(whole.text, (whole,)) if len(whole.text.split()) <= WORDS_OF_BOTH else statement


def with_what_follows(found: Situation) -> Reply:
    """Return the best sentence with the next one, which often says what to do, if both are short."""
    blocks = section(found, found.best)
    at = next((i for i, block in enumerate(blocks) if block.start == found.best.start), None)
    if at is None or at + 1 >= len(blocks) or found.best.kind != "sentence" or blocks[at + 1].kind != "sentence":
        return explanation(found)
    pair = blocks[at : at + 2]
    if (
        sum(len(block.text.split()) for block in pair) > WORDS_OF_A_PAIR
        or pair[0].passage.start != pair[1].passage.start
    ):
        return explanation(found)
    return tuple(said(block, found.question) for block in pair)


def what_to_do(found: Situation) -> Reply:
    """Return a sentence that names the occasion with the next one of its paragraph, if what to do then is asked; or ()."""
    if not (WHAT_TO_DO.search(found.question) and OCCASION.match(found.best.text)):
        return ()
    told = with_what_follows(found)
    places = [evidence for statement in told for evidence in statement.evidence]
    if len(places) != 2 or places[0].start != found.best.start or places[1].passage != found.best.passage:
        return ()
    between = found.documents[found.best.passage.source].text[found.best.end : places[1].start]
    return told if PARAGRAPH.search(between) is None else ()


def said(evidence: Evidence, question: str) -> Statement:
    """Return a piece of evidence as spoken: whole, as cells of a row, or as a clause of a long sentence."""
    if evidence.kind in ("row", "code"):
        return briefly(evidence, question=question)
    text = evidence.text if len(evidence.text.split()) <= WORDS else clause_of(evidence)
    return Statement(text, (evidence,))


def _what_it_leans_on(found: Situation, evidence: Evidence) -> Reply:
    """Return the sentence before, which says what "it" is, if it is short and in the same passage."""
    earlier = before(section(found, evidence), evidence)
    if earlier is None or earlier.passage.start != evidence.passage.start or earlier.kind in ("row", "code"):
        return ()
    short_enough = len(earlier.text.split()) + len(evidence.text.split()) <= WORDS
    return (Statement(earlier.text, (earlier,)),) if short_enough else ()


def _adds(evidence: Evidence, chosen: list[Evidence]) -> bool:
    """Return True if a piece of evidence adds to what is already said."""
    return all(
        evidence.text.casefold() != other.text.casefold()
        and (
            evidence.passage.source != other.passage.source
            or evidence.end <= other.start
            or evidence.start >= other.end
        )
        for other in chosen
    )
