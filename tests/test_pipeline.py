"""The laws of the whole pipeline, on small documents with small test doubles."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

from rag import Evidence, IndexMismatch, IndexMissing, LoadError, Rag, Turn, build
from rag.evidence import Block, Reading
from rag.index import Index
from rag.types import Document, Passage, Vectors
from tests.conftest import OverlapReader, ScriptedGenerator, WordEncoder

TICKET = "A single ticket costs 14 crowns."


def opened(rag: Rag, *pieces: str) -> Rag:
    """Return the same index with a generator that yields the given pieces."""
    return Rag(rag.index, encoder=rag.encoder, reader=rag.reader, generator=ScriptedGenerator(*pieces))


def test_every_passage_is_a_slice_of_its_document(rag: Rag) -> None:
    assert len(rag.index.passages) == 3
    for passage in rag.index.passages:
        for place in passage.places:
            assert rag.documents[place.source].text[place.start : place.end] == passage.text
        assert rag.documents[passage.source].text[passage.start : passage.end] == passage.text


def test_the_text_of_a_plain_document_is_the_files_own(rag: Rag, seeds: Path) -> None:
    for source, document in rag.documents.items():
        assert document.text == (seeds / source).read_text(encoding="utf-8")


def test_a_repeated_paragraph_is_one_passage_with_every_place(rag: Rag) -> None:
    (passage,) = [passage for passage in rag.index.passages if TICKET in passage.text]
    assert [place.source for place in passage.places] == ["ferry.md", "news.txt"]


def test_quote_is_found_in_its_source(rag: Rag, seeds: Path) -> None:
    answer = rag.ask("How much does a single ticket cost?")
    assert not answer.abstained
    assert answer.citations[0].quote == TICKET
    for c in answer.citations:
        assert (seeds / c.passage.source).read_text(encoding="utf-8")[c.start : c.end] == c.quote


def test_every_marker_has_exactly_one_citation(rag: Rag) -> None:
    answer = rag.ask("When does the first ferry leave?")
    markers = [int(n) for n in re.findall(r"\[(\d+)\]", answer.text)]
    assert markers
    assert sorted(markers) == sorted(c.marker for c in answer.citations)
    assert all(sentence.citations for sentence in answer.sentences)


def test_a_supported_wording_is_shown(rag: Rag) -> None:
    answer = opened(rag, "The single ticket costs ", "14 crowns [1].").ask("How much does a single ticket cost?")
    assert answer.sentences[0].verdict == "supported"
    assert answer.text.startswith("The single ticket costs 14 crowns [1].")


def test_an_unsupported_wording_is_replaced_by_the_quote(rag: Rag) -> None:
    answer = opened(rag, "A ticket costs 15 crowns [1].").ask("How much does a single ticket cost?")
    assert answer.sentences[0].verdict == "quoted"
    assert answer.sentences[0].text == TICKET
    assert answer.trace.rejected == ("A ticket costs 15 crowns.",)


def test_a_question_without_an_answer_is_refused_with_the_nearest_passages(rag: Rag) -> None:
    answer = opened(rag, "Paris.").ask("What is the capital of France?")
    assert answer.abstained
    assert answer.sentences == answer.citations == ()
    assert answer.hits
    assert "Paris" not in answer.text
    assert not re.search(r"\[\d+\]", answer.text)


def test_ask_is_the_last_value_of_stream(rag: Rag) -> None:
    partials = list(rag.stream("When does the first ferry leave?"))
    assert partials[0].hits
    assert not partials[0].sentences
    assert rag.ask("When does the first ferry leave?") == partials[-1]
    for before, after in zip(partials, partials[1:], strict=False):
        assert after.sentences[: len(before.sentences)] == before.sentences


def test_the_same_question_has_the_same_answer(rag: Rag, seeds: Path, tmp_path: Path, encoder: WordEncoder) -> None:
    build(seeds, tmp_path / "again", encoder=encoder)
    again = Rag.open(tmp_path / "again", encoder=encoder, reader=OverlapReader(), generator=None)
    assert [p.id for p in again.index.passages] == [p.id for p in rag.index.passages]
    assert again.ask("Who opened the lighthouse?") == rag.ask("Who opened the lighthouse?")


def test_a_build_with_nothing_changed_embeds_nothing(seeds: Path, tmp_path: Path, encoder: WordEncoder) -> None:
    first = build(seeds, tmp_path / "index", encoder=encoder)
    encoder.encoded.clear()
    second = build(seeds, tmp_path / "index", encoder=encoder)
    assert (first.embedded, first.reused, first.duplicates, first.read) == (3, 0, 1, 2)
    assert (second.embedded, second.reused) == (0, 3)
    assert encoder.encoded == []


def test_one_changed_paragraph_embeds_one_passage(rag: Rag, seeds: Path, tmp_path: Path, encoder: WordEncoder) -> None:
    file = seeds / "ferry.md"
    file.write_text(file.read_text(encoding="utf-8").replace("06:40", "07:10"), encoding="utf-8")
    encoder.encoded.clear()
    assert build(seeds, tmp_path / "index", encoder=encoder).embedded == 1
    assert len(encoder.encoded) == 1


def test_an_open_rag_answers_from_the_new_generation(
    rag: Rag, seeds: Path, tmp_path: Path, encoder: WordEncoder
) -> None:
    before = rag.ask("When does the first ferry leave?")
    file = seeds / "ferry.md"
    file.write_text(file.read_text(encoding="utf-8").replace("06:40", "07:10"), encoding="utf-8")
    build(seeds, tmp_path / "index", encoder=encoder)
    after = rag.ask("When does the first ferry leave?")
    assert "06:40" in before.text
    assert "07:10" in after.text
    assert after.trace.generation > before.trace.generation


def test_a_followup_is_resolved_from_its_history(rag: Rag) -> None:
    answer = rag.ask("And in which month?", history=[Turn("Who opened the new lighthouse?", "Ingrid Solberg.")])
    assert "lighthouse" in answer.trace.question
    assert "May 2019" in answer.text
    assert rag.ask("And in which month?", history=[("Who opened the new lighthouse?", "Ingrid Solberg.")]) == answer


def test_sources_restrict_an_answer(rag: Rag) -> None:
    answer = rag.ask("Who opened the new lighthouse?", sources=["ferry.md"])
    assert {hit.passage.source for hit in answer.hits} <= {"ferry.md"}
    assert answer.abstained


def test_the_trace_contains_scores_and_times(rag: Rag) -> None:
    answer = rag.ask("How much does a single ticket cost?")
    best = answer.trace.scores[answer.hits[0].passage.id]
    assert {"dense", "fused", "reader"} <= set(best)
    assert set(answer.trace.milliseconds) == {"retrieve", "read", "compose"}


@pytest.mark.parametrize(
    ("question", "match"), [("", "empty"), (" \n\t", "empty"), ("x" * 100_000, "100,000 characters")]
)
def test_an_invalid_question_is_a_value_error(rag: Rag, question: str, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        rag.ask(question)


@pytest.mark.parametrize("threshold", [-0.01, 1.01, float("nan")])
def test_a_threshold_outside_0_to_1_is_a_value_error(rag: Rag, threshold: float) -> None:
    with pytest.raises(ValueError, match=r"give a value from 0 .* to 1"):
        Rag(rag.index, encoder=rag.encoder, reader=rag.reader, threshold=threshold)


@pytest.mark.parametrize(
    "question", ["How long does the ferry take?", "Please summarise the document on the island ferry"]
)
def test_an_answer_uses_one_generation_whatever_is_published_meanwhile(
    rag: Rag, seeds: Path, encoder: WordEncoder, question: str
) -> None:
    class Counting(Rag):
        """Each access to the property may return a newer generation."""

        looks = 0

        @property
        def index(self) -> Index:
            self.looks += 1
            return super().index

    before = rag.index.generation
    counting = Counting(rag.index, encoder=rag.encoder, reader=rag.reader, generator=rag.generator)
    answers = []
    for number, answer in enumerate(counting.stream(question)):
        (seeds / "ferry.md").write_text(f"# The island ferry\n\nIt takes {number + 2} hours.\n", encoding="utf-8")
        build(seeds, rag.index.path, encoder=encoder)
        answers.append(answer)
    assert counting.looks == 1
    assert {answer.trace.generation for answer in answers} == {before}
    assert not answers[-1].abstained
    assert not any("hours" in hit.passage.text for hit in answers[-1].hits)
    assert rag.index.generation > before


def test_a_search_for_no_passages_is_a_value_error(rag: Rag) -> None:
    with pytest.raises(ValueError, match="k is 0"):
        rag.search("ferry", k=0)


def test_a_missing_index_gets_an_error_with_the_next_step(tmp_path: Path, encoder: WordEncoder) -> None:
    with pytest.raises(IndexMissing, match="run: rag build"):
        Rag.open(tmp_path / "none", encoder=encoder, generator=None)


def test_another_encoder_is_a_mismatch(rag: Rag, tmp_path: Path) -> None:
    class OtherEncoder(WordEncoder):
        fingerprint = "other@1"

    with pytest.raises(IndexMismatch) as caught:
        Rag.open(tmp_path / "index", encoder=OtherEncoder(), generator=None)
    assert (caught.value.expected, caught.value.found) == ("other@1", "word-encoder@1")


def test_missing_and_empty_seeds_are_load_errors_and_keep_the_index(
    rag: Rag, tmp_path: Path, encoder: WordEncoder
) -> None:
    (tmp_path / "empty").mkdir()
    for folder in ("nowhere", "empty"):
        with pytest.raises(LoadError, match=folder):
            build(tmp_path / folder, tmp_path / "index", encoder=encoder)
    assert not rag.ask("Who opened the new lighthouse?").abstained


def test_removing_the_last_document_leaves_an_empty_index_if_allowed(
    seeds: Path, tmp_path: Path, encoder: WordEncoder
) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(LoadError, match="empty"):  # it never had documents
        build(tmp_path / "none", tmp_path / "index", encoder=encoder, may_be_empty=True)
    build(seeds, tmp_path / "index", encoder=encoder)
    kept = {path: path.read_bytes() for path in seeds.iterdir()}
    for path in kept:
        path.unlink()
    (seeds / "tool.exe").write_bytes(b"MZ")
    report = build(seeds, tmp_path / "index", encoder=encoder, may_be_empty=True)
    assert (report.read, report.passages, [skipped.source for skipped in report.skipped]) == (0, 0, ["tool.exe"])
    rag = Rag.open(tmp_path / "index", encoder=encoder, reader=OverlapReader(), generator=None)
    assert (dict(rag.documents), rag.search("lighthouse", k=3)) == ({}, [])
    assert rag.ask("Who opened the new lighthouse?").abstained
    for path, data in kept.items():
        path.write_bytes(data)
    assert build(seeds, tmp_path / "index", encoder=encoder).passages > 0


def test_an_unreadable_file_is_reported_and_the_build_continues(
    seeds: Path, tmp_path: Path, encoder: WordEncoder
) -> None:
    (seeds / "broken.txt").write_bytes(b"\x00\x01\x02\xff\xfe\x00" * 50)
    report = build(seeds, tmp_path / "index", encoder=encoder)
    assert [skipped.source for skipped in report.skipped] == ["broken.txt"]
    assert report.skipped[0].reason
    assert report.read == 2


def test_two_sources_that_contradict_each_other_are_both_shown(
    seeds: Path, tmp_path: Path, encoder: WordEncoder
) -> None:
    (seeds / "old.txt").write_text("Old prices\n\nA single ticket costs 12 crowns.\n", encoding="utf-8")
    build(seeds, tmp_path / "index", encoder=encoder)
    rag = Rag.open(tmp_path / "index", encoder=encoder, reader=OverlapReader(), generator=None)
    answer = rag.ask("How much does a single ticket cost?")
    assert answer.trace.outcome == "disagree"
    assert not answer.abstained
    assert "14 crowns" in answer.text
    assert "12 crowns" in answer.text
    assert len({c.passage.source for c in answer.citations}) == 2


def test_a_near_miss_is_refused_in_other_words(rag: Rag) -> None:
    strict = Rag(rag.index, encoder=rag.encoder, reader=rag.reader, threshold=1.0)
    nearly = strict.ask("How much does a single ticket to Bergen cost?")
    absent = strict.ask("What is the capital of France?")
    assert nearly.abstained
    assert absent.abstained
    assert (nearly.trace.outcome, absent.trace.outcome) == ("not_verified", "not_found")
    assert nearly.text != absent.text


def test_a_document_on_something_that_no_file_names_is_not_summarised(rag: Rag) -> None:
    assert rag.ask("Please summarise the contract with Halvorsen").abstained
    assert not rag.ask("Please summarise the document on the ferry to Skarholm").abstained


def test_a_document_is_summarised_in_its_own_sentences(rag: Rag) -> None:
    answer = rag.ask("Please summarise the document on the island ferry")
    assert not answer.abstained
    assert len(answer.sentences) >= 2
    assert {place.source for c in answer.citations for place in c.passage.places} >= {"ferry.md"}
    starts = [place.start for c in answer.citations for place in c.passage.places if place.source == "ferry.md"]
    assert starts == sorted(starts)
    for c in answer.citations:
        assert rag.documents[c.passage.source].text[c.start : c.end] == c.quote
    assert [s.verdict for s in answer.sentences] == ["quoted"] * len(answer.sentences)


def test_an_overview_of_everything_names_the_documents(rag: Rag) -> None:
    answer = rag.ask("Give me an overview of all documents")
    assert not answer.abstained
    assert answer.citations == ()
    assert "ferry" in answer.text


def test_sentences_of_a_passage_are_shown_in_the_order_of_the_text(rag: Rag) -> None:
    answer = rag.ask("When does the first ferry to Skarholm leave and how many minutes does it take?")
    by_passage: dict[str, list[int]] = {}
    for citation in answer.citations:
        by_passage.setdefault(citation.passage.id, []).append(citation.start)
    assert all(starts == sorted(starts) for starts in by_passage.values())


def test_an_open_rag_keeps_answering_when_the_new_generation_has_another_encoder(
    rag: Rag, seeds: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class OtherEncoder(WordEncoder):
        fingerprint = "other@1"

    (seeds / "more.txt").write_text("The ferry has a restaurant.\n", encoding="utf-8")
    build(seeds, tmp_path / "index", encoder=OtherEncoder())
    for _ in range(2):
        assert "14 crowns" in rag.ask("How much does a single ticket cost?").text
        assert caplog.text.count("goes on answering") == 1  # it is not opened again for every question
    (seeds / "more.txt").write_text("The ferry has two restaurants.\n", encoding="utf-8")
    build(seeds, tmp_path / "index", encoder=OtherEncoder())
    assert "14 crowns" in rag.ask("How much does a single ticket cost?").text
    assert caplog.text.count("goes on answering") == 2
    build(seeds, tmp_path / "index", encoder=WordEncoder())
    assert "more.txt" in rag.documents


def test_a_question_after_an_overview_is_answered_normally(rag: Rag) -> None:
    history = [("Summarise the island ferry document", "It leaves at 06:40.")]
    asked = rag.ask("And what does it cost, a single ticket?", history=history, sources=["ferry.md"])
    assert asked.citations[0].quote == "A single ticket costs 14 crowns."
    assert "read" in asked.trace.milliseconds  # the normal path, not that of a summary


class LastReader:
    """A Reader that finds the answer in the last passage."""

    def read(self, question: str, blocks: Sequence[Block]) -> Reading:
        return Reading((Evidence.of(blocks[-1], 1.0),), 1.0)


@pytest.mark.parametrize(("confidence", "read"), [(0.9, [8]), (0.5, [8, 9])])
def test_a_search_reads_more_passages_only_while_the_reader_is_unsure(
    tmp_path: Path, encoder: WordEncoder, confidence: float, read: list[int]
) -> None:
    class Counting:
        def __init__(self) -> None:
            self.read_at_once: list[int] = []

        def read(self, question: str, blocks: Sequence[Block]) -> Reading:
            self.read_at_once.append(len(blocks))
            return Reading((), confidence)

    (tmp_path / "seeds").mkdir()
    for n in range(9):
        (tmp_path / "seeds" / f"{n}.txt").write_text(f"The ferry number {n} calls at Skarholm.\n", encoding="utf-8")
    build(tmp_path / "seeds", tmp_path / "index", encoder=encoder)
    reader = Counting()
    found = Rag.open(tmp_path / "index", encoder=encoder, reader=reader, generator=None).search("Which ferry?", k=9)
    assert len(found) == 9
    assert reader.read_at_once == read


def test_search_ranks_the_readers_answer_first(rag: Rag) -> None:
    question = "When does the first ferry leave?"
    fused = [hit.passage.id for hit in rag.rankings(question, k=9)["fused"]]
    hits = Rag(rag.index, encoder=rag.encoder, reader=LastReader()).search(question, k=9)
    assert len(fused) > 1
    assert [hit.passage.id for hit in hits] == [fused[-1], *fused[:-1]]


def test_passages_that_the_reader_did_not_read_keep_their_order(rag: Rag, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.pipeline.READ", 1)
    hits, fused = rag.search("Where is the ferry?", k=9), rag.rankings("Where is the ferry?", k=9)["fused"]
    assert [hit.passage.id for hit in hits] == [hit.passage.id for hit in fused]
    assert len(hits) > 1
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def held() -> int:
    gc.collect()
    return sum(type(each) in (Document, Passage) for each in gc.get_objects())


class Counting(WordEncoder):
    """Counts the documents and passages in memory while texts are embedded, without those that existed before."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.most = held(), 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.most = max(self.most, held() - self.before)
        return super().encode(texts)


