"""Conversations are saved: an answer is read back unchanged, and nobody can reach another's file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rag.types import Answer, Citation, Hit, Passage, Place, Sentence, Trace, Turn
from rag.web import strings
from rag.web.session.conversations import Conversation, Conversations, KeptTurn, answer_from, before, new_name, now
from rag.web.view.export import conversation_json, conversation_markdown

NAME = "0123456789abcdef"


def answered(question: str = "When?") -> Answer:
    passage = Passage(
        "p", "d", "a.md", "At 7. Daily.", 10, 22, 2, "Guide › Times", (Place("a.md", 10, 22), Place("b.md", 0, 12))
    )
    citation = Citation(1, passage, "At 7.", 10, 15, 2)
    trace = Trace(question, "answered", 0.75, {"p": {"dense": 0.5}}, {"retrieve": 3.5}, ("At 8.",), 4)
    sentence = Sentence("It leaves at 7.", (citation,), "supported")
    return Answer(question, "It leaves at 7 [1].", (sentence,), (citation,), (Hit(passage, 0.5),), False, trace)


def kept(question: str = "When?") -> KeptTurn:
    return KeptTurn(answered(question), now(), {"a.md": "ab" * 32})


def test_an_answer_is_read_back_unchanged(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    saved = store.append("local", Conversation(NAME), kept())
    assert Conversations(tmp_path).load("local", NAME) == saved
    assert Conversations(tmp_path).load("local", NAME).turns[0].answer.trace == answered().trace


def test_a_round_trip_through_json_changes_nothing() -> None:
    from dataclasses import asdict

    assert answer_from(json.loads(json.dumps(asdict(answered())))) == answered()


def test_the_first_question_is_the_title_and_renaming_changes_it(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    conversation = store.append("local", Conversation(NAME), kept("When\n does  it leave?"))
    store.append("local", conversation, kept("And then?"))
    assert store.titles("local") == [(NAME, "When does it leave?")]
    store.rename("local", NAME, "  Ferry ")
    store.rename("local", NAME, "  ")
    assert store.titles("local") == [(NAME, "Ferry")]
    assert len(store.load("local", NAME).turns) == 2


def test_the_latest_conversation_comes_first_and_deleted_ones_are_gone(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    names = [new_name() for _ in range(3)]
    for age, name in enumerate(names):
        store.append("local", Conversation(name), kept(name))
        import os

        os.utime(tmp_path / "local" / f"{name}.json", (age, age))
    store.delete("local", names[1])
    assert [name for name, _ in store.titles("local")] == [names[2], names[0]]


def test_the_history_has_the_format_of_the_engine(tmp_path: Path) -> None:
    conversation = Conversations(tmp_path).append("local", Conversation(NAME), kept())
    assert conversation.history() == [Turn("When?", "It leaves at 7 [1].")]


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "0123456789abcde/", "0123456789ABCDEF", "0123456789abcdef.json", "/etc/passwd"]
)
def test_a_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    store = Conversations(tmp_path)
    with pytest.raises(ValueError, match="not a conversation"):
        store.load("local", name)
    with pytest.raises(ValueError, match="not an owner"):
        store.load(name, NAME)


def test_owners_do_not_see_each_others_conversations(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    store.append("a" * 16, Conversation(NAME), kept())
    assert store.load("b" * 16, NAME).turns == ()
    assert store.titles("b" * 16) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"title": "x"}', '{"title": "x", "turns": [{}]}', "\x00"])
def test_a_damaged_file_is_set_aside_and_not_lost(tmp_path: Path, text: str) -> None:
    store = Conversations(tmp_path)
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / f"{NAME}.json").write_text(text)
    assert store.load("local", NAME) == Conversation(NAME)
    assert (tmp_path / "local" / f"{NAME}.damaged").read_text() == text
    assert store.titles("local") == []


def test_a_rating_is_saved_in_the_conversation_and_in_the_users_own_file(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    store.append("local", Conversation(NAME), kept())
    store.rate("local", NAME, 0, -1)
    store.rate("local", NAME, 7, 1)
    assert store.load("local", NAME).turns[0].rating == -1
    lines = [json.loads(line) for line in store.ratings_file("local").read_text().splitlines()]
    assert [(line["question"], line["rating"], line["turn"]) for line in lines] == [("When?", -1, 1)]


def test_deleting_a_conversation_deletes_its_ratings_and_no_others(tmp_path: Path) -> None:
    store, other = Conversations(tmp_path), "f" * 16
    for name in (NAME, other):
        store.append("local", Conversation(name), kept())
        store.rate("local", name, 0, 1)
    with store.ratings_file("local").open("a") as stream:
        stream.write("not JSON\n")
    store.delete("local", NAME)
    first, second = store.ratings_file("local").read_text().splitlines()
    assert (json.loads(first)["conversation"], second) == (other, "not JSON")
    assert store.ratings_file("local").stat().st_mode & 0o777 == 0o600


def test_deleting_the_only_rated_conversation_deletes_the_file_of_ratings(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    store.append("local", Conversation(NAME), kept())
    store.rate("local", NAME, 0, 1)
    store.delete("local", NAME)
    assert list((tmp_path / "local").iterdir()) == []


def test_a_file_that_cannot_be_opened_now_is_not_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Conversations(tmp_path)
    saved = store.append("local", Conversation(NAME), kept())

    def exhausted(path: Path, **how: str) -> str:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(Path, "read_text", exhausted)
    with pytest.raises(OSError, match="Too many open files"):
        store.append("local", saved, kept("And then?"))
    assert store.titles("local") == []
    monkeypatch.undo()
    assert store.load("local", NAME) == saved


def test_what_was_changed_during_an_answer_stays_changed(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    asked = store.append("local", Conversation(NAME), kept())
    store.rename("local", NAME, "Ferry")
    store.rate("local", NAME, 0, 1)
    saved = store.append("local", asked, kept("And then?"))
    assert store.load("local", NAME) == saved
    assert (saved.title, [turn.rating for turn in saved.turns]) == ("Ferry", [1, 0])
    assert [turn.answer.question for turn in saved.turns] == ["When?", "And then?"]


def test_the_first_question_asked_again_is_the_new_title_unless_it_was_renamed(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    asked = store.append("local", Conversation(NAME), kept())
    assert store.append("local", before(asked, 1), kept("Where?")).title == "Where?"
    asked = before(store.load("local", NAME), 1)
    store.rename("local", NAME, "Ferry")
    assert store.append("local", asked, kept("Who?")).title == "Ferry"
    assert len(store.load("local", NAME).turns) == 1


def test_the_json_export_can_be_checked_against_the_files(tmp_path: Path) -> None:
    conversation = Conversations(tmp_path).append("local", Conversation(NAME), kept())
    value = json.loads(conversation_json(conversation))
    [turn] = value["turns"]
    assert value["format"] == "rag-conversation/1"
    assert turn["citations"] == [
        {"marker": 1, "source": "a.md", "start": 10, "end": 15, "page": 2, "quote": "At 7.", "sha256": "ab" * 32}
    ]
    assert turn["sentences"] == [{"text": "It leaves at 7.", "verdict": "supported", "markers": [1]}]


def test_the_markdown_export_lists_the_sources_under_each_answer(tmp_path: Path) -> None:
    conversation = Conversation(
        NAME,
        "Ferry",
        (
            kept(),
            replace(
                kept("Who?"), answer=replace(answered("Who?"), sentences=(), citations=(), text="", abstained=True)
            ),
        ),
    )
    assert conversation_markdown(conversation) == (
        "# Ferry\n\n## When?\n\nIt leaves at 7 [1].\n\n"
        "- [1] a.md, page 2: “At 7.”\n\n## Who?\n\nThe documents do not answer this\n"
    )


def test_no_other_user_of_the_machine_can_read_a_conversation(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o755)
    store = Conversations(folder)
    store.save("local", Conversation(NAME, "title"))
    store.append("local", Conversation(NAME), kept())
    store.rate("local", NAME, 0, 1)
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}
    assert {oct(place.stat().st_mode & 0o777) for place in (folder, folder / "local")} == {"0o700"}
    assert len(files) == 2


def test_a_lone_surrogate_is_saved_and_read_again(tmp_path: Path) -> None:
    store = Conversations(tmp_path)
    odd = replace(answered(), question="a\ud800b", text="c\udfffd")
    store.append("local", Conversation(NAME), KeptTurn(odd, now()))
    assert store.load("local", NAME).turns[0].answer == odd
    store.rate("local", NAME, 0, 1)


def test_a_full_disk_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Conversations(tmp_path)
    store.save("local", Conversation(NAME, "before"))

    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space left"):
        store.append("local", Conversation(NAME), kept())
    assert [file.name for file in (tmp_path / "local").iterdir()] == [f"{NAME}.json"]
    assert store.load("local", NAME).title == "before"


def test_a_stopped_question_is_not_exported_as_a_refusal() -> None:
    empty = replace(answered(), text="", sentences=(), citations=())
    stopped = KeptTurn(empty, now(), stopped=True)
    partly = replace(kept("Why?"), stopped=True)
    markdown = conversation_markdown(Conversation(NAME, "Ferries", (stopped, partly)))
    assert strings.REFUSED_TITLE not in markdown
    assert markdown.count(strings.STOPPED_EMPTY) == 1
    assert markdown.count(strings.STOPPED) == 1
