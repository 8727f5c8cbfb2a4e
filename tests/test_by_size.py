"""What somebody pays by size is computed only if one row, one size and one price of this year are certain."""

from __future__ import annotations

import pytest

from rag.answer.reply import write
from rag.answer.tables.by_size import by_size
from tests.situations import situation

PARTS = "part,keeper,size_m2,tap\n1,Ada Quist,120,yes\n2,Bo Lund,80,no\n3,Cy Marr,250,yes\n"
THIS_YEAR = "# Decisions\n\nRent 2030: €0.50 per square metre. Rent 2031: €0.60 per square metre.\n"


def paid(question: str, rules: str) -> str:
    return write(by_size(situation(question, "list", {"parts.csv": PARTS, "rules.md": rules}))).text


@pytest.mark.parametrize(
    ("question", "rules", "expected"),
    [
        ("what does Ada pay for her part this year?", THIS_YEAR, "60.00 € (120 m² × 0.50 €) [1] [2]."),
        ("how much rent does Bo pay?", "# Rules\n\nThe rent is 45 pence per square metre.\n", "36.00 £ (80 m² × 0.45 £) [1] [2]."),
        ("what does Ada pay for her part?", "# Rules\n\nThe rent is €1 per square metre, that of the lane €2 per square metre.\n", ""),
        ("what does Ada pay for her part?", "# Rules\n\nThe rent is €1 per square metre.\n\nFor the lane it is €2 rent per square metre.\n", ""),
        ("what does Ada pay for her part?", "# Rules\n\nDecided in 2030: the rent for 2031 is €2 per square metre.\n", ""),
        ("what does Dora pay for her part?", THIS_YEAR, ""),
        ("what does Ada pay for her part?", "# Rules\n\nThe rent of 2029 was €1 per square metre.\n", ""),
        ("what does the keeper pay?", THIS_YEAR, ""),
    ],
)  # fmt: skip
def test_a_rent_is_the_size_times_the_price_of_this_year(question: str, rules: str, expected: str) -> None:
    assert paid(question, rules) == expected
