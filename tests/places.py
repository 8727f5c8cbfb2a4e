"""Shared by the tests of an index in a folder and in a database: documents, questions, and a collection per test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from rag.index import Address, Index, location_of
from rag.language.exact import asked_exactly
from tests import small_index
from tests.postgres_server import server, why_not
from tests.small_index import Letters

FILES = small_index.FILES | {
    "parts/AX-2041.md": "The pump AX-2041 moves forty litres a minute.\n\nBuilt on 2021-03-04."
}
QUESTIONS = ("owls hunting mice", "Which fish lives in cold brooks?", "Größe der Bäume", "首都", "pump AX-2041 in 2021")


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """The address of a database on a server that runs for the whole test session."""
    if reason := why_not():
        pytest.skip(reason)
    with server() as address:
        yield address


@pytest.fixture
def collection(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Address:
    """A new collection in the database for one test, built in its own folder."""
    monkeypatch.setenv("RAG_CACHE", str(tmp_path / "cache"))
    database, _, query = request.getfixturevalue("database").partition("?")
    place = location_of(f"{database}/{uuid4().hex}?{query}")
    assert isinstance(place, Address)
    return place


def seen(index: Index) -> dict[str, object]:
    """Return everything that an index answers to some questions."""
    found: dict[str, object] = {
        "passages": list(index.passages), "documents": dict(index.documents), "files": index.files(),
        "owls": index.knows("owls"), "zebras": index.knows("zebras"),
    }  # fmt: skip
    birds = {"sources": ["birds"]} if any(source.startswith("birds/") for source in index.files()) else {}
    for question in QUESTIONS:
        (vector,) = Letters().encode([question])
        for name, where in (("", {}), (" of birds", birds), (" until 2100", {"until": date(2100, 1, 1)})):
            found[f"dense{name}: {question}"] = index.nearest(vector, 5, **where)
            found[f"words{name}: {question}"] = index.matching(question, 5, **where)
            found[f"codes{name}: {question}"] = index.naming(question, 5, **where)
        found[f"holds: {question}"] = [index.holds(exact) for exact in asked_exactly(question)]
    return found
