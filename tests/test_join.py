"""Short neighbouring paragraphs form one passage, and a change in one of them moves no other."""

from __future__ import annotations

import random
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import Rag, build
from rag.load.text.markdown import parse_markdown
from rag.split import HEADING_ROOM, embedded_text, join_neighbours, split_document
from rag.split.fold import drop_duplicates
from rag.split.lazy import Passages
from rag.types import Continued, Document, Passage
from tests.conftest import OverlapReader, WordEncoder

WINDOW = 160


def measure(text: str) -> int:
    return 2 + len(re.findall(r"\w+|[^\w\s]", text))


def document(text: str, source: str = "a.md") -> Document:
    parsed = parse_markdown(text.encode(), source)
    return Document(source, source, parsed.title, parsed.text, segments=parsed.segments)


def gathered(*documents: Document) -> list[Passage]:
    passages = [p for d in documents for p in split_document(d, window=WINDOW, measure=measure)]
    return list(join_neighbours(drop_duplicates(Passages.of(passages)), {each.source: each for each in documents}))


def texts(*documents: str) -> list[str]:
    return [p.text for p in gathered(*(document(text, f"{i}.md") for i, text in enumerate(documents)))]


def test_short_neighbours_under_one_heading_are_one_passage() -> None:
    assert texts("# Tea\n\nWater boils.\n\nTea draws.\n\n## Cups\n\nCups are washed.\n\nThey dry.\n") == [
        "Water boils.\n\nTea draws.",
        "Cups are washed.\n\nThey dry.",
    ]


def test_lists_tables_and_separated_paragraphs_stay_apart() -> None:
    assert texts(
        "Bring these.\n\n- bread\n- salt\n\nThey keep long.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nThe end.\n"
    ) == [
        "Bring these.",
        "- bread\n- salt",
        "They keep long.",
        "| 1 | 2 |",  # the column names are in its heading
        "The end.",
    ]


def test_a_paragraph_in_two_files_is_one_passage_with_both_places() -> None:
    shared = "The ferry leaves the northern harbour every morning at seven."
    made = gathered(
        document(f"It is cold.\n\n{shared}\n\nIt is late.\n", "a.md"), document(f"It rains.\n\n{shared}\n", "b.md")
    )
    assert [(p.text, [place.source for place in p.places]) for p in made] == [
        ("It is cold.", ["a.md"]),
        (shared, ["a.md", "b.md"]),
        ("It is late.", ["a.md"]),
        ("It rains.", ["b.md"]),
    ]


def essay(seed: int, paragraphs: int = 40) -> list[str]:
    """Return paragraphs of 5 to 80 words, no two alike."""
    pick = random.Random(seed)
    return [
        " ".join(f"w{pick.randrange(10_000)}" for _ in range(pick.choice((5, 8, 12, 20, 40, 80))))
        for _ in range(paragraphs)
    ]


def changed(before: list[str], after: list[str]) -> int:
    """Return the number of passages to embed when one text is changed into the other."""
    known = {embedded_text(p) for p in gathered(document("\n\n".join(before)))}
    return len({embedded_text(p) for p in gathered(document("\n\n".join(after)))} - known)


@pytest.mark.parametrize("seed", range(3))
def test_one_changed_word_embeds_exactly_one_passage(seed: int) -> None:
    whole = essay(seed)
    assert len(gathered(document("\n\n".join(whole)))) < 0.6 * len(whole)
    for i, paragraph in enumerate(whole):
        other = whole[:i] + [paragraph.rsplit(" ", 1)[0] + " instead"] + whole[i + 1 :]
        assert changed(whole, other) == 1, i


