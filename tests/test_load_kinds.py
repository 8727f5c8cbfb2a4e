"""A file's format is determined by its suffix or its content, and an unsupported file is reported with advice."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
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
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
        ("letter.doc", b"{\\rtf1 Words.}", ".rtf"),
        ("export.doc", b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n", ".mht"),
        ("export.XLS", b"\xef\xbb\xbf<html xmlns:o='x'><table>", ".html"),
        ("export.xls", b"Boat\tFee\nLoon\t12\n", ".tsv"),
        ("deck.ppt", b"<html>", None),
    ],
)
def test_a_format_is_determined_by_the_suffix_or_else_by_the_content(name: str, data: bytes, kind: str | None) -> None:
    assert kind_of(name, data, LOADERS) == kind


def test_an_unsupported_file_is_reported_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds.shutil, "which", lambda name: None)
    assert why_not("a/old.DOC") == "it is a file of an old word processor; save it as .docx"
    assert why_not("deck.key") == "it is an Apple Keynote presentation; save it as .pptx"
    assert why_not("n.one") == "it is a OneNote section; export it as .docx or .pdf"
    assert (
        why_not("all.zip")
        == "files of the kind '.zip' are not read: it is an archive; unpack it and put its files here"
    )
    assert why_not("x.dat") == "files of the kind '.dat' are not read; save it as text, .pdf, .docx or .csv"
    assert why_not("x.gif").endswith("it is a picture; save it as .png or .jpg if there is text in it")
    monkeypatch.setattr(kinds.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert why_not("old.xls").endswith("; save it as .xlsx, or run: soffice --headless --convert-to xlsx FILE")


def test_a_file_with_an_unknown_suffix_is_read_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "rules.draft").write_text("The gate is shut at nine.", encoding="utf-8")
    (tmp_path / "store.dat").write_bytes(bytes(range(256)) * 4)
    found = list(load_documents(tmp_path))
    assert [(each.source, each.text) for each in found if isinstance(each, Document)] == [
        ("rules.draft", "The gate is shut at nine.")
    ]
    assert [each.source for each in found if isinstance(each, Skipped)] == ["store.dat"]


def _packed(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def test_a_reason_states_what_the_file_is_and_what_to_do(tmp_path: Path) -> None:
    word = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p/></w:body></w:document>'
    book = openpyxl.Workbook()
    book.save(tmp_path / "empty.xlsx")
    (tmp_path / "login.pdf").write_bytes(b"\n<!DOCTYPE html><p>Sign in</p>")
    (tmp_path / "cut.pdf").write_bytes(b"%PDF-1.4\n1 0 obj")
    (tmp_path / "app.html").write_text("<html><body><SCRIPT>x = 1</SCRIPT></body></html>", encoding="utf-8")
    (tmp_path / "empty.html").write_text("<html><body></body></html>", encoding="utf-8")
    (tmp_path / "empty.docx").write_bytes(_packed(**{"word/document.xml": word, "docProps/thumbnail.jpeg": b"x"}))
    (tmp_path / "scans.docx").write_bytes(_packed(**{"word/document.xml": word, "word/media/image1.JPG": b"x"}))
    (tmp_path / "cut.docx").write_bytes(_packed(**{"word/document.xml": word})[:90])
    found = list(load_documents(tmp_path))
    assert [each for each in found if isinstance(each, Document)] == []
    reasons = {skip.source: skip.reason for skip in found if isinstance(skip, Skipped)}
    assert reasons.pop("cut.pdf").endswith("; save or download it again")
    assert reasons.pop("cut.docx").endswith("; save or download it again")
    assert reasons == {
        "app.html": "it holds no text; if its script writes it, open the page in a browser and save it from there",
        "empty.docx": "it holds no text",
        "empty.html": "it holds no text",
        "empty.xlsx": "it holds no text",
        "login.pdf": "it is not what its suffix .pdf says but a web page; save it again, or give it the suffix of what it is",
        "scans.docx": "it holds no text, only pictures; save it as .pdf to have it read with the extra [ocr]",
    }


def test_other_formats_under_an_old_suffix_are_read(tmp_path: Path) -> None:
    (tmp_path / "letter.doc").write_bytes(b"{\\rtf1 The gate is shut at nine.}")
    (tmp_path / "dues.xls").write_text("<table><tr><th>Boat<th>Fee<tr><td>Loon<td>12</table>", encoding="utf-8")
    found = [each for each in load_documents(tmp_path) if isinstance(each, Document)]
    assert [(each.source, each.text) for each in found] == [
        ("dues.xls", "Boat: Loon | Fee: 12"),
        ("letter.doc", "The gate is shut at nine."),
    ]
