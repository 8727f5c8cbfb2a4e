"""A summary consists of what matters in all parts of the document, and is no longer than requested."""

from __future__ import annotations

import pytest

from rag.answer.forms.clause import gist
from rag.answer.summary.summary import LONG, WORDS, sum_up
from tests.situations import loaded, passages

SECTIONS = {
    "Rent": "The rent is 900 crowns a month. It is due on the first.",
    "Notice": "Either side may end the contract with three months' notice. A letter is enough.",
    "Pets": "Cats are allowed in the flat. Dogs need our consent.",
    "Repairs": "Small repairs up to 80 crowns are the tenant's. All others are ours.",
}
LEASE = "# Flat 4\n\n" + "\n\n".join(f"## {name}\n\n{text}" for name, text in SECTIONS.items()) + "\n"


def points(question: str, text: str = LEASE, *, file: str = "flat-4.md") -> list[str]:
    document = loaded(file, text)
    return [s.text for s in sum_up(question, document, passages(document))]


def test_every_section_is_represented_in_order() -> None:
    told = points("Summarise the lease")
    assert [name for name, text in SECTIONS.items() if any(point in text for point in told)] == list(SECTIONS)
    assert told == sorted(told, key=LEASE.index)


def test_two_sentences_are_two() -> None:
    assert len(points("Summarise the lease in two sentences")) == 2


def test_a_short_document_is_cut_to_the_sentences_asked_for() -> None:
    assert len(points("Summarise it in two sentences", "# Pier\n\nThe fee stays at 30 crowns. It rains. The pier is painted in May. Boats are moved in April.\n")) == 2  # fmt: skip


def test_a_form_line_is_not_used() -> None:
    minutes = "# Board\n\nPresent: Ane Holm, Bo Lind\n\nThe fee stays at 30 crowns. The pier is painted in May.\n"
    assert points("tl;dr of the board meeting", minutes) == [
        "The fee stays at 30 crowns.",
        "The pier is painted in May.",
    ]


def test_a_line_that_says_what_something_costs_is_used() -> None:
    assert "Fee: 4,200 crowns, payable in 45 days" in points("tl;dr", "Fee: 4,200 crowns, payable in 45 days\nRights: all\n", file="order.txt")  # fmt: skip


LETTER = """Dear Ms Holm,

This letter is about the pier. I was down there on Sunday with my brother and we sat in the sun for hours.
I told him the story of the old crane and he laughed. The crane was yellow. My brother took a photograph of it.
From 1 May the berth costs 310 crowns instead of 280. You must pay the deposit of 50 crowns by 15 April.
It was a lovely day. The gulls were loud. We had fish afterwards.

Kind regards from all of us,
Bo Lind
"""


def test_what_changes_what_it_costs_and_by_when_comes_before_stories() -> None:
    told = points("Summarise the letter in two sentences", LETTER, file="letter.txt")
    assert told == [
        "From 1 May the berth costs 310 crowns instead of 280.",
        "You must pay the deposit of 50 crowns by 15 April.",
    ]


def test_salutations_are_no_points() -> None:
    told = " ".join(points("Summarise the letter", LETTER, file="letter.txt"))
    assert "Dear" not in told
    assert "Kind regards" not in told


def test_a_sentence_that_leans_on_another_is_not_used_if_there_are_others() -> None:
    assert not any(point.startswith(("It ", "We ")) and "lovely" in point for point in points("sum up", LETTER, file="letter.txt"))  # fmt: skip


def test_two_points_do_not_say_the_same() -> None:
    text = "# Pool\n\n" + "The pool opens on 3 May at 9:00. " * 2 + "The pool opens on 3 May at 9:00 for members. Towels cost 4 crowns. Bring a cap. Dogs stay outside the fence. Showers are next to the entrance.\n"  # fmt: skip
    assert sum("opens" in point for point in points("Summarise it", text)) == 1


def test_a_long_document_is_covered_from_beginning_to_end() -> None:
    parts = [f"## Part {i}\n\n" + " ".join(f"The gate {i}-{k} closes at {k}:15 in week {i}." for k in range(1, 9)) for i in range(1, 31)]  # fmt: skip
    assert len(parts) * 8 > LONG
    told = points("Summarise the plan", "# Plan\n\n" + "\n\n".join(parts))
    places = [int(point.split()[2].split("-")[0]) for point in told]
    assert len(told) == 7
    assert places[0] <= 5
    assert places[-1] >= 26
    assert max(b - a for a, b in zip(places, places[1:], strict=False)) <= 9
    assert len(" ".join(told).split()) <= WORDS