@pytest.mark.parametrize("seed", range(3))
def test_a_paragraph_that_grows_or_shrinks_embeds_one_passage_or_its_two_parts(seed: int) -> None:
    whole = essay(seed)
    counts: Counter[int] = Counter()
    for i, paragraph in enumerate(whole):
        said = paragraph.split()
        for other in (" ".join([*said, "and", "more", "besides"]), " ".join(said[: -len(said) // 4])):
            counts[changed(whole, whole[:i] + [other] + whole[i + 1 :])] += 1
    assert set(counts) <= {1, 2}
    assert counts[1] >= 0.9 * sum(counts.values())


def test_a_new_paragraph_leaves_most_passages_unchanged() -> None:
    whole = essay(7, 60)
    for i in range(0, len(whole), 7):
        assert changed(whole, [*whole[:i], "Nobody had said this before.", *whole[i:]]) <= 6


def test_one_changed_paragraph_of_a_built_index_embeds_one_passage(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    whole, encoder = essay(11), WordEncoder()
    (tmp_path / "seeds" / "a.md").write_text("\n\n".join(whole), encoding="utf-8")
    first = build(tmp_path / "seeds", tmp_path / "index", encoder=encoder)
    assert first.passages < len(whole)
    whole[20] += " w1 w2"
    (tmp_path / "seeds" / "a.md").write_text("\n\n".join(whole), encoding="utf-8")
    (tmp_path / "seeds" / "b.md").write_text("Another file that says little.\n\nIt ends.\n", encoding="utf-8")
    report = build(tmp_path / "seeds", tmp_path / "index", encoder=encoder)
    assert report.embedded == 2
    rag = Rag.open(tmp_path / "index", encoder=encoder, reader=OverlapReader(), generator=None)
    assert all(type(p) is Passage for p in rag.index.passages)
    for p in rag.index.passages:
        assert rag.documents[p.source].text[p.start : p.end] == p.text
    again = build(tmp_path / "seeds", tmp_path / "index", encoder=encoder)
    assert (again.embedded, again.passages) == (0, report.passages)


def test_only_continued_passages_are_compared_with_their_predecessor() -> None:
    text = "# Tea\n\nWater boils.\n\nTea draws.\n\n## Cups\n\nCups are washed.\n\n## Pots\n\nPots are dried.\n"
    read = document(text)
    split = split_document(read, window=WINDOW, measure=measure)
    looked_at = []
    passages = Passages(
        lambda i: looked_at.append(i) or split[i],  # type: ignore[func-returns-value]
        places=[passage.places for passage in split],
        continued=[isinstance(passage, Continued) for passage in split],
    )
    joined = join_neighbours(passages, {"a.md": read})
    assert looked_at == [1, 0]
    assert [passage.text for passage in joined] == ["Water boils.\n\nTea draws.", "Cups are washed.", "Pots are dried."]


PARAGRAPHS = st.lists(st.text(st.sampled_from("ab c。日म.!\n-#|1"), max_size=120), max_size=25)


@settings(deadline=None)
@given(PARAGRAPHS, PARAGRAPHS)
def test_no_text_is_lost_repeated_or_too_long(one: list[str], other: list[str]) -> None:
    documents = [document("\n\n".join(part), f"{i}.md") for i, part in enumerate((one, other)) if "a" in "".join(part)]
    split = [p for d in documents for p in split_document(d, window=WINDOW, measure=measure)]
    folded = drop_duplicates(Passages.of(split))
    by_source = {d.source: d for d in documents}
    made = join_neighbours(folded, by_source)
    assert [bool(flag) for flag in folded.continued] == [isinstance(passage, Continued) for passage in folded]
    assert all(by_source[p.source].text[p.start : p.end] == p.text for p in made)
    assert all(measure(p.text) <= WINDOW - HEADING_ROOM for p in made)
    assert all(a.source != b.source or a.end <= b.start for a, b in pairwise(made))
    assert not any(isinstance(p, Continued) for p in made)
    letters = [(p.source, i) for p in folded for i in range(p.start, p.end) if p.text[i - p.start].isalnum()]
    kept = [(p.source, i) for p in made for i in range(p.start, p.end) if p.text[i - p.start].isalnum()]
    assert kept == letters
