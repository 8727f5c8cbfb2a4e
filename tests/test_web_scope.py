"""The documents chosen to answer from are never widened: not while the models load, nor if some of them are gone."""

from __future__ import annotations

import threading
from html import unescape
from pathlib import Path

from rag.web import strings
from rag.web.pages.answering import Chat
from rag.web.pages.page import Page
from rag.web.pages.settings_actions import SettingsActions
from rag.web.pages.shelf import Opening, Shelf
from rag.web.session.conversations import Conversation, Conversations
from rag.web.session.generators import Models
from rag.web.session.host import EngineHost
from rag.web.session.preferences import Preferences, preferences_from
from rag.web.session.protocol import Engine
from rag.web.session.stop import StopSign
from rag.web.view import sidebar
from tests.web_double import SmallHouse
from tests.web_server import NAME, QUESTION


def test_documents_chosen_in_one_collection_do_not_restrict_another() -> None:
    chosen = Preferences(("a.md",), collection="letters")
    assert chosen.within("letters").sources == ("a.md",)
    assert chosen.within("").sources == ()


def test_a_question_to_one_document_waits_for_the_models_and_is_answered_from_it(
    house: SmallHouse, tmp_path: Path
) -> None:
    host = EngineHost(house.open, house.build)  # not started: the documents are not known yet
    chat, said = Chat(host, Conversations(tmp_path / "kept"), StopSign()), {"sources": ["arabic.txt"]}
    steps = chat.ask("local", Conversation(NAME), QUESTION, preferences_from(said))
    next(steps)
    host.start()
    [*_, last] = steps
    assert {hit.passage.source for hit in last.conversation.turns[0].answer.hits} == {"arabic.txt"}


def test_of_the_chosen_documents_those_that_are_left_answer_and_without_any_nothing_does(chat: Chat) -> None:
    [*_, last] = chat.ask("local", Conversation(NAME), QUESTION, Preferences(("gone.md", "arabic.txt")))
    assert {hit.passage.source for hit in last.conversation.turns[0].answer.hits} == {"arabic.txt"}
    [*_, last] = chat.ask("local", Conversation("f" * 16), QUESTION, Preferences(("gone.md",)))
    assert strings.SCOPE_GONE in unescape(last.current)
    assert last.conversation.turns == ()


def test_a_setting_changed_while_the_models_load_keeps_the_chosen_documents(house: SmallHouse, tmp_path: Path) -> None:
    store, sign, loaded = Conversations(tmp_path / "kept"), StopSign(), threading.Event()

    def loading() -> Engine:
        loaded.wait(60)
        return house.open()

    shelf = Shelf(lambda: [Opening("", house.seeds, loading, house.build)], store, sign)
    page = Page(shelf, store, frozenset(), Models("usual", sign), shared=False)
    said = {"sources": ["arabic.txt"], "passages": 5}
    stored, _ = SettingsActions(page).keep(said, {}, 7, False, True)
    loaded.set()
    assert (stored["sources"], stored["passages"], stored["quotes"]) == (["arabic.txt"], 7, True)


def test_a_chosen_document_that_is_gone_can_still_be_dropped() -> None:
    shown = sidebar.scope(Preferences(("gone.md", "a.md")), ["a.md", "b.md"])
    assert f"<summary>{strings.SCOPED.format(count=1, total=2)}</summary>" in shown
    assert 'data-source="gone.md" aria-pressed="true"' in shown
