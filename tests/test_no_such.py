"""A request for a summary of a document that does not exist is refused; one that is a question is answered as one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag import Rag, build
from rag.answer.summary.no_such import names_none_of_them
from rag.types import Answer
from tests.situations import loaded

FILES = {
    "letter-insurance.md": (
        "# Letter\n\nAlpina Insurance, 4 February 2024\n\nDear committee,\n\nwe have raised the sum insured for the hut to "
        "240,000 euros. The premium rises to 612 euros a year. Avalanche damage is covered up to 80,000 euros.\n"
    ),
    "minutes-2024-04.md": (
        "# Minutes of the hut committee, 18 April 2024\n\nThe committee decided to buy a stove for 1,200 euros. "
        "The price of a night stays at 34 euros. Vera asks the forester about the larch.\n"
    ),
    "prices.csv": "item,price\nnight,34\nbreakfast,9\nfirewood,6\n",
}


@pytest.mark.parametrize(
    ("request_", "none"),
    [
        ("Summarise the letter from the gas company.", True),
        ("What does the letter from the gas company about the meter say, in short?", True),
        ("Summarise the letter from the insurance company.", False),
        ("Summarise the letter from the company", False),
        ("Summarise the letter", False),
        ("Sum up the minutes of June", True),
        ("Sum up the minutes of April 2023", True),
        ("Sum up the minutes of April", False),
        ("Sum up the minutes of 18 April 2024", False),
    ],
)
def test_a_sender_or_month_that_no_such_document_has_is_noticed(request_: str, none: bool) -> None:
    files = {source: text for source, text in FILES.items() if source.endswith(".md")}
    assert names_none_of_them(request_, [loaded(source, text) for source, text in files.items()]) == none


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Answer]:
    folder = tmp_path_factory.mktemp("hut")
    (folder / "docs").mkdir()
    for name, text in FILES.items():
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    build(folder / "docs", folder / "index")
    return Rag.open(folder / "index").ask


def test_another_letter_is_not_summed_up(ask: Callable[[str], Answer]) -> None:
    assert not ask("Summarise the letter from the gas company.").citations
    assert "612 euros" in ask("Summarise the letter from the insurance.").text


def test_nothing_else_is_summed_up_instead_of_a_table(ask: Callable[[str], Answer]) -> None:
    assert {c.passage.source for c in ask("Summarise prices.csv").citations} <= {"prices.csv"}
