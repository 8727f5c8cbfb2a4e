"""What the check of a sentence against its quotes promises."""

from __future__ import annotations

import pytest

from rag import models
from rag.embed import SentenceEncoder
from rag.support import FEATURES, SentenceCheck, features

QUOTE = "The Rhine, which rises in the Alps, is 1,230 kilometres long and ends in the Netherlands."


@pytest.fixture(scope="module")
def check() -> SentenceCheck:
    return SentenceCheck(SentenceEncoder.named(models.DEFAULT_ENCODER))


@pytest.mark.model
def test_what_the_quote_says_is_supported(check: SentenceCheck) -> None:
    assert check("The Rhine is 1,230 kilometres long.", [QUOTE]) >= 0.5
    assert check(QUOTE, [QUOTE]) >= 0.5


@pytest.mark.model
@pytest.mark.parametrize(
    "claim",
    ["The Rhine is 2,850 kilometres long.", "The Danube is 1,230 kilometres long.", "The volleyball team won twice."],
)
def test_another_number_name_or_matter_is_not_supported(check: SentenceCheck, claim: str) -> None:
    assert check(claim, [QUOTE]) < 0.5


@pytest.mark.model
def test_nothing_supports_nothing(check: SentenceCheck) -> None:
    assert check("", [QUOTE]) == 0.0
    assert check("The Rhine is long.", []) == 0.0
    assert check("The Rhine is long.", ["  "]) == 0.0


@pytest.mark.model
def test_every_feature_is_finite_and_named(check: SentenceCheck) -> None:
    for claim, quotes in (("x", ["y"]), ("1", ["?"]), ("Not so.", ["It is so.", ""])):
        found = features(claim, quotes, check.encoder)
        assert found.shape == (len(FEATURES),)
        assert abs(found).max() < 10
