"""Writes an everyday folder of 300 files, and measures how long reading and building it take.

    python benchmarks/everyday_folder.py FOLDER [--read] [--kinds md,txt,...]

The files are notes, letters, web pages, tables and printed reports of a few paragraphs each, the same in every run.
--read stops before the passages are embedded. Requires `python-docx openpyxl`, as the tests do.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rag import build
from rag.load import load_documents
from rag.types import Document
from tests.pdf_writer import make_pdf, row, text

FILES = {"md": 90, "txt": 60, "docx": 45, "pdf": 30, "html": 25, "eml": 20, "csv": 15, "xlsx": 15}
WORDS = """harbour mill barley ladder engine lamp winter council ferry garden bridge oven parcel choir roof well orchard
lantern tower signal copper basket kitchen river stable market ledger cellar valley canal""".split()
VERBS = "repairs measures opens paints counts closes moves names rents checks orders cleans".split()


def sentence(draw: random.Random) -> str:
    one, two, three = (draw.choice(WORDS) for _ in range(3))
    return f"The {one} of the {two} {draw.choice(VERBS)} {draw.randint(2, 900)} {three}s before the {draw.randint(1, 28)}th."


def paragraphs(draw: random.Random, count: int = 6) -> list[str]:
    return [" ".join(sentence(draw) for _ in range(draw.randint(3, 6))) for _ in range(count)]


def table(draw: random.Random) -> list[list[str]]:
    return [["Name", "Place", "Price"]] + [
        [f"{draw.choice(WORDS)} {i}", draw.choice(WORDS), f"{draw.randint(10, 9000) / 10:.2f}"] for i in range(20)
    ]


def markdown(draw: random.Random) -> bytes:
    return "\n\n".join(f"## {draw.choice(WORDS).title()}\n\n{body}" for body in paragraphs(draw)).encode()


def plain(draw: random.Random) -> bytes:
    return "\n\n".join(paragraphs(draw)).encode()


def html(draw: random.Random) -> bytes:
    return f"<h1>{draw.choice(WORDS)}</h1><p>{'</p><p>'.join(paragraphs(draw))}</p>".encode()


def csv(draw: random.Random) -> bytes:
    return "\n".join(",".join(cells) for cells in table(draw)).encode()


def letter(draw: random.Random) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "miller@example.org", "baker@example.org", sentence(draw)
    message["Date"] = "Mon, 3 Mar 2025 08:00:00 +0000"
    message.set_content("\n\n".join(paragraphs(draw, 3)))
    return message.as_bytes()


def printed(draw: random.Random) -> bytes:
    pages = []
    for _ in range(3):
        drawn = "".join(text(60, 740 - 16 * i, sentence(draw)) for i in range(24))
        drawn += "".join(
            row(330 - 16 * i, *zip((60, 220, 380), cells, strict=True)) for i, cells in enumerate(table(draw)[:15])
        )
        pages.append(drawn)
    return make_pdf(*pages)


def word(draw: random.Random) -> bytes:
    import docx

    document, stream = docx.Document(), io.BytesIO()
    for body in paragraphs(draw):
        document.add_heading(draw.choice(WORDS).title(), level=1)
        document.add_paragraph(body)
    document.save(stream)
    return stream.getvalue()


def sheet(draw: random.Random) -> bytes:
    import openpyxl

    book, stream = openpyxl.Workbook(), io.BytesIO()
    for cells in table(draw):
        book.active.append(cells)
    book.save(stream)
    return stream.getvalue()


WRITERS: dict[str, Callable[[random.Random], bytes]] = {
    "md": markdown, "txt": plain, "docx": word, "pdf": printed, "html": html, "eml": letter, "csv": csv, "xlsx": sheet,
}  # fmt: skip


def write(folder: Path, kinds: list[str]) -> None:
    """Write the files of these kinds, unless the folder exists."""
    if folder.exists():
        return
    folder.mkdir(parents=True)
    for kind in kinds:
        for number in range(FILES[kind]):
            (folder / f"{kind}-{number:03}.{kind}").write_bytes(WRITERS[kind](random.Random(f"{kind} {number}")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--read", action="store_true")
    parser.add_argument("--kinds", default=",".join(FILES))
    options = parser.parse_args()
    write(options.folder, options.kinds.split(","))
    started, times = time.perf_counter(), time.process_time()
    outcomes = list(load_documents(options.folder))
    kinds = Counter(type(outcome).__name__ for outcome in outcomes)
    letters = sum(len(outcome.text) for outcome in outcomes if isinstance(outcome, Document))
    print(f"{dict(kinds)}: {letters:,} characters read in {time.perf_counter() - started:.1f} s "
          f"({time.process_time() - times:.1f} s of this process's processor time)")  # fmt: skip
    if options.read:
        return
    with tempfile.TemporaryDirectory() as scratch:
        started, times = time.perf_counter(), time.process_time()
        report = build(options.folder, Path(scratch, "index"))
        print(
            f"{report}\nbuilt in {time.perf_counter() - started:.1f} s ({time.process_time() - times:.1f} s of processor time)"
        )


if __name__ == "__main__":
    main()
