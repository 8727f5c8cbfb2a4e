"""A question becomes a turn: passages first, then sentences; a stop keeps what was checked; errors are explained."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

import pytest
from starlette.types import Message as Event
from starlette.types import Receive, Scope, Send

from rag.errors import IndexMissing, ModelUnavailable
from rag.types import Answer, Document, Message, Progress, Turn
from rag.web import strings
from rag.web.leaving import STREAM, Leaving
from rag.web.pages.answering import QUESTION_LIMIT, Chat, Shown, unfit
from rag.web.session.conversations import Conversation, before
from rag.web.session.host import EngineHost
from rag.web.session.preferences import Model, Preferences, preferences_from, remembered
from rag.web.session.protocol import Engine
from rag.web.session.rebuild import CANCELLING
from rag.web.session.running import Left, Running
from rag.web.session.stop import StoppableGenerator, Stopped, StopSign
from rag.web.session.watch import changes
from tests.web_double import SmallHouse, SmallReport
from tests.web_server import NAME, QUESTION


def ask(chat: Chat, question: str, conversation: Conversation | None = None) -> list[Shown]:
    return list(chat.ask("local", conversation or Conversation(NAME), question))


def test_the_passages_come_first_then_sentence_by_sentence(chat: Chat) -> None:
    steps = [shown.current for shown in ask(chat, QUESTION)]
    assert [step.count('class="sentence') for step in steps] == [0, 0, 1, 2, 2]
    assert 'class="card other"' in steps[1]
    assert 'aria-busy="true"' in steps[3]
    assert 'aria-busy="false"' in steps[4]


def test_a_finished_turn_is_saved_with_the_hashes_of_its_sources(chat: Chat, house: SmallHouse) -> None:
    conversation = ask(chat, QUESTION)[-1].conversation
    assert chat.store.load("local", NAME) == conversation
    assert conversation.turns[0].hashes["harbour.md"] == house.engine.documents["harbour.md"].sha256


def test_the_history_reaches_the_engine(chat: Chat) -> None:
    heard: list[Sequence[Turn]] = []

    class Listening:
        documents: Mapping[str, Document] = MappingProxyType({})

        def hashes(self, answer: Answer) -> Mapping[str, str]:
            return {}

        def stream(self, question: str, *, history: Sequence[Turn], preferences: Preferences) -> Iterator[Answer]:
            heard.append(history)
            yield from chat.host.engine().stream(question, history=history, preferences=preferences)

    conversation = ask(chat, QUESTION)[-1].conversation
    host = EngineHost(Listening, lambda progress: SmallReport(0, 0))
    host.start()
    ask(Chat(host, chat.store, chat.sign), "And then?", conversation)
    assert [turn.question for turn in heard[0]] == [QUESTION]


def test_a_refusal_is_explained_and_shows_the_nearest_passages(chat: Chat) -> None:
    last = ask(chat, "Who won the world cup?")[-1].current
    assert "The documents do not say." in last
    assert strings.NEAREST in last
    assert 'class="cite"' not in last


@pytest.mark.parametrize(
    ("question", "words"), [("", strings.QUESTION_EMPTY), (" \n", strings.QUESTION_EMPTY), ("x" * 100_000, "100,000")]
)
def test_an_invalid_question_gets_an_error_message(chat: Chat, question: str, words: str) -> None:
    [shown] = ask(chat, question)
    assert words in shown.current
    assert len(shown.current) < 2_000
    assert chat.store.titles("local") == []


def test_a_question_of_maximum_length_is_accepted() -> None:
    assert unfit("x" * QUESTION_LIMIT) == ""
    assert unfit("x" * (QUESTION_LIMIT + 1)) != ""


def test_a_stop_keeps_what_was_checked(chat: Chat) -> None:
    steps = chat.ask("local", Conversation(NAME), QUESTION)
    for shown in steps:
        if 'class="sentence"' in shown.current:
            assert chat.sign.stop(NAME)
            break
    last = list(steps)[-1]
    assert strings.STOPPED in last.current
    assert len(last.conversation.turns[0].answer.sentences) == 1
    assert last.conversation.turns[0].stopped


def test_a_disconnected_client_loses_nothing(chat: Chat) -> None:
    steps = chat.ask("local", Conversation(NAME), QUESTION)
    while 'class="sentence"' not in next(steps).current:
        pass
    steps.close()
    [turn] = chat.store.load("local", NAME).turns
    assert turn.stopped
    assert len(turn.answer.sentences) == 1


@pytest.mark.parametrize("number", [1, 2])
def test_a_conversation_deleted_during_an_answer_stays_deleted(chat: Chat, number: int) -> None:
    earlier = before(ask(chat, QUESTION)[-1].conversation, number)
    steps = chat.ask("local", earlier, QUESTION)
    while 'class="sentence"' not in next(steps).current:
        pass
    chat.leave("local", NAME)
    chat.store.delete("local", NAME)
    assert strings.STOPPED in list(steps)[-1].current
    assert chat.store.titles("local") == []
    assert chat.store.load("local", NAME) == Conversation(NAME)


def test_another_conversation_cannot_stop_this_one(chat: Chat) -> None:
    steps = chat.ask("local", Conversation(NAME), QUESTION)
    next(steps)
    next(steps)
    assert not chat.sign.stop("f" * 16)
    assert not chat.sign.stop("")
    assert not list(steps)[-1].conversation.turns[0].stopped


def test_stopping_takes_one_token_and_closes_the_model() -> None:
    made: list[int] = []
    closed = threading.Event()

    class Counting:
        def generate(self, messages: Sequence[Message]) -> Iterator[str]:
            try:
                for n in range(1_000):
                    made.append(n)
                    yield "word "
            finally:
                closed.set()

    sign = StopSign()
    sign.begin(NAME)
    pieces = StoppableGenerator(Counting(), sign).generate([])
    next(pieces)
    sign.stop(NAME)
    with pytest.raises(Stopped):
        next(pieces)
    assert len(made) <= 2
    assert closed.is_set()


def test_a_stop_closes_a_model_that_is_still_referenced() -> None:
    class Held:
        """Pieces that end only when they are closed by the caller."""

        closed = False

        def __iter__(self) -> Iterator[str]:
            return self

        def __next__(self) -> str:
            return "word "

        def close(self) -> None:
            self.closed = True

        def generate(self, messages: Sequence[Message]) -> Iterator[str]:
            return self

    held, sign = Held(), StopSign()
    sign.begin(NAME)
    pieces = StoppableGenerator(held, sign).generate([])
    next(pieces)
    sign.stop(NAME)
    with pytest.raises(Stopped):
        next(pieces)
    assert held.closed


@pytest.mark.parametrize(
    "error", [ModelUnavailable("m", "it is not on this machine; run: x"), IndexMissing(Path("index"))]
)
def test_an_error_is_explained_with_the_next_step(chat: Chat, error: Exception) -> None:
    def broken() -> Engine:
        raise error

    host = EngineHost(broken, lambda progress: SmallReport(0, 0))
    host.start()
    last = ask(Chat(host, chat.store, chat.sign), QUESTION)[-1]
    assert "run: " in last.current
    assert last.conversation.turns == ()


def test_an_unexpected_error_does_not_show_its_details(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    class Faulty:
        documents: Mapping[str, Document] = MappingProxyType({})

        def stream(self, question: str, *, history: Sequence[Turn], preferences: Preferences) -> Iterator[Answer]:
            raise KeyError("/secret/path")
            yield

    host = EngineHost(Faulty, lambda progress: SmallReport(0, 0))
    host.start()
    last = ask(Chat(host, chat.store, chat.sign), QUESTION)[-1]
    assert "/secret" not in last.current
    assert "KeyError" in last.current
    assert "answering failed" in caplog.text


def test_a_rebuild_reports_its_steps_and_then_the_new_index_answers(house: SmallHouse) -> None:
    host = EngineHost(house.open, house.build)
    host.start()
    host.wait()
    (house.seeds / "new.md").write_text("The bakery opens at noon.\n")
    assert "new.md" not in host.documents()
    steps = list(host.rebuild())
    assert [(step.stage, step.done, step.total) for step in steps[:-1]] == [("embedding", n, 4) for n in range(1, 5)]
    assert steps[-1].report is not None
    assert "new.md" in host.documents()


def test_a_watched_folder_is_read_at_the_start_and_whenever_a_document_is_saved(house: SmallHouse) -> None:
    seen = {name: threading.Event() for name in ("before.md", "after.md")}

    def build(progress: Progress) -> SmallReport:
        report = house.build(progress)
        for name, event in seen.items():
            if (house.seeds / name).exists():
                event.set()
        return report

    (house.seeds / "before.md").write_text("The bakery opens at noon.\n")
    host = EngineHost(house.open, build, changes=partial(changes, house.seeds))
    host.start()
    assert seen["before.md"].wait(60)
    (house.seeds / ".hidden.md").write_text("The bakery never opens.\n")
    (house.seeds / "after.md").write_text("The market is held on Tuesdays.\n")
    assert seen["after.md"].wait(60)
    assert host.close(60)
    assert {"before.md", "after.md"} <= set(host.documents())


def test_two_simultaneous_rebuilds_are_one(house: SmallHouse) -> None:
    host = EngineHost(house.open, house.build)
    house.build_gate.clear()
    first = host.rebuild()
    next(first)
    second = host.rebuild()
    assert next(second).stage == "embedding"
    house.build_gate.set()
    assert list(first)[-1].report is list(second)[-1].report is not None
    assert house.builds == 1
    assert not host.building


def test_a_visitor_during_a_rebuild_sees_its_progress(house: SmallHouse) -> None:
    host = EngineHost(house.open, house.build)
    assert list(host.follow()) == []
    house.build_gate.clear()
    next(host.rebuild())
    late = host.follow()
    host.cancel()
    house.build_gate.set()
    stages = [step.stage for step in late]
    assert stages == ["embedding", CANCELLING, ""]


def test_a_cancelled_rebuild_leaves_the_old_index_answering(house: SmallHouse) -> None:
    host = EngineHost(house.open, house.build)
    host.start()
    host.wait()
    before = host.engine()
    house.build_gate.clear()
    steps = host.rebuild()
    next(steps)
    host.cancel()
    house.build_gate.set()
    assert list(steps)[-1].error == "cancelled"
    assert host.engine() is before


def test_a_rebuild_that_fails_leaves_the_old_index_answering(house: SmallHouse) -> None:
    def failing(progress: Progress) -> SmallReport:
        raise OSError("no space left on device: 'index'")

    host = EngineHost(house.open, failing)
    host.start()
    host.wait()
    assert [step.error for step in host.rebuild()] == ["no space left on device: 'index'"]
    assert host.ready


def test_data_stored_in_the_browser_is_validated() -> None:
    preferences = Preferences(("a.md",), 7, True, True, Model("mine", "http://127.0.0.1:8000/v1"), "letters")
    assert preferences_from(remembered(preferences)) == preferences
    said = {"sources": ["gone.md", 3, "gone.md"], "passages": 10_000, "quotes": "yes", "collection": 1}
    assert preferences_from(said) == Preferences(("gone.md",))
    for nonsense in (
        None,
        [],
        "x",
        {"sources": "a.md", "passages": "7"},
        {"model": "x"},
        {"model": {"name": "x" * 301, "address": ""}},
    ):
        assert preferences_from(nonsense) == Preferences()


def test_preferences_reach_the_engine(chat: Chat) -> None:
    [*_, last] = chat.ask("local", Conversation(NAME), QUESTION, Preferences(("arabic.txt",)))
    assert last.conversation.turns[0].answer.abstained
    [*_, last] = chat.ask("local", Conversation("f" * 16), QUESTION, Preferences(quotes=True))
    assert {sentence.verdict for sentence in last.conversation.turns[0].answer.sentences} == {"quoted"}


def test_closing_ends_the_background_work(house: SmallHouse) -> None:
    host = EngineHost(house.open, house.build)
    host.start()
    house.build_gate.clear()
    steps = host.rebuild()
    next(steps)
    assert not host.close(0)
    house.build_gate.set()
    assert host.close(10)
    assert list(steps)[-1].error == "cancelled"


def test_an_answer_ends_when_its_page_does_not_return() -> None:
    for patience, ends in [(0.0, True), (60.0, False)]:
        sign = StopSign(patience)
        sign.listen("session-a")
        sign.begin(NAME, "session-a")
        sign.leave("session-b")
        sign.leave("")
        assert not sign.is_set
        sign.leave("session-a")
        assert sign.is_set == ends
        sign.stay("another", "session-c")
        assert sign.is_set == ends
        sign.stay(NAME, "session-c")  # the page was reloaded
        sign.leave("session-a")
        assert not sign.is_set


def test_a_stream_closed_by_its_page_is_noticed() -> None:
    came: list[str] = []
    left: list[str] = []

    async def listening(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()

    async def closed() -> Event:
        return {"type": "http.disconnect"}

    async def nothing(message: object) -> None:
        pass

    for path, query in [(STREAM, b"session_hash=abc"), (STREAM, b""), ("/ui/static/chat.js", b"session_hash=abc")]:
        scope = {"type": "http", "path": path, "query_string": query}
        asyncio.run(Leaving(listening, came=came.append, left=left.append)(scope, closed, nothing))
    assert came == left == ["abc", ""]


def test_an_answer_that_cannot_be_saved_is_shown_with_a_notice(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    last = ask(chat, QUESTION)[-1].current
    assert "Tickets for the ferry" in last
    assert strings.NOT_KEPT.format(reason="No space left on device") in last
    assert 'aria-busy="false"' in last
    assert list(chat.store.folder.rglob("*.tmp")) == []
    monkeypatch.undo()
    assert len(ask(chat, QUESTION)[-1].conversation.turns) == 1  # the next one is saved again


def test_a_lone_surrogate_in_a_question_blocks_nothing(chat: Chat) -> None:
    assert ask(chat, f"{QUESTION}\ud800")[-1].conversation.turns[0].answer.question.endswith("\ud800")
    assert len(chat.store.load("local", NAME).turns) == 1


def test_a_rebuild_during_an_answer_does_not_change_its_hashes(chat: Chat, house: SmallHouse) -> None:
    before = house.engine.documents["harbour.md"].sha256
    steps = chat.ask("local", Conversation(NAME), QUESTION)
    next(steps), next(steps)
    (house.seeds / "harbour.md").write_text("# Another guide\n\nThe ferry leaves at 9.\n", encoding="utf-8")
    list(chat.host.rebuild())
    *_, last = steps
    assert last.conversation.turns[0].hashes["harbour.md"] == before
    assert house.engine.documents["harbour.md"].sha256 != before


def test_whoever_has_left_a_conversation_gets_no_more_of_its_answer() -> None:
    running, going = Running[int](lambda task: threading.Thread(target=task, daemon=True).start()), threading.Event()

    def steps() -> Iterator[int]:
        yield 1
        going.wait(60)
        yield 2

    followed = running.begin("question", steps)
    assert followed is not None
    assert next(followed) == 1
    running.leave("question")
    later = running.follow("question")
    going.set()
    with pytest.raises(Left):
        next(followed)
    assert list(later) in ([1, 2], [2])