def test_a_build_with_few_documents_in_memory_makes_the_same_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for number in range(40):
        shared = "The ferry to the island leaves at nine on every day of the week.\n\n" if number % 3 else ""
        own = "\n\n".join(
            f"Pier {number} has {number + place} berths for boats of {place} metres." for place in range(9)
        )
        (seeds / f"{number}.txt").write_text(f"{shared}{own}\n", encoding="utf-8")
    whole = Counting()
    build(seeds, tmp_path / "whole", encoder=whole)
    streamed = Counting()
    monkeypatch.setattr("rag.index.writing.contents.AT_HAND", 2_000)
    monkeypatch.setattr("rag.index.writing.embed.BATCH", 8)
    build(seeds, tmp_path / "streamed", encoder=streamed)
    manifests = [Index.open(tmp_path / name).manifest for name in ("whole", "streamed")]
    assert manifests[0].files == manifests[1].files
    assert manifests[0].content == manifests[1].content
    assert streamed.most < whole.most / 4


@pytest.mark.parametrize("at_hand", [0, 2_000_000])
def test_a_file_with_the_same_bytes_has_its_own_modification_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_hand: int
) -> None:
    monkeypatch.setattr("rag.index.writing.contents.AT_HAND", at_hand)
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for number in range(3):
        (seeds / f"{number}.txt").write_text(f"Pier {number} has {number + 4} berths.\n", encoding="utf-8")
    for day in (date(2020, 5, 6), date(2024, 2, 29)):
        at = datetime.combine(day, datetime.min.time()).timestamp() + 43_200
        for file in seeds.iterdir():
            os.utime(file, (at, at))
        build(seeds, tmp_path / "index", encoder=WordEncoder())
        assert {document.day for document in Index.open(tmp_path / "index").documents.values()} == {day}


def test_a_search_during_a_rebuild_reads_one_generation(seeds: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    build(seeds, index, encoder=WordEncoder())

    class Overtaken(WordEncoder):
        """An encoder during whose work the index is built again, without a file."""

        def encode(self, texts: Sequence[str]) -> Vectors:
            if (seeds / "ferry.md").exists():
                (seeds / "ferry.md").unlink()
                build(seeds, index, encoder=WordEncoder())
            return super().encode(texts)

    rag = Rag.open(index, encoder=Overtaken(), reader=OverlapReader(), generator=None)
    assert "ferry.md" in {hit.passage.source for hit in rag.search("When does the first ferry leave Vinterhavn?")}
    assert "ferry.md" not in rag.documents
