"""Resolves references in a question to earlier turns.

"and the Pro?" after "How much does the EngineHost cost?" becomes "How much does the Pro cost?", "when does it start?"
names what starts, "the second one" is the second item of the last list. Only the topic is carried over, never a whole
question. English only; in other languages the topic is appended to the question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.question.fragments import LEAD, all_bare, fragment_of, has_no_verb
from rag.answer.question.groups import exchanged_group
from rag.answer.question.listed import points_at_item, with_code, with_item, with_other
from rag.answer.question.persons import SHE, part_of, with_person
from rag.answer.question.topics import STANDS_IN, TIME, inside_sentence, is_known, is_person, topic_of
from rag.language.phrases import AUXILIARIES, PREPOSITIONS, QUESTION_WORDS, TOKEN, Phrase, noun_phrases

IT = re.compile(r"(?<!\bI do )(?<!to do )(?<!doing )(?<!you do )\bit\b", re.IGNORECASE)
ITS = re.compile(r"\bits\b", re.IGNORECASE)
THEY = re.compile(r"(?<!of )\b(they|them)\b", re.IGNORECASE)
SHORT_FORM = re.compile(r"\b(what|who|where|when|how|why|it|that|he|she)['’]s\b", re.IGNORECASE)
SEVERAL = re.compile(r"\b(?:which|both|compare|of (?:them|these|those)|the two|difference)\b", re.IGNORECASE)
TOPICS = 4  # most topics that a comparison can refer to


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier turn: its standalone question, its answer without markers, and its topics."""

    question: str
    answer: str
    topics: tuple[str, ...]  # the latest first, including those of the turns it depends on
    aside: str = ""  # what was appended to the question because it replaced nothing
    writer: str = ""  # of what the answer cites first, if it is a letter


def in_full(question: str) -> str:
    """Return a question with "who is" for "who's"."""
    return SHORT_FORM.sub(r"\1 is", question)


def said_first(question: str, answer: str, before: tuple[str, ...] = ()) -> Said:
    """Return the turn of a question that stands alone; if it names nothing, it is about the topics `before` it."""
    question = in_full(question)
    named = topic_of(question, answer, of_phrases_only=bool(before))
    return Said(question, answer, (named,) if named else before)


def said_next(question: str, answer: str, resolved: str, before: Said) -> Said:
    """Return the turn of a question that depends on the one before it."""
    fragment = fragment_of(question)
    if fragment and all_bare(fragment):
        return Said(resolved, answer, before.topics, before.aside)
    if fragment and resolved.endswith(f", {fragment}?"):
        return Said(resolved, answer, before.topics, fragment)
    bare = fragment or points_at_item(question) or has_no_verb(question)
    own = "" if bare else topic_of(question, answer, of_phrases_only=True)
    pointed = bool(IT.search(question) or ITS.search(question) or THEY.search(question))
    about = [before.topics[0], own] if pointed else [own, before.topics[0]]
    first = [topic_of(resolved, answer)] if bare and not has_no_verb(question) else about
    return Said(resolved, answer, tuple(dict.fromkeys(filter(None, [*first, *before.topics])))[:TOPICS])


def resolve(question: str, said: Sequence[Said]) -> str:
    """Return the question with its references resolved; `said` is in order and not empty."""
    written = in_full(question)
    for asked in (
        with_code(written, [(turn.question, turn.answer) for turn in said]),
        _with_item(written, said),
        with_other(written, said[-1].question, [turn.answer for turn in said]),
        exchanged_group(LEAD.sub("", written), said[-1].question),
    ):
        if asked:
            return _whole(asked)
    fragment = fragment_of(written)
    if fragment and all_bare(fragment):
        return _bare(fragment, said[-1])
    if fragment and not (IT.search(fragment) or SHE.search(fragment)):
        return _exchanged(fragment, said[-1].question)
    asked = LEAD.sub("", written) or written
    named = _with_things(with_person(asked, [(t.question, t.answer, t.writer) for t in said]), said)
    return _whole(named) if named != asked else _appended(asked, said[-1])


def _with_item(question: str, said: Sequence[Said]) -> str:
    """Return the question with the item of an earlier list in place of its number, "" if it points at none."""
    pointed = with_item(question, [turn.answer for turn in said])
    return LEAD.sub("", pointed) if pointed != question else ""


def fits(question: str, topic: str) -> bool:
    """Return True if a question can be about a topic: "they" are several, and "it" is one."""
    found = noun_phrases(topic)
    several = bool(found) and found[0].is_plural
    return bool(topic) and not (several if IT.search(question) else THEY.search(question) and found and not several)


def about(question: str, topic: str) -> str:
    """Return a question about a topic: in place of "it" or "they", or else behind the question."""
    stem = LEAD.sub("", question.strip().rstrip("?!. "))
    for pronoun in (IT, THEY):
        if pronoun.search(stem):
            return _whole(pronoun.sub(lambda _: topic, stem, count=1))
    return _whole(f"{stem}, {topic}")


