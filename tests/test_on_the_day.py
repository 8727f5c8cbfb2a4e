"""A question that names a day or a month is answered by the entries of that date."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Rag, build
from rag.answer.on_the_day import When, asks_what_happened, date_asked
from tests.situations import loaded


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What happened on 3 March 2024?", When(2024, 3, 3)),
        ("what was noted march 3rd", When(None, 3, 3)),
        ("What happened in April?", When(None, 4, None)),
        ("What happened in April 2024?", When(2024, 4, None)),
        ("What happened before 3 March 2024?", None),
        ("What happened between 3 March 2024 and 5 March 2024?", None),
        ("May I go in?", None),
    ],
)
def test_a_date_is_asked_for_unless_it_is_a_limit(question: str, asked: When | None) -> None:
    assert date_asked(question) == asked


def test_what_happened_on_a_date_is_a_question_unless_a_document_is_named_by_it() -> None:
    diary = loaded("hut.md", "# Journal of the hut\n\n- 2024-03-03: The dam gate was opened.\n")
    minutes = loaded("minutes.md", "# Minutes of 3 March 2024\n\nThe stove was bought.\n")
    assert asks_what_happened("What happened on 3 March 2024?", [diary])
    assert not asks_what_happened("What happened on 3 March 2024?", [diary, minutes])
    assert not asks_what_happened("What happened to the stove?", [diary])


def test_what_happened_on_a_day_is_told_alone(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "hut.md").write_text(
        "# Journal\n\n- 2024-03-02: Snow fell on the pass.\n- 2024-03-03: The dam gate was opened by hand.\n"
        "- 2024-03-05: Anton repaired the pump.\n",
        encoding="utf-8",
    )
    build(tmp_path / "docs", tmp_path / "index")
    told = Rag.open(tmp_path / "index").ask("What happened on 3 March 2024?").text
    assert told == "2024-03-03: The dam gate was opened by hand [1]."
