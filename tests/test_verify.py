"""The verification rules refuse reversals and splices, and accept everyday rewordings."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.answer.verify.rules import broken_rule, strays
from rag.answer.verify.verify import BARE, DEPARTING, SUPPORTED, Verifier
from rag.evidence import Evidence
from rag.types import Passage

REVERSALS = [
    ("The plant employs less than 14 people.", "The plant employs more than 14 people."),
    ("The gate closes before the concert.", "The gate closes after the concert."),
    ("Some rooms have a balcony.", "All rooms have a balcony."),
    ("The railway carries coal from Russia to North Korea.", "The railway carries coal to Russia from North Korea."),
    ("Visitors can use the side door.", "Visitors must use the side door."),
    ("Sales went down by 12 percent.", "Sales went up by 12 percent."),
    ("The mill was bought by the company in 1990.", "The mill bought the company in 1990."),
    ("The office has been closed since 3 May.", "The office has been closed until 3 May."),
    ("She signed the lease on Monday.", "He signed the lease on Monday."),
    ("Dogs are not allowed in the garden.", "Dogs are allowed in the garden."),
    ("The fee is 40 euros a month.", "The fee is 40 dollars a month."),
    ("Karin Holt paid Peter Lund for the boat.", "Peter Lund paid Karin Holt for the boat."),
    ("Tickets may be returned within 10 days.", "Tickets must be returned within 10 days."),
    ("The bridge will be repaired in 2031.", "The bridge was repaired in 2031."),
    ("Up to 8 people fit in the cabin.", "More than 8 people fit in the cabin."),
    ("Pipe A is longer than pipe B.", "Pipe A is shorter than pipe B."),
    ("61,870 visitors came, 4,120 fewer than in 2024.", "4,120 visitors came in 2024."),
    ("The hall opens at 10 am.", "The hall opens at 10 pm."),
    ("The guarantee lasts 24 months.", "The guarantee lasts 24 weeks."),
    ("Error E07 means that the filter is blocked.", "Error E01 means that the filter is blocked."),
    ("Wash the jar, then fill it, then close the lid.", "Fill the jar, then wash it, then close the lid."),
    ("Monthly fee: 34.90 | Sauna: yes", "The fee is 34.90 a year."),
    ("Country: Norway | Limit EUR: 115", "The limit is 115 USD."),
    ("All others must apply for a visa.", "All others will apply for a visa."),
    ("The invoice is due on 3 June 2027.", "The invoice is due on 6 March 2027."),
    ("About 10,000 people work there.", "About a million people work there."),
    ("About 10,000 people work there.", "Millions of people work there."),
    ("The parish has 800 members.", "The parish has a hundred members."),
]


@pytest.mark.parametrize(("block", "claim"), REVERSALS, ids=[claim for _, claim in REVERSALS])
def test_a_reversal_is_refused(block: str, claim: str) -> None:
    assert broken_rule("", block, [block]) is None
    assert broken_rule("", claim, [block]) is not None


RIGHT = [
    ("", "The warranty ends on 3 May 2028.", "The warranty ends on May 3, 2028."),
    ("", "The warranty ends on 3 May 2028.", "Warranty until 2028-05-03."),
    ("", "Quiet hours are from 22:00 to 6:00.", "Quiet hours are from 10 pm to 6 am."),
    ("Switzerland price", "Country: Switzerland | Price EUR: 19 | Days: 6", "Switzerland: 19 EUR"),
    ("", "The mill was bought by the company in 1990.", "The company bought the mill in 1990."),
    ("", "The deposit (three months' rent) is due at once.", "The deposit is due at once."),
    ("", "About 1,200 people came.", "About 1200 people came."),
    ("Can I bring my dog?", "Dogs are not allowed in the garden.", "No, dogs are not allowed in the garden."),
    ("", "The fee is €40 a month.", "The fee is 40 euros per month."),
    ("", "In 1990, the company bought the mill.", "The company bought the mill in 1990."),
    ("", "Holidays: twelve days a year.", "12 days a year."),
    ("", "About 10,000 people work there.", "About ten thousand people work there."),
    ("", "The parish has 100 members.", "The parish has a hundred members."),
    ("", "Service: Mon–Fri 8–17", "Monday to Friday, 8–17."),
]


@pytest.mark.parametrize(("question", "block", "claim"), RIGHT, ids=[claim for _, _, claim in RIGHT])
def test_a_correct_rewording_breaks_no_rule(question: str, block: str, claim: str) -> None:
    assert broken_rule(question, claim, [block]) is None


def test_a_value_is_not_accepted_for_another_row() -> None:
    rows = ["Document: Passport | Time: 4 weeks", "Document: Express passport | Time: 5 working days"]
    kinds = [True, True]
    assert broken_rule("", "Passport: 4 weeks", rows, rows=kinds) is None
    assert broken_rule("", "Express passport: 5 working days", rows, rows=kinds) is None
    assert broken_rule("", "Passport: 5 working days", rows, rows=kinds) is not None


def test_a_name_comes_from_the_evidence_or_its_heading() -> None:
    block = "She took office in January."
    assert broken_rule("", "Elsa Bergstrom took office in January.", [block], context=["Elsa Bergstrom"]) is None
    assert broken_rule("", "Elsa Bergstrom took office in January.", [block]) is not None


def test_a_claim_without_evidence_is_not_supported() -> None:
    assert broken_rule("", "The hall is open.", []) == "it cites nothing"
    assert broken_rule("", " ", ["The hall is open."]) == "it cites nothing"


def test_without_a_trained_check_only_the_words_of_the_evidence_are_accepted() -> None:
    block = "The hall opens at ten."
    assert strays("", "The hall opens at ten.", [block]) is None
    assert strays("", "The hall reopens at ten.", [block]) is not None
    assert strays("Is it open?", "Yes.", [block]) is not None


class Check:
    """A trained check with a fixed score."""

    def __init__(self, sure: float) -> None:
        self.sure = sure

    def score(self, question: str, claim: str, blocks: Sequence[str]) -> float:
        return self.sure


def why_not(sure: float, claim: str, *blocks: str, question: str = "") -> str | None:
    cited = [Evidence(Passage("p", "d", "a.md", text, 0, len(text)), 0, len(text), text, 1.0, text) for text in blocks]
    return Verifier(Check(sure)).why_not(question, claim, cited)  # type: ignore[arg-type]


def test_a_broken_rule_is_refused_however_sure_the_trained_check_is() -> None:
    assert why_not(1.0, "The hall opens at ten.", "The hall opens at ten.") is None
    assert why_not(1.0, "The hall opens at nine.", "The hall opens at ten.") is not None


def test_the_trained_check_can_refuse_what_breaks_no_rule() -> None:
    assert why_not(SUPPORTED, "The hall opens at ten.", "The hall opens at ten.") is None
    assert why_not(SUPPORTED - 0.01, "The hall opens at ten.", "The hall opens at ten.") is not None


def test_a_bare_yes_needs_a_higher_score() -> None:
    asked, block = "Does the hall open at ten?", "The hall opens at ten."
    assert why_not(BARE, "Yes.", block, question=asked) is None
    assert why_not(BARE - 0.01, "Yes.", block, question=asked) is not None


def test_words_in_another_order_need_a_higher_score() -> None:
    block = "The mill by the river belongs to the town, and the barn to the church."
    claim = "The barn belongs to the church, and the mill by the river to the town."
    assert why_not(DEPARTING, claim, block) is None
    assert why_not(DEPARTING - 0.01, claim, block) is not None
