"""Dates of documents: a file's own date counts, else its modification date; a date filter never admits another file."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import date, datetime
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from rag import Rag, build
from rag.load import load_documents
from rag.load.dates import day_of, day_of_mail, day_of_office
from tests.conftest import OverlapReader, WordEncoder

OLD, NEW = date(2019, 5, 4), date(2024, 2, 29)


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        ("D:20240229235959-12'00'", NEW),  # the written date, in any time zone
        ("2024-02-29T00:00:00Z", NEW),
        (" 20240229", NEW),
        ("2023-02-29", None),
        ("D:2024", None),
        ("29 February 2024", None),
        ("0000-01-01", None),
        ("", None),
    ],
)
def test_a_timestamp_gives_the_written_date(stamp: str, day: date | None) -> None:
    assert day_of(stamp) == day


@pytest.mark.parametrize(
    ("header", "day"),
    [
        ("Thu, 29 Feb 2024 23:30:00 -0800", NEW),
        ("yesterday, I believe", None),
        ("Thu, 99 Feb 2024 23:30:00 -0800", None),
    ],
)
def test_a_messages_date_is_that_of_its_date_header(header: str, day: date | None) -> None:
    message = message_from_string(f"Date: {header}\n\nWords.", policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert day_of_mail(message) == day


@pytest.mark.parametrize(
    ("part", "content", "day"),
    [
        ("docProps/core.xml", "<dcterms:created>2019-05-04T</dcterms:created><dcterms:modified x='y'>2024-02-29T", NEW),
        ("docProps/core.xml", "<dcterms:created>2019-05-04T00:00:00Z</dcterms:created><modified></modified>", OLD),
        ("meta.xml", "<meta:creation-date>2019-05-04T</meta:creation-date><dc:date>2024-02-29T10:00:00</dc:date>", NEW),
        ("docProps/core.xml", "<dcterms:modified>soon</dcterms:modified>", None),
        ("word/document.xml", "<modified>2024-02-29</modified>", None),
    ],
)
def test_an_office_files_date_is_that_of_its_last_change(part: str, content: str, day: date | None) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(part, content + "<")
    with zipfile.ZipFile(stream) as archive:
        assert day_of_office(archive) == day


def write(file: Path, text: str, changed: date) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    noon = datetime(changed.year, changed.month, changed.day, 12).timestamp()
    os.utime(file, (noon, noon))


def test_a_stated_date_precedes_the_modification_date_also_through_the_child_process(tmp_path: Path) -> None:
    write(tmp_path / "m.eml", "From: ana@example.org\nDate: Thu, 29 Feb 2024 23:30:00 -0800\n\nThe mill closed.", OLD)
    write(tmp_path / "n.txt", "The mill closed.", OLD)
    mail, plain = load_documents(tmp_path)
    assert (mail.stated, mail.modified, mail.day) == (NEW, OLD, NEW)
    assert (plain.stated, plain.modified, plain.day) == (None, OLD, OLD)


def test_the_own_date_of_pdf_and_word_files_is_read(tmp_path: Path) -> None:
    import docx

    from rag.load.sandbox.parser import Parser
    from tests.test_load_formats import make_pdf

    letter = docx.Document()
    letter.core_properties.modified = datetime(2024, 2, 29)
    letter.add_paragraph("It closed in 1962.")
    letter.save(tmp_path / "letter.docx")
    pdf = make_pdf([(50, 700, 11, "It closed in 1962.")])
    at = pdf.index(b"xref\n")  # the information is an object that the table does not list; PDFium finds it anyway
    info = b"9 0 obj\n<< /CreationDate (D:20190504) /ModDate (D:20240229120000Z) >>\nendobj\n"
    pdf = (pdf[:at] + info + pdf[at:]).replace(b"/Root 1 0 R", b"/Root 1 0 R /Info 9 0 R").replace(b"startxref", b"")
    with Parser() as parser:
        assert parser.parse((tmp_path / "letter.docx").read_bytes(), "letter.docx", ".docx").stated == NEW
        assert parser.parse(pdf, "report.pdf", ".pdf").stated == NEW


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    shared = "The ferry leaves at seven."
    write(tmp_path / "seeds" / "old.txt", f"The ferry cost 12 crowns.\n\n{shared}", OLD)
    write(tmp_path / "seeds" / "new.txt", f"The ferry costs 14 crowns.\n\n{shared}", NEW)
    return tmp_path / "seeds"


def opened(seeds: Path) -> Rag:
    build(seeds, seeds.parent / "index", encoder=WordEncoder())
    return Rag.open(seeds.parent / "index", encoder=WordEncoder(), reader=OverlapReader(), generator=None)


def test_a_date_filter_includes_both_ends_and_applies_to_vectors_and_words(seeds: Path) -> None:
    rag = opened(seeds)
    for where, sources in (
        ({"since": NEW}, {"new.txt"}),
        ({"until": OLD}, {"old.txt"}),
        ({"since": OLD, "until": NEW}, {"old.txt", "new.txt"}),
    ):
        rankings = rag.rankings("What does the ferry cost?", **where)
        assert set(rag.index.files(**where)) == sources
        for station in ("dense", "lexical"):
            found = {place.source for hit in rankings[station] for place in hit.passage.places}
            assert found >= sources
            assert bool(found) == bool(sources)
            assert all({place.source for place in hit.passage.places} & sources for hit in rankings[station])
    for nothing in ({"since": date(2020, 1, 1), "until": date(2023, 1, 1)}, {"since": NEW, "sources": ["old.txt"]}):
        with pytest.raises(ValueError, match="there is no document since"):
            rag.rankings("What does the ferry cost?", **nothing)


def test_an_answer_uses_only_documents_of_the_requested_dates(seeds: Path) -> None:
    rag = opened(seeds)
    assert "12 crowns" in rag.ask("What is the cost of the ferry in crowns?", until=OLD).text
    assert "14 crowns" in rag.ask("What is the cost of the ferry in crowns?", since=NEW).text
    with pytest.raises(ValueError, match="there is no document since 2230-01-01"):
        rag.ask("What is the cost of the ferry in crowns?", since=date(2230, 1, 1))
    assert "14" not in rag.ask("Summarize this document", until=OLD).text


def test_a_start_after_the_end_is_refused(seeds: Path) -> None:
    rag = opened(seeds)
    with pytest.raises(ValueError, match="since 2024-02-29 and until 2019-05-04"):
        rag.search("ferry", since=NEW, until=OLD)


def test_a_touched_file_gets_its_new_date_and_nothing_is_embedded(seeds: Path) -> None:
    before = [passage.id for passage in opened(seeds).index.passages]
    write(seeds / "old.txt", (seeds / "old.txt").read_text(encoding="utf-8"), NEW)
    report = build(seeds, seeds.parent / "index", encoder=WordEncoder())
    rag = Rag.open(seeds.parent / "index", encoder=WordEncoder(), reader=OverlapReader(), generator=None)
    assert (report.embedded, report.generation) == (0, 2)
    assert rag.index.files(since=NEW) == ["new.txt", "old.txt"]
    assert [passage.id for passage in rag.index.passages] == before


def test_dates_survive_a_build_that_changes_another_file(seeds: Path) -> None:
    opened(seeds)
    write(seeds / "third.txt", "Gulls nest on the pier.", NEW)
    assert opened(seeds).index.files(until=OLD) == ["old.txt"]
