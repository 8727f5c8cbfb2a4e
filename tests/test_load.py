import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rag import build
from rag.errors import LoadError
from rag.load import documents, load_documents, read_files
from rag.load.decode import decode
from rag.load.documents import File
from rag.load.parsed import Parsed
from rag.load.text import plain
from rag.load.text.plain import parse_plain
from rag.load.walk import MAX_DEPTH, Found, read_bytes, walk
from rag.types import Document, Skipped
from tests.conftest import WordEncoder

ARTICLE = (
    "The river rises in the hills and reaches the sea after ninety kilometres, most of them through open farmland and reed beds.\n"
    "A Mill for Every Village\n"
    "In 1850 the valley had forty mills, and each of them ground the grain of its own village until the railway came in 1871.\n"
    "The last one closed in 1962. Its wheel still turns on market days, when school classes come to see how flour was made.\n"
    "By Ana Torres, who keeps the archive of the valley.\n"
    "Related posts:\n"
    "Views: 12\n"
)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def only(folder: Path) -> Document:
    (document,) = load_documents(folder)
    return document


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(segment.kind, document.text[segment.start : segment.end]) for segment in document.segments]


def test_plain_text_is_the_files_own_text_unchanged(tmp_path: Path) -> None:
    content = "One line.\r\nTwo lines.\n\n\tA third, with a tab \u2014 and a dash.\r"
    write(tmp_path, "a/notes.txt", "\ufeff" + content)
    document = only(tmp_path)
    assert document.text == content
    assert document.source == "a/notes.txt"
    assert document.title == "notes"


def test_a_line_is_a_paragraph_a_short_one_before_prose_a_heading_and_page_furniture_is_noise(
    tmp_path: Path,
) -> None:
    write(tmp_path, "valley.txt", ARTICLE)
    found = kinds(only(tmp_path))
    lines = ARTICLE.splitlines()
    assert found == list(
        zip(
            ["paragraph", "heading", "paragraph", "paragraph", "paragraph", "noise", "noise"],
            lines,
            strict=True,
        )
    )


def test_wrapped_lines_are_one_paragraph_and_bullets_are_items(tmp_path: Path) -> None:
    text = (
        "This paragraph was wrapped by an editor at some sixty columns,\n"
        "so that its lines belong together although a line break tears\n"
        "them apart.\n\n"
        "- the first point\n- the second point\n"
    )
    write(tmp_path, "wrapped.txt", text)
    assert [kind for kind, _ in kinds(only(tmp_path))] == ["paragraph", "item", "item"]


def test_lines_of_equal_length_that_each_end_a_sentence_are_not_a_wrapped_paragraph(tmp_path: Path) -> None:
    lines = [f"Mill number {n} closed in the year {1800 + n}, they say." for n in range(10, 15)]
    write(tmp_path, "mills.txt", "\n".join(lines))
    assert kinds(only(tmp_path)) == [("paragraph", line) for line in lines]


