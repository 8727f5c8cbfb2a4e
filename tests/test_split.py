import re
import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rag.language.sentences
from rag.language.sentences import sentences
from rag.load.text.markdown import parse_markdown
from rag.load.text.plain import parse_plain
from rag.models.encoder import SentenceEncoder
from rag.split import HEADING_ROOM, embedded_text, split_document
from rag.types import Document, Segment


def words(text: str) -> int:
    """Count tokens like a tokenizer with short pieces: one per four letters of a word."""
    return 2 + sum(-(-len(word) // 4) for word in re.findall(r"\w+|[^\w\s]", text))


def markdown(text: str) -> Document:
    parsed = parse_markdown(text.encode(), "a.md")
    return Document("id", "a.md", parsed.title, parsed.text, segments=parsed.segments)


def plain(text: str) -> Document:
    parsed = parse_plain(text.encode(), "a.txt")
    return Document("id", "a.txt", parsed.title or "a", parsed.text, segments=parsed.segments)


def paragraphs(text: str) -> Document:
    return Document("id", "a.txt", "a", text, segments=(Segment(0, len(text), "paragraph"),))


def test_a_list_stays_with_its_introduction_and_paragraphs_stay_apart() -> None:
    document = markdown("# T\n\nBring these:\n\n- bread\n- salt\n\nThey keep long.\n\nWater does not.\n")
    assert [passage.text for passage in split_document(document, window=128, measure=words)] == [
        "Bring these:\n\n- bread\n- salt",
        "They keep long.",
        "Water does not.",
    ]


def test_a_heading_is_never_a_passage_but_belongs_to_the_passages_under_it() -> None:
    document = markdown("# Tea\n\n## Brewing\n\nUse hot water.\n\n## Empty\n")
    (passage,) = split_document(document, window=128, measure=words)
    assert (passage.heading, passage.text) == ("Tea › Brewing", "Use hot water.")
    assert embedded_text(passage) == "Tea › Brewing\nUse hot water."


def test_pages_are_counted_from_one() -> None:
    text = "First page here. Second page there."
    document = Document(
        "id", "a", "a", text, (0, 17), segments=(Segment(0, 16, "paragraph"), Segment(17, 35, "paragraph"))
    )
    assert [(p.page, p.text) for p in split_document(document, window=128, measure=words)] == [
        (1, "First page here."),
        (2, "Second page there."),
    ]


def test_a_window_that_is_too_small_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="window of 40 tokens is too small"):
        split_document(paragraphs("x"), window=40, measure=words)


@pytest.mark.model
def test_no_text_is_truncated_by_the_real_encoders_window() -> None:
    encoder = SentenceEncoder()
    document = markdown(
        "# A very long heading indeed " * 20 + "\n\n" + "The 12,345 ships sailed from Qaanaaq to Ushuaia. " * 200
    )
    passages = split_document(document, window=encoder.window, measure=encoder.measure)
    assert len(passages) > 5
    assert max(encoder.measure(embedded_text(passage)) for passage in passages) <= encoder.window
    assert "".join("".join(p.text.split()) for p in passages) == "".join(document.text.split("\n\n")[1].split())


SCRIPTS = st.text(
    st.one_of(
        st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")),
        st.sampled_from("abc ABC. 12,3!?\n\r\t-*#|>`北京。日本語です、مرحبا؟हिन्दी।ไทยไทย😀👩‍👩‍👧é"),
    ),
    max_size=600,
)


@settings(deadline=None)  # a slow machine is not a failure
@given(SCRIPTS)
def test_every_passage_is_a_slice_and_every_letter_is_in_exactly_one(text: str) -> None:
    if not any(character.isalnum() for character in text):
        return
    for document in (plain(text), markdown(text), paragraphs(text)):
        passages = split_document(document, window=80, measure=words)
        assert all(document.text[p.start : p.end] == p.text for p in passages)
        assert all(before.end <= after.start for before, after in pairwise(passages))
        assert all(words(p.text) <= 80 - HEADING_ROOM for p in passages)
        covered = {i for p in passages for i in range(p.start, p.end)}
        content = [s for s in document.segments if s.kind not in ("heading", "noise")]
        missed = [i for s in content for i in range(s.start, s.end) if i not in covered and document.text[i].isalnum()]
        assert missed == []


@settings(deadline=None)  # a slow machine is not a failure
@given(SCRIPTS)
def test_sentences_are_in_order_and_cover_every_letter(text: str) -> None:
    spans = sentences(text)
    assert all(start < end and text[start:end] == text[start:end].strip() for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    covered = {i for start, end in spans for i in range(start, end)}
    assert [c for i, c in enumerate(text) if i not in covered and not c.isspace()] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He studied at St. Antony’s College. Mr. Ito paid 3.5 dollars in the U.S. Senate.", 2),
        ('Yes! No? He said "Go." Then he left.', 4),
        ("中国的首都是北京。北京有两千多万人口。是吗？", 3),
        ("القاهرة هي عاصمة مصر. هل هذا صحيح؟ نعم.", 3),
        ("दिल्ली भारत की राजधानी है। क्या यह सच है?", 2),
        ("Er kam am 3. Mai 2017 an. Dr. Müller sagte nein zu dem Plan.", 2),
        ("- one\n- two\n- three", 3),
        ("| a | b |\n| 1 | 2 |", 2),
        ("A line that goes on\nin the next line.", 1),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: int) -> None:
    assert len(sentences(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Every hut has a box. It holds:\n\n- two blankets\n- a lamp\n\nIt is checked.",
            ["Every hut has a box.", "It holds:\n\n- two blankets\n- a lamp", "It is checked."],
        ),
        ("It holds:\n\ntwo blankets\na lamp\n\nIt is old.", ["It holds:\n\ntwo blankets\na lamp", "It is old."]),
        (
            "1. Ring the bell. Loudly.\n2. Wake all.\n\nThen wait.",
            ["1. Ring the bell. Loudly.\n2. Wake all.", "Then wait."],
        ),
        ("1. Ring the bell.\n\nThen wait.", ["1. Ring the bell.", "Then wait."]),
        ("- Dogs are welcome.\n- Cats are not.", ["- Dogs are welcome.", "- Cats are not."]),
        ("Prices:\n\n| Bed | 22 |\n| Room | 60 |", ["Prices:", "| Bed | 22 |", "| Room | 60 |"]),
        ("The rules:\n- " + "so " * 400, ["The rules:", ("- " + "so " * 400).strip()]),  # too long to be quoted whole
    ],
)
def test_a_list_with_an_introduction_or_numbers_is_one_sentence(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In August the boat leaves the jetty at 7.10 and at\n17.45, from Monday to Friday.", 1),
        ("A seat in one of the rear rows costs between 5.20 and\n6.50 crowns. Pay at the door.", 2),
        ("1.1 The shed holds two boats.\n1.2 Fires are forbidden.", 2),
        ("Two rules hold for everybody who rows on this lake\n2.1 Nobody rows alone", 2),
        ("9.00 arrival of all who take the early boat to the island\n9.30 coffee\n10.15 walk", 3),
    ],
)
def test_a_line_that_begins_with_a_time_or_price_goes_on_with_the_sentence(text: str, expected: int) -> None:
    assert len(sentences(text)) == expected


