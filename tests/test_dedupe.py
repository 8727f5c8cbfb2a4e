from rag.dedupe import drop_duplicates, fingerprint
from rag.split import text_id
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
    return [[place.source for place in passage.places] for passage in drop_duplicates(passages(*texts))]


def test_equal_texts_fold_into_the_first_which_remembers_every_place() -> None:
    assert folded(BASE, "Another text stands between them.", BASE) == [["0.txt", "2.txt"], ["1.txt"]]


def test_case_spacing_and_markup_do_not_tell_texts_apart() -> None:
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


def test_another_order_of_the_same_facts_is_kept() -> None:
    text = "In the final match of the long season the club Arsenal beat the club Chelsea by a very narrow margin."
    swapped = text.replace("Arsenal", "#").replace("Chelsea", "Arsenal").replace("#", "Chelsea")
    assert folded(text, swapped) == [["0.txt"], ["1.txt"]]


def test_short_texts_fold_only_when_equal() -> None:
    assert folded("The shop is open today", "The shop is shut today") == [["0.txt"], ["1.txt"]]


def test_places_of_passages_folded_before_are_kept() -> None:
    once = list(drop_duplicates(passages(BASE, BASE)))
    assert list(drop_duplicates(once)) == once


def test_kept_fingerprints_fold_as_computed_ones() -> None:
    given = passages(BASE, BASE.replace("calm", "quiet"), BASE.upper(), BASE.replace("Skye", "Mull"), "Short.", "short")
    kept = [fingerprint(passage.text) for passage in given]
    assert list(drop_duplicates(given, kept)) == list(drop_duplicates(given))


def test_a_kept_fingerprint_decides_which_texts_are_equal() -> None:
    given = passages(BASE, "Another text stands between them.")
    assert len(drop_duplicates(given, [fingerprint(BASE)] * 2)) == 1