def test_what_the_request_names_beside_the_document_is_told() -> None:
    text = "# Handbook\n\n" + " ".join(f"{what} must be returned to the shed by {k} pm." for k, what in enumerate(("Spades", "Forks", "Hoses", "Ladders", "Saws", "Drills", "Barrows", "Rakes"), 1)) + " New members get a key from the warden.\n"  # fmt: skip
    assert "New members get a key from the warden." not in points("Summarise the handbook in three sentences", text)
    assert "New members get a key from the warden." in points("what do new members get, from the handbook, in three sentences", text)  # fmt: skip


def test_a_briefing_is_not_brief() -> None:
    assert len(points("Summarise the briefing")) == len(points("Summarise the lease"))


def test_two_or_three_sentences_are_at_most_three() -> None:
    assert len(points("Summarise the lease in two or three sentences")) <= 3


DUTIES = (
    "Tenants of the upper gardens must have paid 40 crowns for the new pump by 3 May, because the old one broke in March.",
    "Every boat without a number has to leave the harbour before 9 June, or its owner pays 75 crowns to the guild.",
    "The bakery may only sell bread from 6:30 on, since neighbours complained of noise, and closes on Sundays from 1 July.",
    "Visitors with dogs must use the lower path until 30 August, while lambs graze, and pay 15 crowns if they do not.",
    "Choir members have to return scores within 14 days of a concert, otherwise the library charges them 8 crowns a week.",
    "From 1 October trams stop at the hospital instead of the market, and tickets cost 3.20 crowns for grown passengers.",
)


def test_what_the_author_calls_a_summary_comes_first() -> None:
    text = "# Town\n\n## Summary\n\nThe roof of the hall leaks. The beams are sound. Damp sits in the wall.\n\n"
    text += "".join(f"## Part {i}\n\n{duty}\n\n" for i, duty in enumerate(DUTIES))
    told = points("Summarise the report in three sentences", text)
    assert len(told) == 3
    assert {"The beams are sound.", "The roof of the hall leaks."} <= set(told)


def test_a_title_is_no_point_but_a_decision_is_that_begins_with_it() -> None:
    minutes = (
        "Minutes of the meeting of the boat club on 7 October 2031 in the cellar\n\nBo was thanked. It was decided to raise the fee to 40 crowns. "
        "So the pier is painted on 3 May. The gulls were loud. Ane told a story of a boat. Fish was eaten by all.\n"
    )
    told = points("Sum up the minutes in two sentences", minutes, file="minutes.txt")
    assert told == ["It was decided to raise the fee to 40 crowns.", "So the pier is painted on 3 May."]


def test_of_two_clauses_the_one_with_the_figure_is_told() -> None:
    assert gist("The insurers have looked at the claims of the last years, and the premium will be 31,250 crowns, up from 27,900.") == (
        "The premium will be 31,250 crowns, up from 27,900."
    )  # fmt: skip
    for whole in (
        "The board said that the claims were looked at again, and the premium will be 31,250 crowns, up from 27,900.",
        "Nobody has looked at the claims of the last three years, and the premium will be 31,250 crowns, up from 27,900.",
        "If the alarms have been fitted by somebody from the yard, the excess stays, and the premium will be 31,250 crowns.",
    ):
        assert gist(whole) == whole


@pytest.mark.parametrize(
    ("request_", "most"),
    [("only three points of the lease", 3), ("the lease, 2 bullets", 2), ("a point of the lease", 5)],
)
def test_a_number_of_points_is_kept_wherever_it_stands(request_: str, most: int) -> None:
    assert len(points(f"Sum up {request_}")) == most


def test_of_an_abstract_the_result_is_told_before_the_question() -> None:
    abstract = (
        "We asked whether shade in the afternoon keeps hens laying in August. Forty hens in two sheds were watched for "
        "six weeks. Hens with shade laid 31 eggs a day, hens without it laid 24. Shade is cheap and should be given."
    )
    text = f"# Shade for hens\n\n## Abstract\n\n{abstract}\n\n## Methods\n\nThe sheds have 20 hens each. Eggs were counted at noon.\n"
    told = points("Summarise the hen study in two sentences", text, file="hens.md")
    assert len(told) == 2
    assert any("31 eggs" in point for point in told)
    assert not any(point.startswith("Forty hens") for point in told)


def test_a_table_has_no_points_to_sum_up() -> None:
    assert points("Summarise the prices", "Item,Price\nSaw,4\nAxe,5\n", file="prices.csv") == []