@pytest.mark.parametrize("piece", ["`", "([{", "a", "漢字", "x@", "word ", ". "])
def test_pathological_text_of_a_megabyte_is_split_in_seconds_of_processor_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece)) + " The end."
    started = time.process_time()
    document = plain(text)
    passages = split_document(document, window=256, measure=words)
    assert time.process_time() - started < 20  # measured: one to two seconds; a quadratic algorithm takes minutes
    assert passages[-1].end == len(text)


class Counting:
    """A pattern that counts how often it is tried."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern, self.tried = pattern, 0

    def match(self, *given: Any) -> re.Match[str] | None:
        self.tried += 1
        return self.pattern.match(*given)


def test_the_end_of_a_long_list_is_looked_for_only_as_far_as_a_list_is_kept_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = 3_000
    counting = Counting(rag.language.sentences.OWN_LINE)
    monkeypatch.setattr(rag.language.sentences, "OWN_LINE", counting)
    text = "".join(f"{i % 999}. Ring the bell.\n" for i in range(lines))
    assert len(sentences(text)) > 0.9 * lines  # the last of them are a short list
    assert counting.tried < lines * rag.language.sentences.MAX_LIST / len("1. Ring.")


class CountingText(str):
    """A text that counts the characters copied out of it."""

    copied = 0

    def __getitem__(self, part: Any) -> str:
        found = super().__getitem__(part)
        CountingText.copied += len(found)
        return found


def test_splitting_copies_each_part_of_a_document_a_few_times_only() -> None:
    line = "- a rope\n"
    text = CountingText(line * 4_000)
    segments = tuple(Segment(at, at + len(line) - 1, "item") for at in range(0, len(text), len(line)))
    CountingText.copied = 0
    passages = split_document(Document("id", "a.txt", "a", text, segments=segments), window=128, measure=words)
    assert passages[-1].end == segments[-1].end
    assert CountingText.copied < 10 * len(text)
