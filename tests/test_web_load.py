"""Many clients at once: fair turns, passages that never wait for wording, one computation for equal questions.

Nothing is computed for clients that have left.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType

import httpx
import pytest
from fastapi import FastAPI
from gradio.routes import App
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.web import Visitor
from rag.types import Answer, Document, Message, Trace, Turn
from rag.web import server, strings
from rag.web.access import Access, Login
from rag.web.leaving import STREAM
from rag.web.pages.answering import Chat, Shown
from rag.web.passwords import Passwords, hashed
from rag.web.session import stop
from rag.web.session.contents import Contents
from rag.web.session.conversations import Conversation, Conversations, new_name
from rag.web.session.host import EngineHost
from rag.web.session.lanes import PASSAGES, READING, TOGETHER, Busy, Lane, Lanes, Person
from rag.web.session.preferences import Preferences
from rag.web.session.stop import StoppableGenerator, Stopped, StopSign
from rag.web.whence import place
from tests.web_double import SmallReport
from tests.web_server import running, served, small_app, small_house

PATIENCE = 60  # seconds, for a busy machine


class Wanted:
    """A place in a queue that is wanted until it is set."""

    is_set = False
    there = True


class Pieces:
    """A Generator whose pieces are released one by one."""

    def __init__(self) -> None:
        self.released = threading.Semaphore(0)
        self.made = 0
        self.writing = threading.Event()

    def generate(self, messages: Sequence[Message]) -> Iterator[str]:
        for _ in range(3):
            self.writing.set()
            assert self.released.acquire(timeout=PATIENCE)
            self.made += 1
            yield "word "


class Worded:
    """An engine whose answers are passages, then the pieces of a model."""

    documents: Mapping[str, Document] = MappingProxyType({})
    contents = Contents()

    def __init__(self, sign: StopSign) -> None:
        self.sign = sign
        self.models: dict[str, Pieces] = {}
        self.asked: list[str] = []

    def stream(self, question: str, *, history: Sequence[Turn], preferences: Preferences) -> Iterator[Answer]:
        self.asked.append(question)
        model = self.models.setdefault(question, Pieces())
        yield said(question, "")
        for piece in StoppableGenerator(model, self.sign).generate([]):
            yield said(question, piece)

    def hashes(self, answer: Answer) -> dict[str, str]:
        return {}


def said(question: str, text: str) -> Answer:
    return Answer(question, text, (), (), (), False, Trace(question, "answered", 1.0))


class Party:
    """A chat, and clients that ask in their own threads."""

    def __init__(self, folder: Path, lanes: Lanes) -> None:
        self.sign, self.lanes = StopSign(), lanes
        self.engine = Worded(self.sign)
        host = EngineHost(lambda: self.engine, lambda progress: SmallReport(0, 0), lanes=lanes)
        host.start()
        host.wait()
        self.chat = Chat(host, Conversations(folder / "kept"), self.sign, lanes)
        self.steps: dict[str, list[Shown]] = {}
        self.changed = threading.Condition()
        self.threads: list[threading.Thread] = []

    def ask(self, question: str, session: str = "", name: str = "") -> str:
        """Ask in a new conversation; return its name."""
        name = name or new_name()
        self.steps[name] = []
        self.threads.append(threading.Thread(target=self._ask, args=(name, question, session), daemon=True))
        self.threads[-1].start()
        return name

    def seen(self, name: str, count: int) -> bool:
        """Return True once this many steps have been shown."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.steps[name]) >= count, PATIENCE)

    def over(self) -> list[Conversation]:
        """Return every conversation when all questions are answered."""
        for thread in self.threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()
        return [steps[-1].conversation for steps in self.steps.values()]

    def _ask(self, name: str, question: str, session: str) -> None:
        for shown in self.chat.ask("local", Conversation(name), question, session=session):
            with self.changed:
                self.steps[name].append(shown)
                self.changed.notify_all()


@pytest.fixture
def party(tmp_path: Path) -> Party:
    return Party(tmp_path, Lanes())


