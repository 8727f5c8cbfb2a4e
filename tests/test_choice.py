"""An English folder keeps the default encoder; a folder in another language asks for the multilingual one."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import building
from rag.index.encoder import first_documents
from rag.load import documents
from rag.load.parsed import Parsed
from rag.load.text.plain import parse_plain
from rag.models import DEFAULT_ENCODER, MULTILINGUAL_ENCODER, choice
from rag.models.choice import encoder_for
from tests.conftest import WordEncoder

ENGLISH = "The mill stands at the river, and it is open on all days of the week but not in the winter. " * 4
GERMAN = "Die Mühle steht am Fluss und ist an allen Tagen der Woche offen, aber nicht im Winter. " * 4
RUSSIAN = "Мельница стоит у реки и открыта во все дни недели, кроме зимы. " * 6


@pytest.fixture
def both_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "is_here", lambda name: True)


@pytest.mark.usefixtures("both_here")
def test_one_foreign_document_in_two_hundred_is_still_an_english_folder() -> None:
    assert encoder_for([ENGLISH] * 199 + [GERMAN]) == (DEFAULT_ENCODER, "")
    assert encoder_for([]) == (DEFAULT_ENCODER, "")
    assert encoder_for(["Zu kurz, um etwas zu sagen."]) == (DEFAULT_ENCODER, "")


@pytest.mark.usefixtures("both_here")
@pytest.mark.parametrize("other", [GERMAN, RUSSIAN])
def test_one_foreign_document_in_ten_selects_the_multilingual_encoder(other: str) -> None:
    assert encoder_for([ENGLISH] * 9 + [other]) == (MULTILINGUAL_ENCODER, "")


def test_if_that_encoder_is_missing_the_advice_names_the_languages_and_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choice, "is_here", lambda name: False)
    name, advice = encoder_for([GERMAN, RUSSIAN])
    assert name == DEFAULT_ENCODER
    assert "(de, ru)" in advice
    assert f"rag fetch {MULTILINGUAL_ENCODER}" in advice


def test_a_new_index_detects_the_language_of_the_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "is_here", lambda name: True)
    (tmp_path / "a.txt").write_text(GERMAN, encoding="utf-8")
    found = first_documents(tmp_path)
    assert encoder_for(document.text for document in found.values()) == (MULTILINGUAL_ENCODER, "")


@pytest.mark.usefixtures("both_here")
@pytest.mark.parametrize(
    "short",
    [
        "Die Mühle am Fluss wird von der Stadt verwaltet und ist im Winter zu.",
        "水车在河边，冬天关门，周一到周五开放。",
        "水車は川のそばにあり、冬は休みです。",
        "Мельница закрыта зимой.",
    ],
)
def test_a_short_text_counts_if_its_language_is_certain(short: str) -> None:
    assert encoder_for(["The mill is at the river, and it is open to all of us.", short]) == (MULTILINGUAL_ENCODER, "")


@pytest.mark.usefixtures("both_here")
@pytest.mark.parametrize(
    "rows",
    [
        [f"Tile {n},{n} mm,no,no,in stock: yes" for n in range(40)],  # "no" is a small word in Spanish, too
        [f"2026-03-{n:02},Lo Presti,Di Marco,E. van der Aa,{n}" for n in range(1, 29)],
        [f"Hall {letter},{n},A,E,O" for letter in "abc" for n in range(30)],
        ["Ute, Jörg and Zoë: 4 crates", "José, Åsa: 2 crates", "Pots: as many as fit, no lids"] * 4,
    ],
)
def test_cells_and_names_are_of_no_other_language(rows: list[str]) -> None:
    assert encoder_for([ENGLISH, "\n".join(rows)]) == (DEFAULT_ENCODER, "")


@pytest.mark.usefixtures("both_here")
@pytest.mark.parametrize(
    "text",
    [
        "Les chaises de la salle sont rangées par le gardien, et il ne faut pas les sortir dans le jardin. " * 3,
        "Las sillas de la sala las guarda el conserje, y no se pueden sacar al jardín por la noche. " * 3,
        "Stolarna i salen ställs undan av vaktmästaren och får inte bäras ut på gården när det är mörkt. " * 3,
    ],
)
def test_prose_in_another_language_selects_the_multilingual_encoder(text: str) -> None:
    assert encoder_for([ENGLISH] * 9 + [text]) == (MULTILINGUAL_ENCODER, "")


def test_a_first_build_parses_each_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def counted(data: bytes, source: str) -> Parsed:
        parsed.append(source)
        return parse_plain(data, source)

    monkeypatch.setitem(documents.LOADERS, ".txt", counted)
    monkeypatch.setattr(documents, "IN_PROCESS", frozenset({counted}))
    monkeypatch.setattr(building, "encoder_of", lambda *_, **__: (WordEncoder(), ""))
    for name in ("a.txt", "b.txt"):
        (tmp_path / "seeds" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "seeds" / name).write_text(f"{ENGLISH} {name}", encoding="utf-8")
    assert building.build(tmp_path / "seeds", tmp_path / "index").read == 2
    assert parsed == ["a.txt", "b.txt"]
