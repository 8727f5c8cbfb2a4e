"""A count is that of the thing asked for: the whole of it, not a part of it, nor the number of something else."""

from __future__ import annotations

from dataclasses import replace

from rag.answer.compose import compose
from rag.answer.compute import compute
from rag.answer.forms.count import count
from rag.answer.reply import write
from rag.answer.tables.counted import counted_thing
from tests.situations import situation

CLUB = {
    "meeting.md": "# Annual meeting\n\n## Members\n\n- 31 members present, 4 proxies\n- 88 in all, three more than last year\n"
    "- 7 members joined\n"
}


def test_a_stated_total_is_preferred_to_a_number_of_those_present() -> None:
    found = situation("how many members do we have", "fact", CLUB, "31 members present", "88")
    assert write(compose(found)).text == "88 in all, three more than last year [1]"
    present = situation("how many members were present", "fact", CLUB, "31 members present", "88")
    assert write(compose(present)).text.startswith("31 members present")


BOX = {
    "box.md": "# Words\n\n- Sensor: a small case\n- Hive: a name for one or more sensors\n- Reading: a row with a time\n"
}


def test_items_that_are_something_else_are_not_counted() -> None:
    found = situation("how many pigeons live in K2?", "count", BOX, "Hive")
    unsure = replace(found, evidence=tuple(replace(e, certainty=0.3, score=0.3) for e in found.evidence))
    assert count(unsure) == ()
    words = situation("how many words are explained?", "count", BOX, "Hive")
    assert write(count(words)).text.startswith("3")


def test_a_number_in_an_item_is_not_replaced_by_the_number_of_items() -> None:
    minutes = {"minutes.md": "# Minutes\n\n1. Members: 64 in total.\n2. The mower is blunt.\n3. Next time in May.\n"}
    found = situation("how many members do we have?", "count", minutes, "64 in total")
    unsure = replace(found, evidence=tuple(replace(e, certainty=0.4) for e in found.evidence))
    assert write(count(unsure)).text == "Members: 64 in total [1]."
    sheep = situation("how many sheep are there?", "count", minutes, "The mower is blunt")
    assert not write(count(sheep)).text.startswith("3")


def test_the_thing_that_is_counted_follows_how_many() -> None:
    assert counted_thing("how many old boats do we own?") == "boat"
    assert counted_thing("who owns the boats?") == ""


def test_people_are_counted_by_whatever_the_document_calls_them() -> None:
    study = {"study.md": "# A study of naps\n\nThe trial had 40 adults. They slept at noon.\n"}
    found = situation("how many people took part in the study of naps?", "count", study, "40 adults")
    unsure = replace(found, evidence=tuple(replace(e, certainty=0.4) for e in found.evidence))
    assert write(count(unsure)).text == "The trial had 40 adults [1]."


def test_a_table_of_sales_need_not_name_what_is_sold() -> None:
    sales = {"sales-2025.csv": "Month,Small,Large\nMarch,12,30\nApril,14,25\n"}
    found = situation("How many kettles were sold in April?", "count", sales)
    assert write(compute(found)).text == "39 (14 + 25) [1]."
    broken = situation("How many kettles were broken in April?", "count", sales)
    assert write(compute(broken)).text == ""
