"""Another model words the answers once it has been tested; a model that fails changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path

import pytest

from rag.errors import ModelUnavailable
from rag.models.catalog import DEFAULT_GENERATOR
from rag.types import Answer, Document, Message, Turn
from rag.web import strings
from rag.web.pages.answering import Chat
from rag.web.pages.settings_actions import said_of
from rag.web.session.contents import Contents
from rag.web.session.conversations import Conversation, Conversations
from rag.web.session.generators import NO_GENERATOR, Models, is_here, opened_model
from rag.web.session.host import EngineHost
from rag.web.session.preferences import USUAL_MODEL, Model, Preferences, remembered
from rag.web.session.stop import StopSign
from rag.web.view import sidebar
from tests.web_double import SmallEngine, SmallReport
from tests.web_server import SmallModel, opened_double, small_house

NAME = "0123456789abcdef"


class Opening:
    """Opens test doubles, and records the requested models."""

    def __init__(self) -> None:
        self.asked: list[Model] = []

    def __call__(self, model: Model, key: str) -> SmallModel:
        self.asked.append(model)
        return opened_double(model, key)


@pytest.fixture
def opening() -> Opening:
    return Opening()


@pytest.fixture
def models(opening: Opening) -> Models:
    return Models("usual", StopSign(), opened=opening)


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http://127.0.0.1:11434/v1", True), ("http://localhost:8000", True), ("http://[::1]:8000/v1", True), ("http://127.8.9.1/v1", True),
        ("http://192.168.1.5:8000/v1", False), ("https://api.example.com/v1", False), ("http://0.0.0.0:8000", False),
        ("http://localhost.evil.test/v1", False), ("http://127.0.0.1.evil.test", False), ("http://user@evil.test@127.0.0.1x/", False),
        ("http://127.0.0.1@evil.test/v1", False), ("http://[broken", False), ("nonsense", False),
    ],
)  # fmt: skip
def test_only_this_machines_own_addresses_are_local(address: str, here: bool) -> None:
    assert is_here(address) is here


def test_the_page_says_where_data_is_sent(models: Models) -> None:
    assert models.receiver(USUAL_MODEL) == models.receiver(Model("big", "http://localhost:8000/v1")) == ""
    receiver = models.receiver(Model("big", "https://api.example.com/v1"))
    head = sidebar.header("big", receiver)
    assert strings.REMOTE.format(address="api.example.com") in head
    assert strings.LOCAL not in head
    assert strings.LOCAL in sidebar.header("big", receiver, quotes=True)  # quotes need no model: nothing is sent


def test_a_chosen_model_is_opened_once(models: Models, opening: Opening) -> None:
    models.choose(Model("other"))
    assert models.generator(Model("other")) is models.generator(Model("other"))
    models.generator(USUAL_MODEL)
    models.generator(USUAL_MODEL)
    assert opening.asked == [Model("other"), Model("usual")]


def test_only_the_default_and_the_last_chosen_model_stay_loaded(models: Models, opening: Opening) -> None:
    for model in (USUAL_MODEL, Model("a"), Model("b"), USUAL_MODEL, Model("a")):
        models.generator(model)
    assert [model.name for model in opening.asked] == ["usual", "a", "b", "a"]


def test_a_missing_model_leaves_the_old_one(models: Models) -> None:
    before = models.generator(USUAL_MODEL)
    with pytest.raises(ModelUnavailable, match="run: hf download missing"):
        models.choose(Model("missing"))
    assert models.generator(USUAL_MODEL) is before


def test_a_model_that_fails_in_its_test_is_not_used() -> None:
    class Broken:
        def generate(self, messages: Sequence[Message]) -> Iterator[str]:
            raise IndexError("token 7\nout of range")
            yield ""

    models = Models("usual", StopSign(), opened=lambda model, key: Broken())
    with pytest.raises(ModelUnavailable, match="token 7 out of range") as raised:
        models.choose(Model("odd"))
    assert "\n" not in str(raised.value)


def test_a_key_is_used_for_nobody_but_who_typed_it(models: Models) -> None:
    locked, mine, theirs = Model("big", "http://locked.test/v1"), "a" * 16, "b" * 16
    models.choose(locked, "open sesame", mine)
    assert models.generator(models.held(locked, mine)) is models.generator(models.held(locked, mine))
    assert models.held(locked, mine) != models.held(locked, theirs)
    with pytest.raises(ModelUnavailable, match="check model and key"):
        models.generator(models.held(locked, theirs))
    assert "owner" not in remembered(Preferences(model=models.held(locked, mine)))["model"]


def test_a_key_is_sent_only_to_its_own_server(models: Models) -> None:
    locked = Model("big", "http://locked.test/v1")
    with pytest.raises(ModelUnavailable, match="check model and key"):
        models.choose(locked)
    models.choose(locked, "open sesame")
    with pytest.raises(ModelUnavailable):
        models.choose(Model("big", "http://locked.elsewhere/v1"))


def test_a_shared_page_loads_no_files_and_calls_no_servers(opening: Opening) -> None:
    models = Models("usual", StopSign(), opened=opening, fixed=True)
    with pytest.raises(ModelUnavailable, match="fixed"):
        models.choose(Model("/etc", ""))
    models.generator(Model("big", "http://169.254.169.254/v1"))
    assert opening.asked == [Model("usual")]
    assert models.name(Model("big", "http://169.254.169.254/v1")) == "usual"


def test_quotes_only_needs_no_model(opening: Opening) -> None:
    assert Models(NO_GENERATOR, StopSign(), opened=opening).generator(USUAL_MODEL) is None
    assert opening.asked == []


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (Model("no-such/model"), "hf download no-such/model"),
        (Model("big", "http://127.0.0.1:9/v1"), "no server answers at http://127.0.0.1:9/v1; start it, or correct the address"),
        (Model("big", "127.0.0.1:9"), "give one like http://127.0.0.1:8000/v1"),
    ],
)  # fmt: skip
def test_an_invalid_model_gets_a_one_line_error_with_the_next_step(model: Model, said: str) -> None:
    with pytest.raises(ModelUnavailable) as raised:
        Models("usual", StopSign(), opened=opened_model).choose(model)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


class Failing:
    """An engine whose chosen models fail after the passages; quotes need none."""

    contents = Contents()

    def __init__(self, inner: SmallEngine) -> None:
        self.inner = inner
        self.documents: dict[str, Document] = dict(inner.documents)

    def hashes(self, answer: Answer) -> dict[str, str]:
        return {}

    def stream(self, question: str, *, history: Sequence[Turn], preferences: Preferences) -> Iterator[Answer]:
        answers = self.inner.stream(question, history=history, preferences=preferences)
        yield next(answers)
        if preferences.model != USUAL_MODEL and not preferences.quotes:
            raise ModelUnavailable(preferences.model.name, "no server answers; start it")
        yield from answers


@pytest.mark.parametrize("model", [USUAL_MODEL, Model("big", "http://dead.test")])
def test_if_the_model_fails_the_answer_is_quoted_and_the_turn_says_so(tmp_path: Path, model: Model) -> None:
    house = small_house(tmp_path)
    host = EngineHost(lambda: Failing(house.open()), lambda progress: SmallReport(0, 0))
    host.start()
    chat = Chat(host, Conversations(tmp_path / "kept"), StopSign())
    *_, last = chat.ask(
        "local", Conversation(NAME), "In a storm, when does the harbour close?", Preferences(model=model)
    )
    [turn] = chat.store.load("local", NAME).turns
    assert not turn.answer.abstained
    assert ("start it" in turn.notice) is (model != USUAL_MODEL)
    assert turn.notice in unescape(last.current)


def test_answers_stay_quotes_with_the_embedded_model_and_no_other() -> None:
    sign = StopSign()
    embedded = Models(DEFAULT_GENERATOR, sign)
    assert not embedded.words(USUAL_MODEL)
    assert not Models(NO_GENERATOR, sign).words(USUAL_MODEL)
    assert embedded.words(Model("other"))
    assert embedded.words(
        Model(DEFAULT_GENERATOR, "https://api.example.com/v1")
    )  # a server's model of that name does word answers


def test_the_header_says_whether_a_model_words_the_answers() -> None:
    assert strings.QUOTES_ONLY in sidebar.header("other", quotes=True)
    assert strings.MODEL.format(model="other") in sidebar.header("other")


def test_the_settings_do_not_claim_a_wording_model_if_it_words_nothing() -> None:
    told = [
        said_of(Models(name, StopSign()), USUAL_MODEL, strings.MODEL_USUAL)
        for name in (DEFAULT_GENERATOR, NO_GENERATOR, "owner/large")
    ]
    assert told == [
        strings.MODEL_QUOTES.format(model=DEFAULT_GENERATOR),
        strings.MODEL_NONE,
        strings.MODEL_USUAL.format(model="owner/large"),
    ]
