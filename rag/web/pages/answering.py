"""Answers a question in a conversation, step by step as the page shows it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from rag.errors import ModelUnavailable, RagError
from rag.types import Answer, Trace, Turn
from rag.web import strings
from rag.web.session.conversations import LOCAL_OWNER, Conversation, Conversations, KeptTurn, now
from rag.web.session.flights import Flights
from rag.web.session.host import EngineHost
from rag.web.session.lanes import Busy, Lanes, Person
from rag.web.session.preferences import DEFAULT_PREFERENCES, Preferences
from rag.web.session.protocol import Engine
from rag.web.session.running import Running
from rag.web.session.stop import Reader, Stopped, StopSign
from rag.web.view import render

log = logging.getLogger("rag.web")

QUESTION_LIMIT = 4_000  # characters: two pages; more is a document, not a question
ECHO_LIMIT = 200  # characters shown of a question that is too long


@dataclass(frozen=True, slots=True)
class Shown:
    """The current turn as HTML, and the conversation as saved."""

    current: str
    conversation: Conversation
    number: int  # of the turn


class Chat:
    """Answers with one engine host and one store: one question at a time per conversation, fairly between people."""

    def __init__(self, host: EngineHost, store: Conversations, sign: StopSign, lanes: Lanes | None = None) -> None:
        self.host = host
        self.store = store
        self.sign = sign
        self.lanes = lanes or Lanes()
        self.flights = Flights(self.lanes, sign, host.work)
        self.running = Running[Shown](host.work)  # by conversation

    def begin(
        self,
        owner: str,
        conversation: Conversation,
        question: str,
        preferences: Preferences,
        session: str,
        person: Person | None = None,
    ) -> Iterator[Shown] | None:
        """Answer in the background and yield the growing turn; it continues while the page reloads.

        `person` None is one who has only this session. None if another question of this conversation is being answered.
        """
        steps = partial(self.ask, owner, conversation, question, preferences, session, person)
        return self.running.begin((owner, conversation.id), steps)

    def follow(self, owner: str, conversation: str, session: str) -> Iterator[Shown]:
        """Yield the growing turn of a conversation; nothing if none is being answered."""
        steps = self.running.follow((owner, conversation))
        self.sign.stay(conversation, session)
        return steps

    def leave(self, owner: str, conversation: str) -> None:
        """Stop the current answer of a conversation, and show no more of it to the page that leaves."""
        self.running.leave((owner, conversation))
        self.sign.stop(conversation)

    def ask(
        self,
        owner: str,
        conversation: Conversation,
        question: str,
        preferences: Preferences = DEFAULT_PREFERENCES,
        session: str = "",
        person: Person | None = None,
    ) -> Iterator[Shown]:
        """Yield the growing turn; what was checked before a stop, or before the reader left, is kept."""
        number, began = len(conversation.turns) + 1, time.monotonic()
        reason = unfit(question)
        if reason:
            yield Shown(render.troubled(question[:ECHO_LIMIT], number, reason), conversation, number)
            return
        stored = self.store.holds(owner, conversation.id)
        person = person or Person(browser(owner, session))
        try:
            with self.lanes.admitted(person) as before:
                reader = self.sign.begin(conversation.id, session)  # Stop works from here on
                try:
                    yield Shown(render.waiting(question, number, self._waiting(before)), conversation, number)
                    yield from self._exchange(owner, conversation, question, preferences, began, person, reader, stored)
                finally:
                    self.sign.end(reader)
        except Busy as busy:
            words = strings.plural("BUSY_OWN", busy.before) if busy.own else strings.plural("BUSY", busy.before)
            yield Shown(render.troubled(question, number, words), conversation, number)

    def _exchange(
        self,
        owner: str,
        conversation: Conversation,
        question: str,
        preferences: Preferences,
        began: float,
        person: Person,
        reader: Reader,
        stored: bool,
    ) -> Iterator[Shown]:
        number = len(conversation.turns) + 1
        turn, engine = KeptTurn(_nothing(question), now()), None
        try:
            engine = self.host.engine()  # the same engine to the end, even if a rebuild finishes meanwhile
            preferences = preferences.among(engine.documents)
            for turn in self._turns(engine, conversation, question, preferences, person, reader):
                yield Shown(render.growing(turn.answer, number), conversation, number)
        except (Stopped, GeneratorExit) as end:
            turn = replace(turn, stopped=True, seconds=time.monotonic() - began)
            turn, conversation = self._kept(owner, conversation, turn, engine, stored)
            if isinstance(end, GeneratorExit):
                raise
            yield Shown(render.done(turn, number), conversation, number)
            return
        except RagError as error:
            yield Shown(render.troubled(question, number, strings.FAILED.format(reason=error)), conversation, number)
            return
        except Exception as error:  # outermost handler: the user reads a message, the terminal shows the details
            log.exception("answering failed")
            words = strings.FAILED_UNKNOWN.format(kind=type(error).__name__)
            yield Shown(render.troubled(question, number, words), conversation, number)
            return
        turn = replace(turn, seconds=time.monotonic() - began)
        turn, conversation = self._kept(owner, conversation, turn, engine, stored)
        yield Shown(render.done(turn, number), conversation, number)

    def _kept(
        self, owner: str, conversation: Conversation, turn: KeptTurn, engine: Engine | None, stored: bool
    ) -> tuple[KeptTurn, Conversation]:
        """Return the turn and the conversation with it, saved; the turn says so if saving failed."""
        turn = replace(turn, hashes=engine.hashes(turn.answer) if engine else {})
        try:
            return turn, self.store.append(owner, conversation, turn, stored=stored)
        except (OSError, ValueError) as error:
            reason = (error.strerror or type(error).__name__) if isinstance(error, OSError) else type(error).__name__
            notice = strings.NOT_KEPT.format(reason=reason)
            return replace(turn, notice=f"{turn.notice} {notice}".strip()), conversation

    def _turns(
        self,
        engine: Engine,
        conversation: Conversation,
        question: str,
        preferences: Preferences,
        person: Person,
        reader: Reader,
    ) -> Iterator[KeptTurn]:
        """Yield the growing turn; if the model fails, the answer is in quotes and the turn says so."""
        asked = now()
        answers = partial(self.answers, engine, question, history=conversation.history(), person=person, reader=reader)
        try:
            for answer in answers(preferences=preferences):
                yield KeptTurn(answer, asked)
        except ModelUnavailable as error:
            if preferences.quotes:
                raise
            notice = strings.MODEL_FAILED_HERE.format(reason=error)
            for answer in answers(preferences=replace(preferences, quotes=True)):
                yield KeptTurn(answer, asked, notice=notice)

    def _waiting(self, before: int) -> str:
        if not self.host.ready:
            return strings.WAITING_MODELS
        return strings.plural("BEFORE_YOU", before) if before else strings.SEARCHING

    def answers(
        self,
        engine: Engine,
        question: str,
        *,
        history: Sequence[Turn],
        preferences: Preferences,
        person: Person,
        reader: Reader,
    ) -> Iterator[Answer]:
        """Yield a growing answer, shared with anyone who meanwhile asks the same of the same documents."""
        steps = partial(engine.stream, question, history=history, preferences=preferences)
        key = id(engine), question, tuple(history), preferences
        yield from self.flights.follow(key, steps, person=person, reader=reader)


def browser(owner: str, session: str) -> str:
    """Return the name of a browser: its owner's, or on a desktop, where all pages have one owner, the page's own."""
    return owner if owner != LOCAL_OWNER else f"{owner} {session}"


def unfit(question: str) -> str:
    """Return why a text cannot be asked; nothing if it can."""
    if not question.strip():
        return strings.QUESTION_EMPTY
    if len(question) > QUESTION_LIMIT:
        return strings.QUESTION_LONG.format(length=len(question), limit=QUESTION_LIMIT)
    return ""


def _nothing(question: str) -> Answer:
    return Answer(question, "", (), (), (), False, Trace(question, "not_found", 0.0))