def order_of(lane: Lane, asked: Sequence[tuple[str, int]], place: str = "") -> list[str]:
    """Return the order in which clients enter a lane that all of them wait for; those called forged ask from a place."""
    came: list[str] = []

    def go(person: Person, kind: int) -> None:
        lane.enter(person, Wanted(), kind)
        came.append(person.name)
        lane.leave()

    lane.enter(Person(""), Wanted())
    threads = []
    for number, (name, kind) in enumerate(asked, start=1):
        person = Person(name, place if name.startswith("forged") else name and place and f"of {name}")
        threads.append(threading.Thread(target=go, args=(person, kind)))
        threads[-1].start()
        while len(lane._tickets) < number:
            threads[-1].join(0.01)
    lane.leave()
    for thread in threads:
        thread.join(PATIENCE)
    return came


def test_a_client_with_a_hundred_questions_waits_behind_one_with_a_single_question() -> None:
    asked = [("many", 0)] * 30 + [(f"one-{number}", 0) for number in range(9)]
    came = order_of(Lane(), asked)
    assert set(came[:10]) == {"many", *(f"one-{number}" for number in range(9))}
    assert came[10:] == ["many"] * 29


def test_whoever_goes_by_many_names_gets_the_turns_of_a_few_people_at_one_place() -> None:
    asked = [(f"forged-{number}", 0) for number in range(30)] + [("alone", 0)] * 3
    came = order_of(Lane(), asked, place="198.51.100.7")
    turns = [number for number, name in enumerate(came) if name == "alone"]
    assert turns == [1, 1 + (TOGETHER + 1), 1 + 2 * (TOGETHER + 1)]
    assert order_of(Lane(), asked)[:31] == [f"forged-{number}" for number in range(30)] + ["alone"]  # on this machine


def test_passages_go_before_any_reading() -> None:
    assert order_of(Lane(), [("a", READING), ("b", READING), ("c", PASSAGES)]) == ["c", "a", "b"]


def test_an_abandoned_place_is_given_up() -> None:
    lane, wanted = Lane(), Wanted()
    lane.enter(Person("first"), Wanted())
    wanted.is_set = True
    with pytest.raises(Stopped):
        lane.enter(Person("second"), wanted)
    lane.leave()
    lane.enter(Person("third"), Wanted())
    assert lane.busy


def test_one_question_too_many_is_told_how_many_are_before_it() -> None:
    lanes, a, b, c = Lanes(most=3, each=2), Person("a"), Person("b"), Person("c")
    with lanes.admitted(a) as first, lanes.admitted(a) as second:
        assert (first, second) == (0, 1)
        with pytest.raises(Busy) as own, lanes.admitted(a):
            pass
        assert (own.value.before, own.value.own) == (2, True)
        with lanes.admitted(b), pytest.raises(Busy) as all_of_them, lanes.admitted(c):
            pass
        assert (all_of_them.value.before, all_of_them.value.own) == (3, False)
    assert lanes.before == 0


def test_those_of_one_address_hold_at_most_half_of_the_queue_however_many_names_they_forge() -> None:
    lanes, forged = Lanes(most=4), [Person(f"forged-{number}", "198.51.100.7") for number in range(3)]
    with lanes.admitted(forged[0]), lanes.admitted(forged[1]):
        with pytest.raises(Busy) as full, lanes.admitted(forged[2]):
            pass
        assert (full.value.before, full.value.own) == (2, False)
        with lanes.admitted(Person("one", "203.0.113.9")) as before:
            assert before == 2


def test_the_pages_of_this_machine_may_fill_the_queue() -> None:
    lanes = Lanes(most=3)
    with lanes.admitted(Person("tab 1")), lanes.admitted(Person("tab 2")), lanes.admitted(Person("tab 3")) as before:
        assert before == 2