def test_markdown_headings_form_the_path(tmp_path: Path) -> None:
    text = "# Guide\r\n\r\nWelcome *here*.\r\n\r\n## Install\r\n\r\n1. one\r\n2. two\r\n\r\n| a | b |\r\n|---|---|\r\n| 1 | 2 |\r\n"
    write(tmp_path, "guide.md", text)
    document = only(tmp_path)
    assert document.title == "Guide"
    assert document.text == text
    assert [(s.kind, document.text[s.start : s.end], s.heading) for s in document.segments] == [
        ("heading", "# Guide", "Guide"),
        ("paragraph", "Welcome *here*.", "Guide"),
        ("heading", "## Install", "Guide › Install"),
        ("item", "1. one", "Guide › Install"),
        ("item", "2. two", "Guide › Install"),
        ("heading", "| a | b |", "Guide › Install"),  # column names are not evidence
        ("row", "| 1 | 2 |", "Guide › Install › a | b"),
    ]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", "A byte order mark is no part of the text."),
        ("utf-16", "Sixteen bits a unit, with a mark in front."),
        ("utf-16-le", "Sixteen bits a unit, and no mark in front."),
        ("utf-32", "Thirty-two bits a unit."),
        (
            "cp1252",
            "The café’s owner — naïve, perhaps — paid £20 for the “special” crème brûlée that evening.",
        ),
        (
            "cp1251",
            "Президент России подписал указ о поддержке малого бизнеса. В документе говорится о новых мерах.",
        ),
        (
            "cp866",
            "Президент России подписал указ о поддержке малого бизнеса. В документе говорится о новых мерах.",
        ),
        ("shift_jis", "日本の首都は東京です。人口は約一千四百万人で、世界で最も大きな都市の一つです。"),
        ("gb18030", "中国的首都是北京。北京有两千多万人口，是世界上最大的城市之一。今天天气很好。"),
        ("cp037", "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG. PAYMENT OF 500 DOLLARS IS DUE ON 3 MAY."),
    ],
)
def test_text_is_read_in_its_encoding(tmp_path: Path, encoding: str, text: str) -> None:
    write(tmp_path, "text.txt", text.encode(encoding))
    assert only(tmp_path).text == text


def test_bytes_that_decode_but_are_not_text_are_refused() -> None:
    binary = bytes(range(1, 128)) * 40  # all ASCII, so that every encoding accepts it
    with pytest.raises(LoadError, match="too many control characters"):
        decode(binary, "a.txt")
    assert decode(b"one \x07 bell in a long line of plain words " * 2 + b"x" * 100, "a.txt").startswith("one")


def test_every_skipped_file_is_reported_with_its_reason(tmp_path: Path) -> None:
    write(tmp_path, "good.txt", "A good file stands here, and it is read.")
    write(tmp_path, "empty.txt", b"")
    write(tmp_path, "blank.md", " \n\n ")
    write(tmp_path, "noise.txt", bytes(range(256)) * 8)
    write(tmp_path, "~$lock.txt", "x")
    write(tmp_path, "what.xyz", b"\0\1\2")
    (tmp_path / "link.txt").symlink_to(tmp_path / "good.txt")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = list(load_documents(tmp_path))
    assert [each.source for each in found if isinstance(each, Document)] == ["good.txt"]
    assert {skip.source: skip.reason for skip in found if isinstance(skip, Skipped)} == {
        "blank.md": "it holds no text",
        "empty.txt": "the file is empty (0 bytes)",
        "link.txt": "it is a link, and links are not followed; put the file itself here",
        "loop": "it is a link, and links are not followed; put the file itself here",
        "noise.txt": "it is not text (too many control characters)",
        "what.xyz": "files of the kind '.xyz' are not read; save it as text, .pdf, .docx or .csv",
        "~$lock.txt": "it is a hidden or temporary file",
    }


def test_a_file_that_becomes_a_link_after_listing_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "secret.txt", "nothing of the documents")
    (tmp_path / "seeds").mkdir()
    write(tmp_path / "seeds", "a.txt", "A good file.")
    (found,) = walk(tmp_path / "seeds")
    assert isinstance(found, Found)
    assert read_bytes(found)[0] == b"A good file."
    found.path.unlink()
    found.path.symlink_to(tmp_path / "secret.txt")
    with pytest.raises(LoadError, match="cannot be opened"):
        read_bytes(found)


def test_folders_nested_too_deep_are_reported_and_not_entered(tmp_path: Path) -> None:
    inner = tmp_path.joinpath(*["d"] * MAX_DEPTH)
    inner.mkdir(parents=True)
    write(inner, "deep.txt", "It is read.")
    (inner / "d").mkdir()
    write(inner / "d", "deeper.txt", "It is not.")
    read, passed = sorted(walk(tmp_path), key=lambda one: isinstance(one, Skipped))
    assert read.source.endswith("d/deep.txt")
    assert isinstance(passed, Skipped)
    assert passed.reason == f"folders nest deeper than {MAX_DEPTH}"


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.mkdir(), lambda p: p.write_text("x")])
def test_seeds_without_anything_to_read_are_a_one_line_error(tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path / "seeds")
    with pytest.raises(LoadError, match=r"^cannot read '.*seeds': .+$"):
        build(tmp_path / "seeds", tmp_path / "index", encoder=WordEncoder())


