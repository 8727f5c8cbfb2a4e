"""Promises of the interface: a filter without matches is an error, an index remembers its inputs, models load once."""

from __future__ import annotations

import inspect
import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from rag import Rag, Turn, ask, build, models, pipeline
from rag.answer.question.followup import turns
from rag.answer.read import BlockReader
from rag.errors import IndexMissing, RagError
from rag.index import newest_manifest, seeds_of
from rag.web.start import serve
from tests.conftest import OverlapReader, WordEncoder

QUESTION = "How much is a single ticket?"


@pytest.mark.parametrize("sources", [["typo.md"], ["ferry.md", "typo.md"], ["ferry"], [""], ["seeds/ferry.md"]])
def test_a_source_that_matches_nothing_is_an_error_that_names_it(rag: Rag, sources: list[str]) -> None:
    wrong = next(source for source in sources if source != "ferry.md")
    for way in (rag.search, rag.ask, rag.rankings):
        with pytest.raises(ValueError, match=f"no document or folder {wrong!r}"):
            way(QUESTION, sources=sources)


def test_the_error_suggests_a_similar_name(rag: Rag) -> None:
    with pytest.raises(ValueError, match=r"is 'ferry.md' meant"):
        rag.search(QUESTION, sources=["fery.md"])


def test_a_single_string_is_not_a_list_of_sources(rag: Rag) -> None:
    with pytest.raises(ValueError, match=r"\['ferry.md'\]"):
        rag.search(QUESTION, sources="ferry.md")


def test_dates_without_any_document_are_an_error(rag: Rag) -> None:
    with pytest.raises(ValueError, match=r"no document since 2200-01-01; the latest is of \d{4}-\d\d-\d\d"):
        rag.ask(QUESTION, since=date(2200, 1, 1))
    with pytest.raises(ValueError, match=r"no document until 1700-01-01; the earliest is of \d{4}"):
        rag.ask(QUESTION, until=date(1700, 1, 1))


def test_a_history_in_openais_format_is_accepted() -> None:
    said = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Who?"},
        {"role": "assistant", "content": "Ada [1]."},
        {"role": "user", "content": [{"type": "text", "text": "When"}, {"type": "text", "text": "?"}]},
    ]
    assert turns(said) == [Turn("Who?", "Ada [1]."), Turn("When ?", "")]
    assert turns([Turn("a", "b"), ("c", "d"), ["e", "f"]]) == [Turn("a", "b"), Turn("c", "d"), Turn("e", "f")]


@pytest.mark.parametrize("wrong", [["ab"], "ab", [("a",)], [("a", 1)], [{"role": "robot", "content": "x"}], [7],
                                   [{"role": "user", "content": 7}],
                                   [{"role": "user", "content": [{"text": None}]}]])  # fmt: skip
def test_a_history_in_another_format_is_an_error(wrong: object) -> None:
    with pytest.raises(ValueError, match="history"):
        turns(wrong)


def test_an_index_finds_its_seeds_when_both_are_moved(tmp_path: Path, seeds: Path, encoder: WordEncoder) -> None:
    index = tmp_path / "index"
    build(seeds, index, encoder=encoder)
    assert seeds_of(index) == seeds
    moved = tmp_path / "moved"
    moved.mkdir()
    shutil.move(seeds, moved / "seeds"), shutil.move(index, moved / "index")
    assert seeds_of(moved / "index") == moved / "seeds"
    assert build(index=moved / "index", encoder=encoder).embedded == 0  # from the remembered seeds
    assert seeds_of(tmp_path / "nothing") is None


@pytest.mark.model
def test_an_index_remembers_its_encoder(tmp_path: Path, seeds: Path, caplog: pytest.LogCaptureFixture) -> None:
    named = str(models.locate(models.DEFAULT_ENCODER))  # the same weights, by path
    build(seeds, tmp_path / "index", encoder=named)
    kept = newest_manifest(tmp_path / "index")
    assert kept is not None
    assert (kept.encoder, kept.fingerprint) == (named, models.fingerprint(models.DEFAULT_ENCODER))
    assert build(seeds, tmp_path / "index").embedded == 0
    assert Rag.open(tmp_path / "index", generator=None).encoder.fingerprint == kept.fingerprint
    assert caplog.messages == []


