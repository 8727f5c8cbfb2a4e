"""What the reader promises, on texts whose answer one knows by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from rag import models
from rag.answer.features import CONFIDENCE_FEATURES, SENTENCE_FEATURES, topic
from rag.answer.read import MOST_SHOWN, REFUSAL_THRESHOLD, SentenceReader, enough, factors, rerank
from rag.language import clues
from rag.language.sentences import sentences
from rag.models.encoder import SentenceEncoder
from rag.types import Evidence, Hit, Passage, Reading, Vectors

RHINE = "The Rhine rises in the Alps. It is 1,230 kilometres long. Its mouth lies in the Netherlands."
BREAD = "Knead the dough for ten minutes. Let it rest. Bake it at 220 degrees."


class WordEncoder:
    """An encoder whose vectors count words: texts that share words are near."""

    fingerprint, window = "words", 256

    def measure(self, text: str) -> int:
        return len(text.split())

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.full((len(texts), 997), 0.01, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in clues.content(text):
                vectors[row, sum(map(ord, word)) * 7 % 997] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def hit(text: str, *, start: int = 0, heading: str = "", score: float = 1.0) -> Hit:
    return Hit(Passage(text[:9], "d", "d.txt", text, start, start + len(text), heading=heading), score)


@pytest.fixture
def reader() -> SentenceReader:
    return SentenceReader(WordEncoder())


def test_evidence_is_a_span_of_the_document(reader: SentenceReader) -> None:
    document = "Title\n\n" + RHINE
    reading = reader.read("How long is the Rhine?", [hit(RHINE, start=7)])
    assert len(reading.evidence) == 3
    for evidence in reading.evidence:
        assert document[evidence.start : evidence.end] == evidence.quote


def test_sentence_with_the_kind_of_thing_asked_for_comes_first(reader: SentenceReader) -> None:
    reading = reader.read("How long is the Rhine?", [hit(RHINE, heading="Rhine"), hit(BREAD)])
    assert reading.evidence[0].quote == "It is 1,230 kilometres long."


def test_evidence_is_sorted_best_first_and_its_scores_are_shares(reader: SentenceReader) -> None:
    scores = [e.score for e in reader.read("Where is the mouth of the Rhine?", [hit(RHINE), hit(BREAD)]).evidence]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1, abs=1e-5)


def test_no_hits_give_no_evidence_and_no_confidence(reader: SentenceReader) -> None:
    assert reader.read("How long is the Rhine?", []) == Reading((), 0.0)
    assert reader.read("   ", [hit(RHINE)]) == Reading((), 0.0)
    assert reader.read("How long?", [hit("—\n\n***")]) == Reading((), 0.0)


def test_confidence_falls_when_the_words_of_the_question_are_nowhere(reader: SentenceReader) -> None:
    present = reader.read("How long is the Rhine?", [hit(RHINE)]).confidence
    absent = reader.read("Who coached the volleyball champions?", [hit(RHINE)]).confidence
    assert 0 <= absent < REFUSAL_THRESHOLD
    assert absent < present <= 1


def test_a_sentence_that_stands_in_two_passages_is_shown_once(reader: SentenceReader) -> None:
    quotes = [e.quote for e in reader.read("How long is the Rhine?", [hit(RHINE), hit("Rivers. " + RHINE)]).evidence]
    assert len(quotes) == len(set(quotes)) == 4


def test_who_wrote_it_finds_the_line_about_the_author(reader: SentenceReader) -> None:
    author = "Jane Miller is a journalist who covers rivers. She lives in Basel."
    reading = reader.read("Who wrote it?", [hit(RHINE), hit(author)])
    assert reading.evidence[0].quote == "Jane Miller is a journalist who covers rivers."
    assert reading.confidence >= REFUSAL_THRESHOLD
    assert reader.read("Who wrote it?", [hit(RHINE)]).confidence < REFUSAL_THRESHOLD


def test_reading_twice_gives_the_same(reader: SentenceReader) -> None:
    hits = [hit(RHINE), hit(BREAD)]
    assert reader.read("How long is the Rhine?", hits) == reader.read("How long is the Rhine?", hits)


def evidence(score: float, text: str = RHINE) -> Evidence:
    return Evidence(hit(text).passage, 0, 4, text[:4], score)


def test_enough_shows_the_best_sentence_and_those_nearly_as_likely() -> None:
    assert enough(Reading((), 0.9)) == ()
    assert [e.score for e in enough(Reading((evidence(0.9), evidence(0.05)), 0.9))] == [0.9]
    assert len(enough(Reading(tuple(evidence(0.2) for _ in range(5)), 0.9))) == MOST_SHOWN


def test_rerank_puts_the_passage_with_the_best_sentence_first_and_keeps_all() -> None:
    hits = [hit(RHINE, score=0.9), hit(BREAD, score=0.8)]
    ranked = rerank(hits, Reading((evidence(0.7, BREAD), evidence(0.3, RHINE)), 0.9))
    assert [h.passage.text for h in ranked] == [BREAD, RHINE]
    assert rerank(hits, Reading((), 0.0))[0].passage.text == RHINE


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When was it built?", "date"),
        ("How many people live there?", "number"),
        ("In which country is it?", "place"),
        ("Who built it?", "person"),
        ("Why?", "other"),
    ],
)
def test_question_words_say_what_kind_is_asked_for(question: str, kind: str) -> None:
    assert clues.kind_asked(question) == kind


def test_coverage_weighs_rare_words_more() -> None:
    held = [clues.content("the river bank"), clues.content("the river bed"), clues.content("a dam")]
    rarity = clues.rarities(held, clues.content("dam river"))
    assert clues.coverage(rarity, held[2]) > clues.coverage(rarity, held[0])
    assert clues.coverage({}, held[0]) == 1.0


def test_topic_is_the_heading_or_a_file_name_made_of_words() -> None:
    plain = hit(RHINE).passage
    assert topic(replace(plain, heading="Rivers › Rhine")) == "Rivers › Rhine"
    assert topic(replace(plain, source="notes/steam_engine.txt")) == "steam engine"
    assert topic(replace(plain, source="000_fa4e7cc2d2baa82f.txt")) == ""


def test_features_and_their_factors_have_the_same_names() -> None:
    assert factors().sentence.shape == (len(SENTENCE_FEATURES),)
    assert factors().confidence.shape == (len(CONFIDENCE_FEATURES),)
    assert factors().rules > 0
    assert factors().joint > 0


class TypistEncoder(WordEncoder):
    fingerprint = "another"


def test_another_encoder_is_read_by_rule() -> None:
    assert SentenceReader.named(TypistEncoder()).joint is None


@pytest.mark.model
def test_trained_reader_scores_every_sentence_whatever_the_batch() -> None:
    scorer = SentenceReader.named(SentenceEncoder.named(models.DEFAULT_ENCODER)).joint
    assert scorer is not None
    texts = [("Rhine", RHINE, sentences(RHINE)), ("", BREAD, sentences(BREAD))]
    together = scorer.score("How long is the Rhine?", texts)
    assert together.shape == (6,)
    assert int(together.argmax()) == 1
    alone = [scorer.score("How long is the Rhine?", [text]) for text in texts]
    assert np.array_equal(together, np.concatenate(alone))


@pytest.mark.model
def test_who_reads_further_remembers_and_gives_what_one_reading_gives() -> None:
    encoder, question = SentenceEncoder.named(models.DEFAULT_ENCODER), "How long is the Rhine?"
    hits = [
        hit(text, score=1 / (rank + 1))
        for rank, text in enumerate((BREAD, RHINE, "The Danube is longer.", f"Once. {BREAD}"))
    ]
    at_once = SentenceReader.named(encoder).read(question, hits)
    reader = SentenceReader.named(encoder)
    reader.read("Who bakes?", hits[1:])  # the same sentences, asked for something else
    assert reader.joint is not None
    asked: list[int] = []
    kept, make = reader.joint._scores, reader.joint._made
    kept._make = lambda new: asked.append(len(new)) or make(new)  # type: ignore[func-returns-value]
    reader.read(question, hits[:2])
    assert reader.read(question, hits) == at_once
    assert asked == [2, 2]  # the first two were read once
    assert all(vector.base is None for vector in reader._vectors([RHINE, BREAD]))  # none keeps a whole matrix alive


@pytest.mark.model
def test_a_passage_longer_than_the_window_is_scored_whole() -> None:
    scorer = SentenceReader.named(SentenceEncoder.named(models.DEFAULT_ENCODER)).joint
    assert scorer is not None
    text = " ".join(f"Sentence number {n} says nothing of interest." for n in range(200))
    assert np.isfinite(scorer.score("What is said?", [("", text, sentences(text))])).all()
    assert scorer.score("What is said?", []).shape == (0,)
