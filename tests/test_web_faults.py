"""A failure under a running page is explained, and loses nothing that was saved."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import Rag, build
from rag.errors import IndexMissing
from rag.web import strings
from rag.web.pages.answering import Chat, Shown
from rag.web.pages.page import told
from rag.web.session import files
from rag.web.session.conversations import Conversation, Conversations
from rag.web.session.engine import OpenIndex
from rag.web.session.generators import NO_GENERATOR, Models
from rag.web.session.host import EngineHost
from rag.web.session.stop import StopSign
from tests.conftest import OverlapReader, WordEncoder
from tests.disk import failing
from tests.web_double import SmallReport
from tests.web_server import NAME, QUESTION


def ask(chat: Chat, conversation: Conversation) -> Shown:
    *_, last = chat.ask("local", conversation, QUESTION)
    return last


def full(path: str) -> OSError:
    return OSError(28, "No space left on device", path)


def read_only(path: str) -> OSError:
    return OSError(30, "Read-only file system", path)


@pytest.mark.parametrize("error", [full, read_only])
def test_wherever_the_disk_refuses_a_conversation_the_answer_is_shown_with_a_notice(
    chat: Chat, error: Callable[[str], OSError]
) -> None:
    refused = 0
    for at in range(1, 12):
        with failing(chat.store.folder, at, error, forever=False) as disk:
            last = ask(chat, Conversation(NAME))
        refused += disk.fired
        assert "pier 4" in last.current
        assert (strings.NOT_KEPT.format(reason=error("").strerror) in last.current) == disk.fired
        assert list(chat.store.folder.rglob("*.tmp")) == []
        shutil.rmtree(chat.store.folder, ignore_errors=True)
    assert refused == 4  # two folders, the file, its name


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_while_a_conversation_is_written_keeps_the_old_file(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask(chat, Conversation(NAME)).conversation
    monkeypatch.setattr(files, "private", lambda path, flags: os.open("/dev/full", os.O_WRONLY))
    second = ask(chat, first)
    assert strings.NOT_KEPT.format(reason="No space left on device") in second.current
    assert chat.store.load("local", NAME) == first
    assert [file.name for file in (chat.store.folder / "local").iterdir()] == [f"{NAME}.json"]


def test_a_change_that_the_disk_refuses_is_reported() -> None:
    with pytest.warns(UserWarning, match="could not be saved: No space left on device. Nothing was changed"), told():
        raise full("x")


def test_a_deleted_index_keeps_answering_and_opening_it_again_gives_the_next_step(
    seeds: Path, tmp_path: Path, encoder: WordEncoder
) -> None:
    index = tmp_path / "index"
    build(seeds, index, encoder=encoder)

    def opened() -> OpenIndex:
        rag = Rag.open(index, encoder=encoder, reader=OverlapReader(), generator=None)
        return OpenIndex(rag, Models(NO_GENERATOR, StopSign()))

    host = EngineHost(opened, lambda progress: SmallReport(0, 0))
    host.start()
    chat = Chat(host, Conversations(tmp_path / "kept"), StopSign())
    question = "What does a single ticket cost?"
    *_, before = chat.ask("local", Conversation(NAME), question)
    shutil.rmtree(index)
    *_, after = chat.ask("local", Conversation("f" * 16), question)
    told_before, told_after = before.conversation.turns[0].answer, after.conversation.turns[0].answer
    assert told_before.citations
    assert (told_after.text, told_after.citations) == (told_before.text, told_before.citations)
    [*_, rebuilt] = host.rebuild()
    assert f"no index at '{index}'; run: rag build" in rebuilt.error
    *_, last = chat.ask("local", Conversation("e" * 16), question)
    assert "run: rag build" in last.current
    with pytest.raises(IndexMissing, match="run: rag build"):
        opened()
