"""The path of a question: understand, retrieve, read, then reply in the form asked for, or refuse.

Small talk is answered without the documents; a request about the last answer changes its form; everything else goes
through the documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.answer.abroad import look_abroad
from rag.answer.answer import answer_from_hits, reply_from_hits
from rag.answer.draft import Draft
from rag.answer.lookup import found_for, looked_up, search_in, understood
from rag.answer.named_table import table_of_the_thing
from rag.answer.on_the_day import asks_what_happened
from rag.answer.query.wish import asks_for_a_number
from rag.answer.question.asks import asks_apart
from rag.answer.question.followup import last_turn
from rag.answer.question.intent import Intent
from rag.answer.question.listed import asks_for_more
from rag.answer.question.place import cited_before
from rag.answer.reply import Reply
from rag.answer.request import conversation
from rag.answer.request.letter import facts_of, letter, request_of
from rag.answer.request.passed_on import passed_on, passing
from rag.answer.request.rewrite import cannot_translate, in_simple_words, reformed, wanted, wants_points, whole_list
from rag.answer.request.shortened import wants_it_shorter
from rag.answer.retrieve import missing_codes, sources_of
from rag.answer.several import answer_each, asks_no_summary
from rag.answer.situation import Situation
from rag.answer.stations import Asked, Stations
from rag.answer.summary.no_such import names_none_of_them
from rag.answer.summary.which_document import names_nothing_held, without_brevity
from rag.answer.summed_up import summary_of, summed_up
from rag.language.gloss import in_english
from rag.language.own_words import refusal_in
from rag.language.spelling import corrected
from rag.models.remote import RemoteGenerator
from rag.protocols import Generator, innermost
from rag.types import Answer, Hit, Turn

PASSAGES = 8  # read for an answer
SURE = 0.6  # confidence from which what is looked up for a letter is put into it
NUMBERS = frozenset("sum average count extreme difference product".split())  # forms of a reply that is a number
REFORMS = frozenset("shorter simpler longer as-table as-list translate".split())


def answer_question(asked: Asked, stations: Stations) -> Iterator[Answer]:
    """Yield a growing Answer; the last one is complete."""
    spelt = corrected(asked.question, asked.library)
    intent = stations.intents.of(spelt, in_conversation=bool(asked.earlier))
    question = understood(spelt, asked, intent, stations)
    if question != spelt:  # "and the Pro?" asks for the same as the question before it
        intent = replace(intent, form=stations.intents.of(question, in_conversation=False).form)
    if asks_for_more(spelt, [turn.answer for turn in asked.earlier]):
        intent = replace(intent, act="ask", form="why-how")
    elif plain := in_simple_words(question):
        question, intent = plain, replace(intent, act="ask", form="explained")
    intent = _without_a_summary(question, intent, asked, stations)
    if asked.earlier and passing(asked.question):
        intent = replace(intent, act="write")
    elif asked.earlier and wants_it_shorter(spelt):
        intent = replace(intent, act="shorter")
    draft = Draft(asked.question, question, asked.library.generation)
    draft.english = in_english(question, asked.library)
    if draft.english and intent.act == "ask":
        said = stations.intents.of(draft.english, in_conversation=False)
        intent = replace(intent, act=said.act if said.act in ("ask", "summarise") else "ask", form=said.form)
    told = _told(asked, intent, stations.generator)
    if told is not None:
        yield draft.told(told)
    elif intent.act in REFORMS:
        yield from _put_otherwise(draft, asked, intent, stations)
    elif intent.act == "write":
        yield from _written(draft, asked, stations)
    else:
        question, intent, hits = looked_up(draft, asked, spelt, intent, stations, resolved=question)
        yield draft.searching()
        wished = intent.act == "summarise"
        about_others = wished and _is_about_others(draft.english or question, asked)
        if about_others or missing_codes(question, asked.library):
            yield draft.refused("not_found", text=refusal_in(asked.question, nearly=False))
        elif wished and (summary := summary_of(draft, asked, hits, stations)).reply:
            yield from summed_up(draft, asked, intent, summary, stations)
        else:
            if wished:
                draft.standalone = question = without_brevity(question)
                intent = replace(stations.intents.of(question, in_conversation=False), act="ask")
            yield from _answered(draft, asked, question, intent, hits, stations)


def _is_about_others(request: str, asked: Asked) -> bool:
    """Return True if a request for a summary names somebody, or a letter or minutes, that no document is about or is."""
    held = (asked.library.documents[source] for source in asked.files)
    return names_nothing_held(request, asked.library) or names_none_of_them(request, held)


def _answered(
    draft: Draft, asked: Asked, question: str, intent: Intent, hits: list[Hit], stations: Stations
) -> Iterator[Answer]:
    """Yield the answer to a question from what was found, each thing asked by itself if it asks several."""
    if asks_apart(question, intent.form) and not draft.english:
        yield from answer_each(
            draft, replace(asked, earlier=()), stations,
            find=lambda own, alone, ask, intent: found_for(own, alone, ask.whole, intent, stations, ask.wordings),
        )  # fmt: skip
    else:
        hits = [*look_abroad(draft, asked, question, stations), *hits]
        yield from answer_from_hits(
            draft, intent, library=asked.library, reader=stations.reader, generator=stations.generator,
            verifier=stations.verifier, threshold=stations.threshold, sources=sources_of(hits), files=asked.files, today=asked.today,
            search=search_in(asked, stations),
        )  # fmt: skip


def _without_a_summary(question: str, intent: Intent, asked: Asked, stations: Stations) -> Intent:
    """Return what a question wants: a number, what happened on a day, and what is asked beside a story are no summary."""
    if intent.act in ("ask", "summarise") and asks_what_happened(question, asked.library.documents.values()):
        return replace(intent, act="ask", form="list")
    wants_a_number = intent.form in NUMBERS and asks_for_a_number(question)
    if intent.act == "summarise" and (wants_a_number or asks_no_summary(question, stations.intents)):
        return replace(intent, act="ask")
    return intent


def _told(asked: Asked, intent: Intent, generator: Generator | None) -> str | None:
    """Return the reply about the program or the conversation, None if the question is about the documents."""
    documents = asked.library.documents
    if intent.act == "overview":
        return conversation.list_documents(documents, asked.question)
    model = innermost(generator)
    name = f"{model.model} at {model.base_url}" if isinstance(model, RemoteGenerator) else None
    before = last_turn(asked.earlier) if intent.act == "doubt" else None
    cited = cited_before(asked.library, [before[0]]) if before else []
    sources = list(dict.fromkeys(passage.source for passage in cited))
    return conversation.reply(
        intent, asked.question, asked.earlier, documents=documents, generator_name=name, sources=sources
    )


def _asked_then(asked: Asked, before: tuple[Turn, Sequence[Turn]] | None) -> Asked:
    """Return what was asked in an earlier turn, with the turns before it; without one, what is asked alone."""
    return replace(asked, question=before[0].question, earlier=before[1]) if before else replace(asked, earlier=())


def _again(
    draft: Draft, asked: Asked, question: str, form: str | None, stations: Stations
) -> tuple[Reply, Situation | None]:
    """Return the reply to a separate question, or to that of an earlier turn, and its situation; () if it is refused."""
    spelt = corrected(asked.question, asked.library)
    said = stations.intents.of(spelt, in_conversation=bool(asked.earlier))
    question = understood(spelt, asked, said, stations) if asked.earlier else question
    intent = replace(stations.intents.of(question, in_conversation=False), act="ask", leans=said.leans)
    draft.standalone, draft.english = question, in_english(question, asked.library)
    question, intent, hits = looked_up(draft, asked, spelt, intent, stations, resolved=question)
    return reply_from_hits(
        draft, replace(intent, form=form or intent.form), library=asked.library, reader=stations.reader, threshold=stations.threshold,
        sources=sources_of(hits), files=asked.files, today=asked.today,
        search=search_in(asked, stations),
    )  # fmt: skip


def _put_otherwise(draft: Draft, asked: Asked, intent: Intent, stations: Stations) -> Iterator[Answer]:
    """Yield the last answer, or what the request names, in the requested form."""
    wish = wanted(intent, asked.question, asked.earlier, understand=stations.intents.in_conversation)
    if wish is None:
        yield draft.told("There is no answer to change yet. Ask me something about your documents first.")
        return
    form = {"as-table": "table", "as-list": "list"}.get(intent.act) if not wish.again else None
    before = last_turn(asked.earlier, understand=stations.intents.in_conversation) if wish.again else None
    alone = _asked_then(asked, before)
    question = alone.question if before else wish.question
    reply, found = _again(draft, alone, question, form, stations)
    if intent.act == "translate" and not before and (not reply or wants_points(asked.question)):
        hits = found_for(draft, alone, question, replace(intent, act="summarise"), stations)
        known = not names_nothing_held(question, asked.library)
        summary = summary_of(draft, alone, hits if known else [], stations)
        yield from summed_up(draft, alone, intent, summary, stations, front=cannot_translate(asked.question))
    elif not reply or found is None:
        yield draft.refused("not_found")
    elif intent.act == "translate":
        yield draft.answered(reply, front=cannot_translate(asked.question))
    else:
        whole = draft.outcome == "disagree" and intent.act in ("shorter", "simpler")  # no side is left out
        if intent.act == "as-table" and not before:
            reply = table_of_the_thing(question, reply, found)
        listed = whole_list(found, asked.question) if intent.act == "as-list" and not before else ()
        yield draft.answered(listed or (reply if whole else reformed(intent.act, reply, found, asked.question)))


def _written(draft: Draft, asked: Asked, stations: Stations) -> Iterator[Answer]:
    """Yield a letter or announcement: the last answer, or the user's words with what is looked up and cited."""
    how = passing(asked.question) if asked.earlier else None
    before = last_turn(asked.earlier, understand=stations.intents.in_conversation) if how else None
    if how and before:
        reply, _ = _again(draft, _asked_then(asked, before), before[0].question, None, stations)
        yield draft.answered(passed_on(how, reply, draft.standalone)) if reply else draft.refused("not_found")
        return
    request = request_of(asked.question)
    facts: Reply = ()
    if request.looked_up:
        reply, found = _again(draft, replace(asked, earlier=()), request.looked_up, None, stations)
        facts = facts_of(request, reply, found) if found and draft.confidence >= SURE else ()
    yield draft.answered(letter(request, facts))
