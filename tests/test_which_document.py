"""A summary is of the document that is meant, by its name, its words or what is found in it."""

from __future__ import annotations

from rag.answer.summary.which_document import (
    FEATURES,
    about,
    asked_beside_the_name,
    documents_asked_for,
    features,
    names_nothing_held,
)
from rag.language.words import content_stems
from rag.types import Hit
from tests.conftest import WordEncoder
from tests.situations import loaded, passages


def test_the_named_document_is_chosen() -> None:
    documents = {s: loaded(s, f"# {t}\n\nText.\n") for s, t in (("a.md", "Lease of flat 4"), ("b.md", "House rules"))}
    hits = [Hit(passages(documents["b.md"])[0], 1.0)]
    given = sorted(documents)
    assert documents_asked_for("Summarise the lease of flat 4", documents, given, [], WordEncoder()) == ["a.md"]
    assert documents_asked_for("Summarise the sauna report", documents, given, hits, WordEncoder()) == [
        "b.md"
    ]  # found by retrieval, but not named


def test_how_long_a_summary_should_be_does_not_name_a_document() -> None:
    titles = {"a.md": "Three ways to the hut", "b.md": "Fire briefing"}
    documents = {s: loaded(s, f"# {t}\n\nText.\n") for s, t in titles.items()}
    named = documents_asked_for("Sum up the briefing in three points", documents, sorted(documents), [], WordEncoder())
    assert named == ["b.md"]


def test_how_long_a_summary_should_be_is_not_what_it_is_about() -> None:
    lease = loaded("lease.md", "# Lease\n\nText.\n")
    assert asked_beside_the_name("Sum up the lease in a short text", lease) == frozenset()
    assert asked_beside_the_name("Sum up the lease, the repairs in short", lease) == content_stems("repairs")


def test_a_series_is_summarised_if_no_single_document_is_named() -> None:
    sources = [f"2030-0{n}-10-board.md" for n in (1, 2, 3)]
    documents = {s: loaded(s, f"# Board meeting, {s[:10]}\n\nText.\n") for s in sources}
    assert (
        documents_asked_for("What was decided in the board meetings?", documents, sources, [], WordEncoder()) == sources
    )
    assert documents_asked_for("Summarise the February board meeting", documents, sources, [], WordEncoder()) == [
        sources[1]
    ]


def test_the_document_about_the_subject_is_chosen_if_none_is_named() -> None:
    documents = {s: loaded(s, f"# {t}\n\n{x}\n") for s, t, x in (
        ("a.md", "Order of the house", "Fire in the garden."), ("b.md", "Tariff", "Boats and oars."))}  # fmt: skip
    hits = [Hit(passages(d)[0], 1.0) for d in documents.values()]
    assert documents_asked_for(
        "sum up what holds for fire in the garden", documents, sorted(documents), hits, WordEncoder()
    ) == ["a.md"]
    assert documents_asked_for(
        "sum up what we know of boats and oars", documents, sorted(documents), hits, WordEncoder()
    ) == ["b.md"]


def test_the_subject_is_searched_for_without_the_request() -> None:
    assert about("Please summarise the fire rules") == "fire rules"


class Held:
    """A vocabulary of these words."""

    speller = None

    def __init__(self, *held: str) -> None:
        self.held = held

    def knows(self, word: str) -> bool:
        return word in self.held


def test_a_name_that_no_document_holds_is_noticed_but_a_month_is_no_name() -> None:
    assert names_nothing_held("Summarise the contract with Halvorsen", Held("contract"))  # type: ignore[arg-type]
    assert not names_nothing_held("Summarise the contract with Halvorsen", Held("halvorsen"))  # type: ignore[arg-type]
    assert not names_nothing_held("tl;dr of the November meeting on Monday", Held("meeting"))  # type: ignore[arg-type]


def test_a_word_that_is_a_part_of_a_name_its_kind_and_its_month_tell_the_document() -> None:
    titles = {"a.md": "Bonfire policy", "b.md": "Alerts of the server", "c.md": "Board meeting, 3 March 2031"}
    titles |= {"d.md": "Letter of the roofer", "e.md": "Board meeting, 7 October 2031"}
    documents = {s: loaded(s, f"# {t}\n\nText.\n") for s, t in titles.items()}
    hits = [Hit(passages(document)[0], 0.5) for document in documents.values()]

    def told(request: str, feature: str) -> list[str]:
        rows = features(request, documents, hits, WordEncoder())[:, FEATURES.index(feature)]
        return [source for source, value in zip(documents, rows, strict=True) if value]

    assert told("sum up the new fire rules", "parts") == ["a.md"]
    assert told("tl;dr of the mail that the man wrote", "kind") == ["d.md"]
    assert told("what was decided in October", "month") == ["e.md"]
    assert told("the meetings of 2031", "year") == ["c.md", "e.md"]