class Noting(Lanes):
    """Lanes that note who asks."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Person] = []

    def admitted(self, person: Person) -> AbstractContextManager[int]:
        self.asked.append(person)
        return super().admitted(person)


def asked_by(tmp_path: Path, headers: Mapping[str, str], line: str = "") -> Person:
    """Ask through the page with these headers; return who the lanes take it to be. `line` is a name and its password."""
    app = small_app(small_house(tmp_path), tmp_path / "conversations")
    app.state.chat.lanes = lanes = Noting()
    with running(Access(app, keeper=Login(Passwords([line]))) if line else app) as url:
        client = httpx.Client(base_url=url, timeout=PATIENCE, headers=dict(headers))
        [event] = [one for one in client.get("/config").json()["dependencies"] if one["api_name"] == "ask"]
        body = {"data": ["When does the ferry leave?", 0, {}, {}], "fn_index": event["id"], "session_hash": "forged"}
        client.post("/gradio_api/queue/join", json=body).raise_for_status()
        with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": "forged"}) as stream:
            assert any('"process_completed"' in words for words in stream.iter_lines())
    [person] = lanes.asked
    return person


@pytest.mark.parametrize(
    ("headers", "person"),
    [
        ({}, Person("local forged")),
        ({"x-forwarded-for": "198.51.100.7"}, Person("local forged", "198.51.100.7")),  # from a proxy on this machine
        ({"x-forwarded-for": "203.0.113.9, 198.51.100.7"}, Person("local forged", "198.51.100.7")),
    ],
)
def test_who_asks_is_told_by_the_address_beside_the_number_that_the_browser_chose(
    tmp_path: Path, headers: Mapping[str, str], person: Person
) -> None:
    assert asked_by(tmp_path, headers) == person


def test_who_logs_in_is_one_person_in_every_browser(tmp_path: Path) -> None:
    said = base64.b64encode(b"ada:correct horse").decode()
    person = asked_by(tmp_path, {"authorization": f"Basic {said}"}, hashed("ada", "correct horse"))
    assert person == Person("ada", "ada")


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", ""),
        ("127.8.8.8", ""),
        ("::1", ""),
        ("::ffff:127.0.0.1", ""),
        ("", ""),
        ("testclient", ""),
    ],
)
def test_an_address_counts_by_the_part_that_its_owner_cannot_choose(address: str, known: str) -> None:
    assert place(address) == known


def test_passages_do_not_wait_for_the_wording_of_others(party: Party) -> None:
    slow = party.ask("slow?")
    assert party.seen(slow, 2)
    assert party.engine.models["slow?"].writing.wait(PATIENCE)
    quick = party.ask("quick?")
    assert party.seen(quick, 2)  # waiting, passages
    assert not party.engine.models["quick?"].writing.is_set()  # its wording waits for the other one
    for model in party.engine.models.values():
        model.released.release(3)
    assert [one.turns[0].stopped for one in party.over()] == [False, False]


def test_the_user_sees_that_it_is_busy_and_how_many_are_before(tmp_path: Path) -> None:
    party = Party(tmp_path, Lanes(most=1))
    first = party.ask("first?")
    assert party.seen(first, 2)
    [shown] = party.chat.ask("local", Conversation(new_name()), "second?")
    assert strings.plural("BUSY", 1) in shown.current
    assert shown.conversation.turns == ()
    party.engine.models["first?"].released.release(3)
    assert len(party.over()[0].turns) == 1


def test_equal_questions_are_computed_once_and_saved_for_each(party: Party) -> None:
    names = [party.ask("same?", session="", name=new_name()) for _ in range(8)]
    assert all(party.seen(name, 2) for name in names)
    party.engine.models["same?"].released.release(3)
    assert [[turn.answer.text for turn in one.turns] for one in party.over()] == [["word "]] * 8
    assert party.engine.asked == ["same?"]


def test_a_stop_ends_nobody_elses_answer(party: Party) -> None:
    first, second = party.ask("same?"), party.ask("same?")
    assert party.seen(first, 2)
    assert party.seen(second, 2)
    assert party.sign.stop(first)
    party.threads[0].join(PATIENCE)
    party.engine.models["same?"].released.release(3)
    assert [one.turns[0].stopped for one in party.over()] == [True, False]
    assert party.engine.models["same?"].made == 3


def test_nothing_is_computed_for_an_absent_client_and_it_continues_on_return(
    party: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stop, "GRACE", 0.0)
    party.sign.listen("left")
    left = party.ask("left?", "left")
    assert party.seen(left, 2)
    model = party.engine.models["left?"]
    assert model.writing.wait(PATIENCE)
    party.sign.leave("left")
    other = party.ask("other?")
    assert party.seen(other, 2)
    model.released.release(3)  # its piece is not used: the other answer is worded first
    party.engine.models["other?"].released.release(3)
    party.threads[1].join(PATIENCE)
    assert party.steps[other][-1].conversation.turns
    assert model.made == 1
    party.sign.stay(left, "again")
    assert [one.turns[0].answer.text for one in party.over()] == ["word ", "word "]
    assert model.made == 3


def test_an_answer_that_was_never_fetched_ends(party: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop, "UNREAD", 0.0)
    party.ask("nobody?", "nobody")
    [conversation] = party.over()
    assert conversation.turns[0].stopped
    assert conversation.turns[0].answer.text == ""
    assert not party.lanes.reading.busy
    assert not party.lanes.wording.busy
    assert party.lanes.before == 0


def test_two_questions_sent_at_once_in_a_conversation_are_both_answered(tmp_path: Path) -> None:
    questions = ["When does the ferry to Aland leave?", "In a storm, when does the harbour close?"]
    with served(tmp_path) as page, httpx.Client(base_url=page.url, timeout=PATIENCE) as client:
        [event] = [one for one in client.get("/config").json()["dependencies"] if one["api_name"] == "ask"]
        for question in questions:
            body = {
                "data": [question, 0, {"conversation": "0" * 16}, {}],
                "fn_index": event["id"],
                "session_hash": "two",
            }
            assert client.post("/gradio_api/queue/join", json=body).status_code == 200
        with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": "two"}) as stream:
            done = sum('"process_completed"' in line for line in stream.iter_lines())
        assert done == 2
        [file] = page.conversations.rglob("*.json")
        turns = json.loads(file.read_text(encoding="utf-8"))["turns"]
        assert sorted(turn["answer"]["question"] for turn in turns) == sorted(questions)


def test_a_stream_of_a_page_that_is_gone_ends_with_that_message_and_nothing_is_logged(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with served(tmp_path) as page, httpx.Client(base_url=page.url, timeout=PATIENCE) as client:
        with client.stream("GET", STREAM, params={"session_hash": "gone"}) as stream:
            assert any('"session_not_found":true' in line for line in stream.iter_lines())
        assert client.get("/config").status_code == 200  # whatever was to be logged is logged
    assert "Traceback" not in capfd.readouterr().err


class Ended:
    """ASGI middleware that counts the streams that have ended."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.count = threading.Semaphore(0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        finally:
            if scope.get("path") == STREAM:
                self.count.release()


