"""The page's handlers without a browser: what each event shows and stores, and what it leaves as it was."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from rag.errors import ModelUnavailable
from rag.load.walk import DEMONSTRATION
from rag.site import Fetched
from rag.web import strings
from rag.web.pages import documents
from rag.web.pages.chat import MEMORY, ChatActions
from rag.web.pages.documents import DocumentsActions
from rag.web.pages.page import Page
from rag.web.pages.settings_actions import SERVER, USUAL, SettingsActions
from rag.web.pages.shelf import Opening, Shelf
from rag.web.session.conversations import Conversations
from rag.web.session.generators import Models
from rag.web.session.preferences import Model, Preferences, preferences_from, remembered
from rag.web.session.stop import StopSign
from tests.web_double import SmallHouse
from tests.web_server import opened_double, small_house

FERRY = "When does the ferry to Aland leave, and what do its tickets cost?"
HARBOUR = "What does the harbour master do in a storm when the wind closes the harbour?"
REQUEST = gr.Request(session_hash="")


class Served:
    """A page with one collection, or more, and no server."""

    def __init__(self, folder: Path, begin: Callable[[str], None] | None = None) -> None:
        self.house, self.sign = small_house(folder), StopSign()
        self.others: list[Opening] = []
        first = Opening("", self.house.seeds, self.house.open, self.house.build)
        store = Conversations(folder / "kept")
        shelf = Shelf(lambda: [first, *self.others], store, self.sign, begin)
        models = Models("small double", self.sign, opened=opened_double)
        self.page = Page(shelf, store, frozenset({".md", ".txt"}), models, shared=False)
        self.chat = ChatActions(self.page)
        self.memory: dict[str, str] = {}
        shelf.at("").host.wait()

    def ask(self, question: str, editing: int = 0, preferences: object = None) -> Iterator[list[Any]]:
        for step in self.chat.ask(question, editing, self.memory, preferences or {}, REQUEST):
            if isinstance(step[MEMORY], dict) and "conversation" in step[MEMORY]:
                self.memory = step[MEMORY]
            yield step


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    made.house.engine.gate.set()
    made.house.build_gate.set()


def click(**data: str) -> Any:
    return SimpleNamespace(_data=data)


def unchanged(step: list[Any]) -> bool:
    return all(value == gr.skip() for value in step)


@pytest.mark.parametrize("question", ["", " \n "])
def test_a_blank_question_changes_nothing_on_the_page(served: Served, question: str) -> None:
    steps = list(served.ask(question))
    assert steps
    assert all(map(unchanged, steps))


def test_an_answer_whose_page_left_before_its_first_step_changes_nothing(served: Served) -> None:
    steps = served.ask(FERRY)
    assert unchanged(next(steps))
    served.house.engine.gate.clear()


def test_the_header_names_a_server_that_does_not_answer_now(served: Served) -> None:
    said = remembered(Preferences(model=Model("big", "https://dead.example/v1")))
    *_, (header, scope) = SettingsActions(served.page).greet(said, {})
    assert strings.REMOTE.format(address="dead.example") in header  # it may answer again with the next question
    assert strings.LOCAL not in header
    assert "Answers stay in quotes" in scope


def test_a_wrong_key_does_not_replace_the_right_one(served: Served) -> None:
    models, model = served.page.models, Model("big", "https://locked.example/v1")
    models.choose(model, "open sesame", "local")
    before = models.generator(models.held(model, "local"))
    with pytest.raises(ModelUnavailable, match="refused"):
        models.choose(model, "wrong", "local")
    assert models.generator(models.held(model, "local")) is before
    assert models.generator(models.held(Model("other", model.address), "local"))


def test_a_new_key_is_used_for_every_model_of_its_server(served: Served) -> None:
    models, address = served.page.models, "https://locked.example/v1"
    models.choose(Model("big", address), "open sesame", "local")
    before = models.generator(models.held(Model("big", address), "local"))
    models.choose(Model("other", address), "open sesame", "local")
    assert models.generator(models.held(Model("big", address), "local")) is not before


def test_what_is_chosen_while_a_model_is_tried_stays_chosen(served: Served) -> None:
    actions = SettingsActions(served.page)
    before = remembered(Preferences())
    *_, (tried, _) = actions.use(before, {}, SERVER, "big", "https://api.example.com/v1", "")
    meanwhile = remembered(Preferences(quotes=True, sources=("harbour.md",)))
    stored, header, notice = actions.used(meanwhile, tried)
    chosen = preferences_from(stored)
    assert (chosen.model, chosen.quotes, chosen.sources) == (
        Model("big", "https://api.example.com/v1"), True, ("harbour.md",),
    )  # fmt: skip
    assert "header" in header
    assert strings.MODEL_USED.format(model="big") in notice


def test_a_model_is_said_to_be_used_only_with_the_choice_that_the_browser_stores(served: Served) -> None:
    actions = SettingsActions(served.page)
    steps = list(actions.use({}, {}, SERVER, "big", "https://api.example.com/v1", ""))
    assert not any(strings.MODEL_USED.format(model="big") in str(step) for step in steps)


def test_settings_that_show_the_stored_choices_are_left_alone_because_one_may_just_be_changed(served: Served) -> None:
    actions = SettingsActions(served.page)
    stored = remembered(Preferences(passages=7))
    shown = [7, False, False, USUAL, "", "", ""]
    told = actions.show(stored, {}, *shown)
    assert unchanged([*told[:3], *told[4:7]])
    assert told[3].value is None  # only its labels
    for i, other in enumerate([5, True, True, SERVER, "big", "https://api.example.com/v1", "open sesame"]):
        told = actions.show(stored, {}, *shown[:i], other, *shown[i + 1 :])
        assert told[0] == 7
        assert len(told) == len(shown) + 1


def test_a_model_that_fails_changes_no_preference(served: Served) -> None:
    actions = SettingsActions(served.page)
    *_, (tried, said) = actions.use(remembered(Preferences()), {}, SERVER, "big", "http://dead.example/v1", "")
    assert "small double stays in use" in said
    assert unchanged(actions.used(remembered(Preferences(quotes=True)), tried))


def test_a_page_reloaded_while_an_earlier_question_is_asked_again_shows_each_turn_once(served: Served) -> None:
    for question in (FERRY, HARBOUR, FERRY):
        assert list(served.ask(question))
    served.house.engine.gate.clear()
    asking = served.ask(FERRY, editing=2)
    for step in asking:
        if isinstance(step[2], str) and 'class="reply' in step[2]:
            break
    resumed = served.chat.resume(served.memory, REQUEST)
    next(resumed)
    past, current = next(resumed)[1:3]
    assert past.count("<article") == 1
    assert 'data-turn="2"' in current
    assert 'data-turn="2"' not in past
    served.house.engine.gate.set()
    assert list(asking)
    assert [step[1] for step in resumed if isinstance(step[1], str)][-1] == past


def test_a_question_asked_again_in_one_tab_is_shown_in_the_other(served: Served) -> None:
    list(served.ask(FERRY))
    root = served.chat.arrive(served.memory)[0]
    shown = root.split('data-stamp="')[1].split('"')[0]
    assert unchanged(served.chat.again(served.memory, click(act="again", stamp=shown)))
    list(served.chat.turn(served.memory, {}, click(act="retry", turn="1"), REQUEST))
    assert not unchanged(served.chat.again(served.memory, click(act="again", stamp=shown)))


def test_files_dropped_during_an_answer_lead_to_their_collection_and_stay_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "DRAWN", float("inf"))

    def begin(name: str) -> None:
        seeds = tmp_path / name
        seeds.mkdir()
        house = SmallHouse(seeds)
        here.others.append(Opening(name, seeds, house.open, house.build))

    here = Served(tmp_path, begin)
    (here.house.seeds / DEMONSTRATION).write_text("harbour.md\narabic.txt\n", encoding="utf-8")
    here.house.engine.gate.clear()
    asking = here.ask(FERRY)
    for step in asking:
        if isinstance(step[2], str) and 'class="reply' in step[2]:
            break
    *_, last = DocumentsActions(here.page)._added(here.memory, lambda at: (["new.txt"], []))
    assert not unchanged(last[3:])  # of steps in quick succession only the last is drawn
    here.house.engine.gate.set()
    assert list(asking) == []


@pytest.mark.parametrize("dropped", [True, False])
def test_a_collection_that_cannot_be_made_is_said(tmp_path: Path, dropped: bool) -> None:
    def begin(name: str) -> None:
        raise ValueError(f"no collection {name!r} can be made here")

    served = Served(tmp_path, begin)
    (served.house.seeds / DEMONSTRATION).write_text("harbour.md\narabic.txt\n", encoding="utf-8")
    if dropped:
        steps = list(DocumentsActions(served.page)._added({}, lambda at: (["new.txt"], [])))
    else:  # nor is the first one shown in place of one without a name
        steps = [served.chat.make({}, click(act="make", said=" "))]
    assert len(steps) == 1
    assert "can be made here" in steps[0][0]
    assert unchanged(steps[0][3:])


@pytest.mark.parametrize("taken", [True, False])
def test_the_field_of_an_address_is_emptied_only_if_its_page_was_added(tmp_path: Path, taken: bool) -> None:
    served = Served(tmp_path)
    page = replace(served.page, visit=lambda address: Fetched("https://example.org/a.txt", ".txt", "utf-8", b"Text."))
    if taken:
        (served.house.seeds / "example.org").mkdir()
        (served.house.seeds / "example.org" / "a.txt").write_text("Another text.")
    *_, last = DocumentsActions(page).fetch("https://example.org/a.txt", {})
    assert (last[-1] == gr.skip()) is taken


def no_thread(task: Callable[[], None]) -> None:
    raise RuntimeError("can't start new thread")


def test_a_conversation_is_free_again_if_its_answer_could_not_be_begun(served: Served) -> None:
    chat = served.page.at({}).chat
    assert list(served.ask(FERRY))
    chat.running._work = no_thread
    with pytest.raises(RuntimeError):
        list(served.ask(FERRY))
    chat.running._work = chat.host.work
    assert list(served.ask(FERRY))


def test_an_answer_that_could_not_be_begun_is_begun_for_the_next_who_asks(served: Served) -> None:
    chat = served.page.at({}).chat
    chat.flights._work = no_thread
    *_, failed = served.ask(FERRY)
    assert "RuntimeError" in failed[2]
    chat.flights._work = chat.host.work
    *_, answered = served.ask(FERRY)
    assert "Aland leaves at 7" in answered[2]


def test_the_page_closes_although_a_thread_could_not_be_begun(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    host = served.page.at({}).host
    with monkeypatch.context() as full:
        full.setattr("threading.Thread.start", lambda thread: no_thread(thread.run))
        with pytest.raises(RuntimeError):
            host.work(lambda: None)
    assert host.close(60)


def test_a_conversation_that_cannot_be_read_or_deleted_now_changes_nothing(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(served.ask(FERRY))
    first = served.memory
    served.memory = served.chat.new(first)[MEMORY]
    list(served.ask(HARBOUR))

    def refused(*arguments: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    leave = {"conversation": first["conversation"]}
    with monkeypatch.context() as full:
        full.setattr(served.page.store, "delete", refused)
        with pytest.warns(UserWarning, match="Permission denied"):
            shown = served.chat.leave(first, click(act="delete", **leave))
        assert shown[MEMORY] == first
    read = served.page.store.load
    with monkeypatch.context() as full:
        full.setattr(
            served.page.store,
            "load",
            lambda owner, name: (refused if name == first["conversation"] else read)(owner, name),
        )
        with pytest.warns(UserWarning, match=strings.TROUBLE):
            shown = served.chat.leave(served.memory, click(act="open", **leave))
        assert shown[MEMORY] == served.memory