def test_a_build_that_changes_the_encoder_warns_first(
    tmp_path: Path, seeds: Path, encoder: WordEncoder, caplog: pytest.LogCaptureFixture
) -> None:
    class Other(WordEncoder):
        fingerprint = "other@2"

    build(seeds, tmp_path / "index", encoder=encoder)
    build(seeds, tmp_path / "index", encoder=encoder)
    assert caplog.messages == []
    build(seeds, tmp_path / "index", encoder=Other())
    [said] = caplog.messages
    assert "word-encoder@1" in said
    assert "other@2 embeds every passage again" in said


def test_another_folder_does_not_open_the_index_of_seeds(tmp_path: Path, seeds: Path, encoder: WordEncoder) -> None:
    build(seeds, tmp_path / "index", encoder=encoder)
    with pytest.raises(RagError, match=r"is of .*seeds', not of .*otherdocs'; .*--index"):
        serve(tmp_path / "otherdocs", tmp_path / "index", say=lambda line: None)


def test_ask_accepts_the_arguments_of_open_and_ask() -> None:
    def names(function: object) -> set[str]:
        return set(inspect.signature(function).parameters) - {"self", "cls"}

    assert names(ask) == names(Rag.open) | names(Rag.ask)


def test_a_second_ask_opens_and_loads_nothing(
    tmp_path: Path, seeds: Path, encoder: WordEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(seeds, tmp_path / "index", encoder=encoder)
    opened: list[object] = []
    first = pipeline.Rag.open

    def counted(*arguments: object, **named: object) -> Rag:
        opened.append(arguments)
        return first(*arguments, **named)

    monkeypatch.setattr(pipeline.Rag, "open", counted)
    chosen = {"encoder": encoder, "reader": OverlapReader(), "generator": None}
    answers = [ask(QUESTION, tmp_path / "index", **chosen) for _ in range(3)]
    assert len(opened) == 1
    assert answers[0] == answers[2]
    (seeds / "more.txt").write_text("A return ticket costs 25 crowns.\n", encoding="utf-8")
    build(seeds, tmp_path / "index", encoder=encoder)
    assert "25 crowns" in ask("How much is a return ticket?", tmp_path / "index", **chosen).text
    assert len(opened) == 1
    shutil.rmtree(tmp_path / "index")
    with pytest.raises(IndexMissing):
        ask(QUESTION, tmp_path / "index", **chosen)


def test_two_open_indexes_share_the_built_in_models(tmp_path: Path, seeds: Path, encoder: WordEncoder) -> None:
    build(seeds, tmp_path / "index", encoder=encoder)
    one, other = [Rag.open(tmp_path / "index", encoder=encoder, generator=None) for _ in range(2)]
    assert isinstance(one.reader, BlockReader)
    assert isinstance(other.reader, BlockReader)
    assert one.reader.cross is other.reader.cross
    assert one.verifier is other.verifier


def test_the_same_weights_have_one_fingerprint(tmp_path: Path) -> None:
    for name in ("a", "b/deep"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "model.safetensors").write_bytes(b"weights")
        (tmp_path / name / "config.json").write_text("{}", encoding="utf-8")
    assert models.fingerprint(str(tmp_path / "a")) == models.fingerprint(str(tmp_path / "b/deep"))
    (tmp_path / "a" / "model.safetensors").write_bytes(b"other")
    os.utime(tmp_path / "a" / "model.safetensors", ns=(1, 1))
    assert models.fingerprint(str(tmp_path / "a")) != models.fingerprint(str(tmp_path / "b/deep"))


def test_the_embedded_weights_have_one_fingerprint_by_path_and_by_name() -> None:
    assert models.fingerprint(str(models.locate(models.DEFAULT_ENCODER))) == models.fingerprint(models.DEFAULT_ENCODER)


def test_no_other_user_of_the_machine_can_read_an_index(tmp_path: Path, seeds: Path, encoder: WordEncoder) -> None:
    (tmp_path / "index").mkdir(mode=0o755)
    build(seeds, tmp_path / "index", encoder=encoder)
    places = [tmp_path / "index", *(tmp_path / "index").rglob("*")]
    assert {oct(place.stat().st_mode & 0o777) for place in places if place.is_file()} == {"0o600"}
    assert {oct(place.stat().st_mode & 0o777) for place in places if place.is_dir()} == {"0o700"}
