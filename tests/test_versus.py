"""Two documents stand side by side with what both say about the same, each value with its own citation."""

from __future__ import annotations

from rag.answer.forms.changes import changes, counterpart
from rag.answer.forms.compare import compare
from rag.answer.forms.versus import side_by_side
from rag.answer.reply import write
from tests.situations import situation

OFFERS = {
    "offer-quill.txt": "QUILL ROOFING\n\nTaking down the old tiles ........... £1,200\nNew tiles, laid ........ £6,450.50\n"
    "                    sum  £7,650.50\nVAT 20 % ........... £1,530.10\n                  total  £9,180.60\n\n"
    "We begin on 5 June. Guarantee of ten years on the tiles. A third is paid in advance.\n",
    "offer-marrow.md": "# Marrow Roofs\n\n| Item | Price |\n|---|---|\n| Old tiles taken down | £990 |\n| New tiles laid | £7,100 |\n"
    "| Total | £8,090 |\n\nStart: within two weeks of the order. Guarantee: five years.\n",
    "letter.txt": "Dear all, the roof leaks in two places and Quill has seen it.\n",
}


def replied(question: str, files: dict[str, str], form: str = "compare") -> str:
    found = situation(question, form, files)
    return write(changes(found) or side_by_side(found)).text


def test_two_offers_stand_side_by_side_with_what_both_state() -> None:
    text = replied("Quill or Marrow, compare the two offers", OFFERS)
    head, _, quill, marrow = text.splitlines()
    assert head.startswith("| | Price | Guarantee | Start |")
    assert marrow.startswith("| Marrow | £8,090 | five years | within two weeks of the order")
    assert quill.startswith("| Quill | £9,180.60 | Guarantee of ten years on the tiles |")


def test_the_only_two_files_of_a_kind_are_the_two_that_are_meant() -> None:
    assert replied("the two offers side by side", OFFERS).splitlines()[3].startswith("| Marrow | £8,090")
    three = OFFERS | {"offer-tunn.md": "# Tunn\n\nTotal: £8,000. Guarantee: one year.\n"}
    assert replied("the two offers side by side", three) == ""


def test_each_value_is_cited_from_its_own_document() -> None:
    written = write(side_by_side(situation("Quill or Marrow, which offer?", "compare", OFFERS)))
    for sentence in written.sentences:
        name = "quill" if sentence.text.startswith("| Quill") else "marrow"
        assert {citation.passage.source for citation in sentence.citations} == {
            source for source in OFFERS if name in source
        }
    assert any(citation.quote.split() == ["total", "£9,180.60"] for citation in written.citations)


def test_a_comparison_on_a_subject_shows_only_what_both_say_of_it() -> None:
    text = replied("Does Quill or Marrow give the longer guarantee?", OFFERS)
    assert text == "- Quill: Guarantee of ten years on the tiles [1]\n- Marrow: Guarantee: five years [2]"
    assert replied("Does Quill or Marrow insure the scaffold?", OFFERS) == ""


def test_what_the_offers_are_about_is_no_subject_of_its_own() -> None:
    assert replied("Quill or Marrow, compare the two tile offers", OFFERS).startswith("| | Price | Guarantee |")


RULES = {
    "pier-rules-2021.md": "# Pier rules\n\n1. The pier is open from 1 May to 30 September, from 8:00 on.\n2. Dogs stay off the pier.\n"
    "3. A berth costs 14 euros a night.\n",
    "pier-rules-2024.md": "# Pier rules\n\n| Point | Now | Before |\n|---|---|---|\n| Lamps | LED only | any |\n| Length | 9 m | 9 m |\n\n"
    "From 15 April to 31 October, between 7:00 and 21:00.\n\nDogs stay off the pier. A berth costs 18 euros a night.\n",
}


def test_the_old_and_the_new_version_are_paired_point_by_point() -> None:
    lines = replied("What is different between the old and the new pier rules?", RULES).splitlines()
    assert lines[0] == "| | 2021 | 2024 |"
    assert lines[2] == "| Lamps | any | LED only [1] |"
    assert lines[3].startswith("| | The pier is open from 1 May")
    assert "| From 15 April" in lines[3]
    assert lines[4] == "| | A berth costs 14 euros a night | A berth costs 18 euros a night [4] [5] |"
    assert len(lines) == 5  # what did not change is left out


def test_a_change_of_one_point_is_told_alone() -> None:
    text = replied("what changed in the pier rules about what a berth costs", RULES, "version")
    assert text == "- 2021: A berth costs 14 euros a night [1]\n- 2024: A berth costs 18 euros a night [2]"


def test_a_change_is_told_with_its_two_values() -> None:
    found = situation("How much dearer has a berth become?", "difference", RULES, "A berth costs 18 euros a night")
    assert write(counterpart(found)).text == (
        "- 2021: A berth costs 14 euros a night [1]\n- 2024: A berth costs 18 euros a night [2]"
    )


def test_a_sentence_that_tells_of_both_is_parted() -> None:
    files = {
        "minutes.md": "# Board\n\nBoiler. Two offers: Ash & Co, with tank, £910 and ten years; Birk £740, two years.\n"
    }
    assert replied("our two boiler offers side by side", files) == (
        "- Ash & Co, with tank, £910 and ten years [1]\n- Birk £740, two years [1]"
    )


def test_a_remark_behind_a_name_need_not_be_named() -> None:
    files = {
        "glue.md": "| What | When | Heat |\n|---|---|---|\n| Bone glue 40 % | in winter | 60 °C |\n| Fish glue, warmed | in summer | none |\n"
    }
    text = write(compare(situation("bone or fish glue, what is the difference", "compare", files))).text
    assert text.splitlines()[2:] == [
        "| Bone glue 40 % | in winter | 60 °C [1] |",
        "| Fish glue, warmed | in summer | none [2] |",
    ]