def test_a_file_is_identified_by_its_bytes_before_it_is_parsed(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "Words.")
    (file,) = read_files(tmp_path)
    assert isinstance(file, File)
    assert (file.source, file.data, file.sha256) == ("a.txt", b"Words.", hashlib.sha256(b"Words.").hexdigest())
    assert file.modified == date.fromtimestamp((tmp_path / "a.txt").stat().st_mtime)


def test_progress_counts_every_entry(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "Words.")
    write(tmp_path, "b.bin", "Words.")
    steps: list[tuple[str, int, int]] = []
    outcomes = list(load_documents(tmp_path, progress=lambda *step: steps.append(step)))
    assert isinstance(outcomes[0], Document)
    assert isinstance(outcomes[1], Skipped)
    assert steps == [("reading", 1, 2), ("reading", 2, 2)]


@pytest.mark.parametrize("name", ["wrapped.md", "wrapped.txt"])
def test_a_sentence_across_a_line_break_is_not_split_at_any_width(tmp_path: Path, name: str) -> None:
    lines = (
        "The harbour board of Vinterhavn, which had looked for a quiet ferry for some years and had seen many yards, at last bought one from the\n"
        "yards of Norway in the spring of 2016, and it was handed over with some ceremony.\n"
    )
    (tmp_path / name).write_text(f"# Ferries\n\n{lines}\nThe second one came\n", encoding="utf-8")
    (document,) = load_documents(tmp_path)
    paragraphs = [document.text[s.start : s.end] for s in document.segments if s.kind == "paragraph"]
    assert lines.strip() in [paragraph.strip() for paragraph in paragraphs]


@pytest.mark.parametrize(
    "error", [ValueError("a\nb"), KeyError("b"), IndexError("b"), RecursionError("b"), MemoryError(), TypeError("b")]
)
def test_whatever_a_loader_raises_is_the_reason_of_its_file_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(data: bytes, source: str) -> Parsed:
        raise error

    monkeypatch.setitem(documents.LOADERS, ".log", fails)
    monkeypatch.setattr(documents, "IN_PROCESS", documents.IN_PROCESS | {fails})
    write(tmp_path, "a.log", "Words.")
    write(tmp_path, "b.txt", "Words.")
    skipped, read = load_documents(tmp_path)
    assert isinstance(skipped, Skipped)
    assert isinstance(read, Document)
    assert skipped.source == "a.log"
    assert skipped.reason.isprintable()
    assert len(skipped.reason) > 10


class CountingList(list[Any]):
    """A list that counts the entries copied out of it by slices."""

    copied = 0

    def __getitem__(self, part: Any) -> Any:
        found = super().__getitem__(part)
        CountingList.copied += len(found) if isinstance(part, slice) else 0
        return found


def test_boilerplate_is_found_without_copying_the_lines_below_each_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "list", CountingList, raising=False)
    prose = "The river rises in the hills and reaches the sea after ninety kilometres.\n\n"
    CountingList.copied = 0
    parse_plain((prose * 2 + "Tides:\n\n" * 500 + prose).encode(), "a.txt")
    assert CountingList.copied < 5_000


@pytest.mark.parametrize(("place", "title"), [(10, "A Mill for Every Village"), (plain.MAX_COMPARED + 1, "")])
def test_a_title_is_looked_for_in_so_many_addresses(place: int, title: str) -> None:
    links = [f"https://example.org/{i}" for i in range(place)]
    text = ARTICLE + "\n".join([*links, "https://example.org/a-mill-for-every-village", ""])
    assert parse_plain(text.encode(), "a.txt").title == title
