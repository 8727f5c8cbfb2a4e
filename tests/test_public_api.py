"""The public surface is frozen: a new name needs a reason."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

import rag

PUBLIC = {
    "Rag", "build", "ask", "BuildReport",
    "Document", "Segment", "Place", "Passage", "Hit", "Block", "Evidence", "Citation", "Sentence", "Answer", "Turn", "Trace", "Skipped",
    "RagError", "LoadError", "IndexMissing", "IndexCorrupt", "IndexMismatch", "IndexBusy", "ModelUnavailable",
    "Encoder", "Reader", "Generator", "RemoteGenerator", "Message", "Reading",
    "__version__",
}  # fmt: skip
FIELDS = {
    "Passage": ("id", "document_id", "source", "text", "start", "end", "page", "heading", "places"),
    "Hit": ("passage", "score"),
    "Evidence": (
        "passage",
        "start",
        "end",
        "quote",
        "score",
        "text",
        "kind",
        "answer",
        "certainty",
        "polarity",
        "offsets",
    ),
    "Citation": ("marker", "passage", "quote", "start", "end", "page", "traits"),
    "Sentence": ("text", "citations", "verdict"),
    "Answer": ("question", "text", "sentences", "citations", "hits", "abstained", "trace"),
    "Turn": ("question", "answer"),
}


def test_the_public_names_are_exactly_these() -> None:
    assert set(rag.__all__) == PUBLIC
    assert all(hasattr(rag, name) for name in PUBLIC)
    assert set(dir(rag)) >= PUBLIC
    assert not hasattr(rag, "Index")


@pytest.mark.parametrize(("name", "fields"), FIELDS.items())
def test_a_value_has_these_fields_and_is_frozen(name: str, fields: tuple[str, ...]) -> None:
    value = getattr(rag, name)
    assert tuple(field.name for field in dataclasses.fields(value)) == fields
    assert value.__dataclass_params__.frozen
    assert "__slots__" in vars(value)


@pytest.mark.parametrize(
    "error",
    [
        rag.LoadError("a.pdf", "it is encrypted"),
        rag.IndexMissing(Path("index")),
        rag.IndexCorrupt(Path("index"), "objects/1", "sha256 differs"),
        rag.IndexMismatch("a", "b"),
        rag.IndexBusy(Path("index")),
        rag.ModelUnavailable("m", "it is not on this machine"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_one_line_with_its_evidence(error: rag.RagError) -> None:
    assert isinstance(error, rag.RagError)
    assert str(error)
    assert "\n" not in str(error)
    assert vars(error)


@pytest.mark.parametrize("name", ["search", "rankings", "ask", "stream"])
def test_an_unknown_keyword_is_refused_by_the_method_that_was_called(name: str) -> None:
    unopened = object.__new__(rag.Rag)  # arguments are checked first
    with pytest.raises(TypeError, match=rf"Rag\.{name}\(\) got an unexpected keyword argument 'source'"):
        getattr(unopened, name)("Who?", source="a.md")
