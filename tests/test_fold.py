import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.split import fold, text_id
from rag.split.fold import TOKEN, Fingerprints, drop_duplicates, fingerprint, tokenize
from rag.split.lazy import Passages
from rag.types import Passage, Place

BASE = (
    "The ferry leaves the northern harbour every morning at seven, carries thirty cars and their passengers, "
    "and reaches the island of Skye after a calm crossing of two hours."
)


def passages(*texts: str) -> list[Passage]:
    made = []
    for i, text in enumerate(texts):
        place = Place(f"{i}.txt", 0, len(text))
        made.append(Passage(text_id(text), str(i), place.source, text, 0, len(text), places=(place,)))
    return made


def folded(*texts: str) -> list[list[str]]:
    return [[place.source for place in passage.places] for passage in drop_duplicates(Passages.of(passages(*texts)))]


def test_equal_texts_fold_into_the_first_which_keeps_every_place() -> None:
    assert folded(BASE, "Another text stands between them.", BASE) == [["0.txt", "2.txt"], ["1.txt"]]


def test_case_spacing_and_markup_make_no_difference() -> None:
    assert folded(BASE, BASE.replace(" ", "  ").replace("ferry", "**ferry**"), BASE.upper()) == [
        ["0.txt", "1.txt", "2.txt"]
    ]


def test_one_changed_word_folds() -> None:
    assert folded(BASE, BASE.replace("calm", "quiet")) == [["0.txt", "1.txt"]]


def test_a_changed_fact_is_kept_as_a_variant() -> None:
    for old, new in [
        ("thirty", "forty"),
        ("Skye", "Mull"),
        ("leaves", "never leaves"),
        ("two hours", "2 hours 30"),
    ]:
        assert folded(BASE, BASE.replace(old, new)) == [["0.txt"], ["1.txt"]], new
    numbered = "The report of May 2019 says that about 85 % of all members voted for the new rules of the house."
    for old, new in [("85", "87"), ("2019", "2020"), ("May", "June"), ("voted for", "did not vote for")]:
        assert folded(numbered, numbered.replace(old, new)) == [["0.txt"], ["1.txt"]], new


def test_the_same_facts_in_another_order_are_kept() -> None:
    text = "In the final match of the long season the club Arsenal beat the club Chelsea by a very narrow margin."
    swapped = text.replace("Arsenal", "#").replace("Chelsea", "Arsenal").replace("#", "Chelsea")
    assert folded(text, swapped) == [["0.txt"], ["1.txt"]]


def test_short_texts_fold_only_when_equal() -> None:
    assert folded("The shop is open today", "The shop is shut today") == [["0.txt"], ["1.txt"]]


def test_places_of_already_folded_passages_are_kept() -> None:
    once = list(drop_duplicates(Passages.of(passages(BASE, BASE))))
    assert list(drop_duplicates(Passages.of(once))) == once


def test_stored_fingerprints_fold_like_computed_ones() -> None:
    given = Passages.of(
        passages(BASE, BASE.replace("calm", "quiet"), BASE.upper(), BASE.replace("Skye", "Mull"), "Short.", "short")
    )
    kept = Fingerprints(fingerprint(passage.text) for passage in given)
    assert list(drop_duplicates(given, kept)) == list(drop_duplicates(given))


def test_a_stored_fingerprint_decides_which_texts_are_equal() -> None:
    given = Passages.of(passages(BASE, "Another text stands between them."))
    assert len(drop_duplicates(given, Fingerprints([fingerprint(BASE)] * 2))) == 1


def test_every_near_duplicate_folds_into_the_first() -> None:
    near = [BASE.replace("calm", word) for word in ("calm", "quiet", "slow", "quiet")]
    assert folded(near[0], "Another text.", near[1], "Yet another text.", near[2], near[3]) == [
        ["0.txt", "2.txt", "4.txt", "5.txt"],
        ["1.txt"],
        ["3.txt"],
    ]


def test_each_passage_has_its_own_places() -> None:
    other = "Another text stands between them."
    assert folded(BASE, other, other, BASE) == [["0.txt", "3.txt"], ["1.txt", "2.txt"]]


def test_a_folded_passage_is_not_computed() -> None:
    made = passages(BASE, "Another text stands between them.", BASE)
    looked_at = []
    given = Passages(
        lambda i: looked_at.append(i) or made[i],  # type: ignore[func-returns-value]
        places=[passage.places for passage in made],
        continued=bytes(3),
    )
    prints = Fingerprints(fingerprint(passage.text) for passage in made)
    assert list(drop_duplicates(given, prints)) == list(drop_duplicates(Passages.of(made)))
    assert looked_at == [0, 1]


def test_folding_needs_few_bytes_per_passage() -> None:
    """Each passage keeps two digests of 16 bytes, and the number of the kept one; temporary arrays are freed."""

    def folding(count: int) -> tuple[float, float]:
        given = Passages(lambda i: passages(f"Pier {i} has berths.")[0], places=[()] * count, continued=bytes(count))
        tracemalloc.start()
        prints = Fingerprints(fingerprint(given[i].text) for i in range(count))
        distinct = drop_duplicates(given, prints)
        held, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(distinct) == count
        return held, most

    folding(1)  # caches
    small, large = folding(20_000), folding(40_000)  # more names than are cached
    held, most = ((after - before) / 20_000 for before, after in zip(small, large, strict=True))
    assert held < 50
    assert most < 220


@given(st.text(st.characters(max_codepoint=127)))
@example("x1 3rd -4,5 +6 a-7 8.9.1 v.2 it's o'' 1'2 C++ ++ #5 $3 <= a_b 07:30/8 .5 ,5 -")
def test_words_are_split_the_same_way_in_ascii_and_other_text(text: str) -> None:
    assert tokenize(text) == TOKEN.findall(text)


def test_texts_that_share_a_bucket_are_kept_for_comparison_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold, "_bands", lambda text, words: [(0, 1), (1, int(text))])
    monkeypatch.setattr(fold, "_are_near", lambda before, words: before == ["15"])
    alike = fold._Alike()
    assert [alike.home(i, str(i)) for i in range(15)] == list(range(15))
    assert [alike.home(i, str(i)) for i in range(15, 100)] == [15] * 85
    assert (len(alike._by_band[0, 1]), len(alike._words)) == (fold.MAX_CANDIDATES, fold.MAX_CANDIDATES)
    monkeypatch.setattr(fold, "_are_near", lambda before, words: False)
    assert [alike.home(i, str(i)) for i in range(100, 300)] == list(range(100, 300))
    assert max(map(len, alike._by_band.values())) == fold.MAX_CANDIDATES
