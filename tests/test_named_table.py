"""The table that a request names is the one of its thing."""

from __future__ import annotations

from dataclasses import replace

from rag.answer.compute import compute
from rag.answer.named_table import table_of_the_thing
from rag.answer.question.intent import Intent
from rag.answer.reply import write
from tests.situations import situation

SHOP = "# Prices of the shop\n\n| Article | Price EUR |\n|---|---|\n| Rope | 4 |\n| Paint | 9 |\n"
SAUNA = "# Renting the sauna\n\nThe sauna has room for six.\n\n| | Crew | Guests |\n|---|---|---|\n| Hour | 12 EUR | 20 EUR |\n| Evening | 40 EUR | 70 EUR |\n"


def test_the_prices_of_a_thing_are_those_in_its_own_document() -> None:
    found = situation("sauna prices", "list", {"shop.md": SHOP, "rent.md": SAUNA}, "Rope")
    found = replace(found, intent=Intent("ask", "table", 0.0, 1.0))
    other = compute(found)
    assert "Rope" in write(other).text
    text = write(table_of_the_thing("sauna prices", other, found)).text
    assert "70" in text
    assert "Rope" not in text
    assert write(table_of_the_thing("prices of the sauna", other, found)).text == text


def test_a_table_from_a_document_that_names_the_thing_stays() -> None:
    found = situation("shop prices", "list", {"shop.md": SHOP, "rent.md": SAUNA}, "Rope")
    found = replace(found, intent=Intent("ask", "table", 0.0, 1.0))
    assert table_of_the_thing("shop prices", compute(found), found) == compute(found)
    assert table_of_the_thing("prices", compute(found), found) == compute(found)
