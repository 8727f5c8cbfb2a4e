"""A file is known by its suffix or by its content, and what is not read is named with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.load import kinds, load_documents
from rag.load.formats import LOADERS
from rag.load.kinds import kind_of, why_not
from rag.types import Document, Skipped

MAIL = b"Received: from a\n by b\nFrom: ann@x.y\nSubject: Oars\n\nThe oars are in the shed.\n"


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("notes.TXT", b"x", ".txt"),
        ("README", b"Words.", ""),
        ("cur/1741.M2P3.host:2,S", MAIL, ".eml"),
        ("1741_1", MAIL, ".eml"),
        ("Inbox", b"From ann Mon Mar  3\n" + MAIL, ".mbox"),
        ("page.old", b"\n<!DOCTYPE html><p>x", ".html"),
        ("export.v2", b"BEGIN:VCALENDAR\n", ".ics"),
        ("Makefile", b"all:\n\tcc x.c\n", ".mk"),
        ("notes.draft", "Die Größe.".encode(), ""),
        ("notes.draft", "Größe: ü".encode("cp1252") * 9, None),
        ("x.dat", bytes(range(256)), None),
        ("photo.jpg", b"Only words, but called a picture.", ".jpg"),
        ("film.mp4", b"Only words, but called a film.", None),
        ("old.doc", b"Words.", None),
    ],
)
def test_a_kind_is_told_by_the_suffix_or_else_by_the_content(name: str, data: bytes, kind: str | None) -> None:
    assert kind_of(name, data, LOADERS) == kind


def test_what_is_not_read_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds.shutil, "which", lambda name: None)
    assert why_not("a/old.DOC") == "it is a file of an old word processor; save it as .docx"
    assert why_not("deck.key") == "it is an Apple Keynote presentation; save it as .pptx"
    assert why_not("n.one") == "it is a OneNote section; export it as .docx or .pdf"
    assert (
        why_not("all.zip")
        == "files of the kind '.zip' are not read: it is an archive; unpack it and put its files here"
    )
    assert why_not("x.dat") == "files of the kind '.dat' are not read"
    monkeypatch.setattr(kinds.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert why_not("old.xls").endswith("; save it as .xlsx, or run: soffice --headless --convert-to xlsx FILE")


def test_a_file_of_unknown_suffix_is_read_for_its_content(tmp_path: Path) -> None:
    (tmp_path / "rules.draft").write_text("The gate is shut at nine.", encoding="utf-8")
    (tmp_path / "store.dat").write_bytes(bytes(range(256)) * 4)
    found = list(load_documents(tmp_path))
    assert [(each.source, each.text) for each in found if isinstance(each, Document)] == [
        ("rules.draft", "The gate is shut at nine.")
    ]
    assert [each.source for each in found if isinstance(each, Skipped)] == ["store.dat"]
