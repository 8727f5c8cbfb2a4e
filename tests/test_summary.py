"""A summary consists of sentences from all parts of the document, and is no longer than requested."""

from __future__ import annotations

from rag.answer.summary import sum_up
from tests.conftest import WordEncoder
from tests.situations import loaded, passages

SECTIONS = {
    "Rent": "The rent is 900 crowns a month. It is due on the first.",
    "Notice": "Either side may end the contract with three months' notice. A letter is enough.",
    "Pets": "Cats are allowed in the flat. Dogs need our consent.",
    "Repairs": "Small repairs up to 80 crowns are the tenant's. All others are ours.",
}
LEASE = "# Flat 4\n\n" + "\n\n".join(f"## {name}\n\n{text}" for name, text in SECTIONS.items()) + "\n"


def points(question: str, text: str = LEASE) -> list[str]:
    document = loaded("flat-4.md", text)
    return [s.text for s in sum_up(question, document, passages(document), WordEncoder())]


def test_every_section_is_represented_in_order() -> None:
    assert points("Summarise the lease") == [
        "The rent is 900 crowns a month.",
        "Either side may end the contract with three months' notice.",
        "Cats are allowed in the flat.",
        "Small repairs up to 80 crowns are the tenant's.",
    ]


def test_two_sentences_are_two() -> None:
    assert len(points("Summarise the lease in two sentences")) == 2


def test_a_form_line_is_not_used() -> None:
    minutes = "# Board\n\nPresent: Ane Holm, Bo Lind\n\nThe fee stays at 30 crowns. The pier is painted in May.\n"
    assert points("tl;dr of the board meeting", minutes) == [
        "The fee stays at 30 crowns.",
        "The pier is painted in May.",
    ]


def test_a_briefing_is_not_brief() -> None:
    assert len(points("Summarise the briefing")) == len(SECTIONS)


def test_two_or_three_sentences_are_at_most_three() -> None:
    assert len(points("Summarise the lease in two or three sentences")) <= 3
