"""Answers a question into a conversation, step by step as the page shows it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rag.errors import RagError
from rag.types import Answer, Trace
from rag.web import render, texts
from rag.web.desk import Desk
from rag.web.kept import Conversation, Conversations, KeptTurn, now
from rag.web.stop import Stopped, StopSign
from rag.web.wishes import NO_WISHES, Wishes

log = logging.getLogger("rag.web")

QUESTION_LIMIT = 4_000  # characters: two pages; more is a document, not a question
ECHO_LIMIT = 200  # characters of a question that is too long


@dataclass(frozen=True, slots=True)
class Shown:
    """The turn that is being answered, as HTML, and the conversation as it is kept."""

    current: str
    conversation: Conversation


class Chat:
    """Answers on one desk, into one store."""

    def __init__(self, desk: Desk, store: Conversations, sign: StopSign) -> None:
        self.desk = desk
        self.store = store
        self.sign = sign

    def ask(self, owner: str, conversation: Conversation, question: str, wishes: Wishes = NO_WISHES) -> Iterator[Shown]:
        """Yield the turn as it grows; what was checked before a stop, or before the reader left, is kept."""
        number = len(conversation.turns) + 1
        reason = unfit(question)
        if reason:
            yield Shown(render.troubled(question[:ECHO_LIMIT], number, reason), conversation)
            return
        waiting = texts.SEARCHING if self.desk.ready else texts.WAITING_MODELS
        yield Shown(render.waiting(question, number, waiting), conversation)
        last = _nothing(question)
        self.sign.begin(conversation.id)
        try:
            for last in self._answers(conversation, question, wishes):
                yield Shown(render.growing(last, number), conversation)
            turn = self._turn(last)
        except (Stopped, GeneratorExit) as end:
            turn = replace(self._turn(last), stopped=True)
            conversation = self.store.append(owner, conversation, turn)
            if isinstance(end, GeneratorExit):
                raise
            yield Shown(render.done(turn, number), conversation)
            return
        except RagError as error:
            yield Shown(render.troubled(question, number, texts.FAILED.format(reason=error)), conversation)
            return
        except Exception as error:  # the page's door: the user reads words, the terminal shows the details
            log.exception("answering failed")
            words = texts.FAILED_UNKNOWN.format(kind=type(error).__name__)
            yield Shown(render.troubled(question, number, words), conversation)
            return
        finally:
            self.sign.end()
        conversation = self.store.append(owner, conversation, turn)
        yield Shown(render.done(turn, number), conversation)

    def _answers(self, conversation: Conversation, question: str, wishes: Wishes) -> Iterator[Answer]:
        stream = self.desk.engine().stream(question, history=conversation.history(), wishes=wishes)
        for answer in stream:
            if self.sign.is_set:
                raise Stopped
            yield answer

    def _turn(self, answer: Answer) -> KeptTurn:
        documents = self.desk.documents()
        sources = {passage.source for passage in (hit.passage for hit in answer.hits)}
        sources |= {citation.passage.source for citation in answer.citations}
        hashes = {source: documents[source].sha256 for source in sorted(sources) if source in documents}
        return KeptTurn(answer, now(), hashes)


def unfit(question: str) -> str:
    """Say in words why a text cannot be asked; nothing if it can."""
    if not question.strip():
        return texts.QUESTION_EMPTY
    if len(question) > QUESTION_LIMIT:
        return texts.QUESTION_LONG.format(length=len(question), limit=QUESTION_LIMIT)
    return ""


def _nothing(question: str) -> Answer:
    return Answer(question, "", (), (), (), False, Trace(question, "not_found", 0.0))
