"""What several documents say about a topic is told together, in the order of time."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Rag, build
from tests.conftest import OverlapReader, WordEncoder

LETTERS = {
    "2031-03-02-letter": "# The pump\n\nThe pump of the pool leaks since February. Mending the pump costs 900 crowns.\n",
    "2031-01-15-letter": "# The pool\n\nThe pump was bought in 2019. A lifeguard is wanted for June at 18 crowns an hour.\n",
    "2031-05-20-letter": "# The season\n\nThe new pump runs since 4 May. The kiosk sells ice again, and the price is 2 crowns.\n",
    "rules": "# Rules\n\nDogs stay outside. Glass bottles are forbidden on the lawn. The shower costs one crown.\n",
}


@pytest.fixture
def pool(tmp_path: Path) -> Rag:
    (tmp_path / "seeds").mkdir()
    for name, text in LETTERS.items():
        (tmp_path / "seeds" / f"{name}.md").write_text(text, encoding="utf-8")
    build(tmp_path / "seeds", tmp_path / "index", encoder=WordEncoder())
    return Rag.open(tmp_path / "index", encoder=WordEncoder(), reader=OverlapReader(), generator=None)


@pytest.mark.parametrize(
    "request_", ["sum up the whole story of the pump", "Summarise everything we know about the pump"]
)
def test_a_topic_is_summed_up_over_the_documents_the_oldest_first(pool: Rag, request_: str) -> None:
    answer = pool.ask(request_)
    sources = [citation.passage.source for citation in answer.citations]
    assert set(sources) == {f"2031-{day}-letter.md" for day in ("01-15", "03-02", "05-20")}
    assert sources == sorted(sources)
    assert "The new pump runs since 4 May" in answer.text
    assert "ice" not in answer.text


def test_a_document_that_is_named_is_summed_up_alone(pool: Rag) -> None:
    answer = pool.ask("Sum up the story that the letter about the season tells")
    assert {citation.passage.source for citation in answer.citations} == {"2031-05-20-letter.md"}