def _bare(fragment: str, last: Said) -> str:
    """Ask the last question with another question word: "and where?" after "When does the course start?"."""
    words = list(TOKEN.finditer(last.question))
    if not words or words[0].group().lower() not in QUESTION_WORDS:
        return _whole(f"{fragment} {last.question[:1].lower()}{last.question[1:]}")
    verb = next((w for w in words if w.group().lower() in AUXILIARIES), None)
    if verb is None:  # "Who directs the choir?"
        who = next((inside_sentence(p.text) for p in noun_phrases(last.answer) if not is_known(p, last.question)), "")
        return _whole(" ".join(filter(None, [fragment, who, last.question[words[0].end() :].strip()])))
    asked = (p.text for p in noun_phrases(last.question[: verb.start()]))
    return _whole(", ".join([f"{fragment} {last.question[verb.start() :].strip().rstrip('?')}", *asked]))


def _exchanged(fragment: str, question: str) -> str:
    """Put a fragment into the last question in place of the phrase most like it, or append it."""
    place = _alike(fragment, question)
    if place:
        start, end = place
        if fragment.lower().split()[-1] in ("one", "ones"):  # "a used one" for "a new one"
            end = stands.end() if (stands := STANDS_IN.match(question, end)) else end
        return _whole(f"{question[:start]}{fragment}{question[end:]}")
    return _whole(f"{question.rstrip('?!. ')}, {fragment}")


def _alike(fragment: str, question: str) -> tuple[int, int] | None:
    """Return the span that the fragment replaces."""
    time = list(TIME.finditer(question))
    if TIME.fullmatch(fragment):
        return time[-1].span() if time else None
    first, _, rest = fragment.partition(" ")
    phrases = noun_phrases(question)
    if first.lower() in PREPOSITIONS:
        same = [p for p in phrases if p.preposition == first.lower()]
        return (question.lower().rindex(first.lower(), 0, same[-1].start), same[-1].end) if same and rest else None
    new = noun_phrases(fragment) or [Phrase(fragment, 0, len(fragment))]
    best = max(phrases, key=lambda old: (_likeness(old, new[0]), old.start), default=None)
    return (best.start, best.end) if best and _likeness(best, new[0]) >= 2 else None


def _likeness(old: Phrase, new: Phrase) -> int:
    """Score how well one phrase can replace another."""
    old_first, new_first = (TOKEN.findall(p.text)[0].lower() for p in (old, new))
    shared = {w.lower() for w in old.words} & {w.lower() for w in new.words}
    determined = old_first == new_first and old_first in ("the", "a", "an", "my", "our")
    article = {old_first, new_first} == {"a", "an"}
    named = any(word[:1].isupper() for word in old.words) and any(word[:1].isupper() for word in new.words)
    plural = old.is_plural and new.is_plural and old_first not in ("the",)
    amounts = old.amount and new_first == new.words[0].lower()  # "how much flour", "butter"
    alike = (old.is_name and new.is_name, determined or article, plural, bool(shared), amounts)
    return int(2 * sum(alike) + named)


def _with_things(question: str, said: Sequence[Said]) -> str:
    """Replace "it" and "they" by the latest topic."""
    if SEVERAL.search(question):
        return question
    last = said[-1]
    topic = next(filter(_is_thing, last.topics), last.topics[0])
    thing = topic.rpartition(" of ")[2]  # in "the height of the tower", the tower
    named = ITS.sub(lambda _: f"{thing}’s", IT.sub(lambda _: thing, question, count=1), count=1)
    if named != question:
        return f"{named.rstrip('?!. ')}, {last.aside}" if last.aside else named
    things = _several(said) if THEY.search(question) else ""
    about = [] if _holds(things, last.topics[0]) else [last.topics[0]]
    return ", ".join([THEY.sub(lambda _: things, question, count=1).rstrip("?!. "), *about]) if things else question


def _several(said: Sequence[Said]) -> str:
    """Return what "they" means: the people the last answer names, or the latest plural topic."""
    last = said[-1]
    if re.match(r"\W*who\b", last.question, re.IGNORECASE):
        who = [p.text for p in noun_phrases(last.answer) if p.is_name and not is_known(p, last.question)]
        if who:
            return " and ".join(who)
    every = (
        p for turn in reversed(said[-3:]) for text in (turn.answer, turn.question) for p in noun_phrases(text)[::-1]
    )
    return next((p.text for p in every if p.is_plural), "")


def _is_thing(topic: str) -> bool:
    """Return True if "it" can refer to a topic."""
    found = noun_phrases(topic)
    return not found or not (found[0].is_plural or is_person(found[0]))


def _holds(text: str, topic: str) -> bool:
    return topic.lower() in text.lower()


def _appended(question: str, last: Said) -> str:
    """Append the topic to the question; for a comparison, all topics."""
    about = last.topics if SEVERAL.search(question) else last.topics[:1]
    part = part_of(question, last.answer)
    return _whole(", ".join(filter(None, [question.strip().rstrip("?!. "), part, *about, last.aside])))


def _whole(text: str) -> str:
    """Return a text as a question: single blanks, an initial capital, one question mark."""
    line = " ".join(text.split()).rstrip("?!. ,")
    return f"{line[:1].upper()}{line[1:]}?"