def test_a_page_with_two_streams_loses_nothing_when_one_closes_and_nothing_is_logged_when_both_are_closed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    house = small_house(tmp_path)
    app = small_app(house, tmp_path / "conversations")
    ended = Ended(app)
    with running(ended) as url:
        visitor = Visitor(url)
        house.engine.gate.clear()
        visitor.join("stay", [])
        visitor.join("ask", ["When does the ferry to Aland leave, and what do tickets for it cost?", 0, {}, {}])
        asked = {"url": STREAM, "params": {"session_hash": visitor.session}}
        with visitor.client.stream("GET", **asked) as kept:
            lines = kept.iter_lines()
            assert any("process_generating" in line and "ferry" in line for line in lines)
            with httpx.Client(base_url=url, timeout=PATIENCE) as other, other.stream("GET", **asked) as closed:
                assert closed.status_code == 200
            assert ended.count.acquire(timeout=PATIENCE)
            house.engine.gate.set()
            assert any('"process_completed"' in line for line in lines)
        assert ended.count.acquire(timeout=PATIENCE)
        assert visitor.client.get("/config").status_code == 200  # whatever was to be logged is logged
        assert "Traceback" not in capfd.readouterr().err
        queue = gradio_of(app).get_blocks()._queue
        assert (dict(queue.pending_messages_per_session), queue.pending_event_ids_session) == ({}, {})


def gradio_of(app: FastAPI) -> App:
    """Return the Gradio application inside an application."""
    return next(route.app for route in app.routes if isinstance(route, Mount) and isinstance(route.app, App))


def test_of_many_pages_only_the_state_of_the_last_ones_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SESSIONS", 3)
    page = gradio_of(small_app(small_house(tmp_path), tmp_path / "conversations"))
    for number in range(5):
        assert page.state_holder[f"page {number}"]
    assert list(page.state_holder.session_data) == ["page 2", "page 3", "page 4"]


def test_the_state_of_a_page_does_not_grow_with_its_answers(tmp_path: Path) -> None:
    app = small_app(small_house(tmp_path), tmp_path / "conversations")
    held = []
    with running(app) as url:
        visitor = Visitor(url)
        for number in range(4):
            visitor.memory["conversation"] = f"{number:016x}"
            assert any("process_completed" in line for line in visitor.ask("When does the ferry to Aland leave?"))
            state = gradio_of(app).state_holder[visitor.session]
            held.append((len(state.config_values), len(state.blocks_config.blocks)))
    assert held == [(0, held[0][1])] * 4
