"""Reads every file of a folder and reports: files read and skipped with the reason, word recall, pages, pages a second.

    python benchmarks/documents.py DATA/documents

Word recall needs reference conversions beside the files (`groundtruth/NAME.md`, `expected_outputs/STEM.md`): it is the
share of the reference's words, with repetition, that are in our text. A sampled sentence is on the right page if an
independent reader (pypdf, python-pptx) finds its letters on that page. pypdf is timed in the same run
(`pip install pypdf`).
"""

from __future__ import annotations

import argparse
import io
import logging
import random
import re
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from html import unescape
from pathlib import Path, PurePosixPath

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rag.language.sentences import sentences
from rag.load import load_documents
from rag.split import split_document
from rag.types import Document

WORD = re.compile(r"\w+")
SAMPLE = 40  # sentences per document
WINDOW = 256
BOUND = 120.0  # seconds of processor time for each reader


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--all", action="store_true", help="name every file with its recall")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    documents: list[Document] = []
    started = time.perf_counter()
    print("skipped:")
    for outcome in load_documents(arguments.folder):
        if isinstance(outcome, Document):
            documents.append(outcome)
        else:
            print(f"  {outcome.source}: {outcome.reason}")
    print(f"read {len(documents)} files in {time.perf_counter() - started:.1f} s, to the end")
    empty = [document.source for document in documents if not passages_of(document)]
    print(f"read, but without any passage: {len(empty)} {empty}")
    print_recall(arguments.folder, documents, every=arguments.all)
    print_places(arguments.folder, documents)
    print_speed(arguments.folder, documents)


def passages_of(document: Document) -> list[str]:
    return [p.text for p in split_document(document, window=WINDOW, measure=lambda text: 2 + len(WORD.findall(text)))]


def reference(path: Path) -> Path | None:
    """Return the reference conversion beside a file, None if there is none."""
    options = [path.parent.parent / "groundtruth" / name for name in (f"{path.name}.md", f"{path.stem}.md")]
    if path.suffix == ".pdf":
        options.append(path.parent / "expected_outputs" / f"{path.stem}.md")
    return next((option for option in options if option.is_file() and option != path), None)


def words_of(markdown: str) -> Counter[str]:
    """Count the words of a reference without its markup, comments, images and addresses."""
    text = re.sub(r"<!--.*?-->|!\[[^\]]*\]\([^)]*\)|data:[^\s)]+", " ", unescape(markdown), flags=re.DOTALL)
    text = re.sub(r"\]\([^)\s]*\)|</?[a-zA-Z][^>]*>|\\(?=[_*#|])", " ", text)
    return Counter(WORD.findall(text.casefold()))


def print_recall(folder: Path, documents: list[Document], *, every: bool) -> None:
    by_kind: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for document in documents:
        beside = reference(folder / document.source)
        wanted = words_of(beside.read_text(encoding="utf-8", errors="replace")) if beside else Counter()
        if wanted:
            found = Counter(WORD.findall(document.text.casefold()))
            recall = sum((wanted & found).values()) / sum(wanted.values())
            by_kind[PurePosixPath(document.source).suffix].append((recall, document.source))
    print(f"\n{'word recall':12} {'files':>5} {'median':>7} {'mean':>7} {'lowest':>7}")
    everything = [row for rows in by_kind.values() for row in rows]
    for kind, rows in [*sorted(by_kind.items()), ("all", everything)]:
        values = [recall for recall, _ in rows]
        print(
            f"{kind:12} {len(rows):5} {statistics.median(values):7.3f} {statistics.mean(values):7.3f} {min(values):7.3f}"
        )
    for recall, source in sorted(everything)[: None if every else 12]:
        print(f"  {recall:.3f} {source}")


def sampled(document: Document) -> Iterator[tuple[int, int]]:
    """Yield the spans of up to SAMPLE sentences of the document's segments; its source seeds the random generator."""
    spans = [
        (segment.start + start, segment.start + end)
        for segment in document.segments
        for start, end in sentences(document.text[segment.start : segment.end])
    ]
    yield from random.Random(document.source).sample(spans, min(SAMPLE, len(spans)))


def letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum() and character.isascii())


def pages_by_another(path: Path) -> list[str] | None:
    """Return the letters of each page or slide, as another library reads them; None if it cannot."""
    try:
        if path.suffix == ".pdf":
            from pypdf import PdfReader

            return [letters(page.extract_text()) for page in PdfReader(path).pages]
        if path.suffix == ".pptx":
            from pptx import Presentation

            slides = Presentation(str(path)).slides
            return [
                letters(" ".join(part.text or "" for part in slide._element.iter() if part.text)) for slide in slides
            ]
    except Exception as error:  # noqa: BLE001 - the other library's failures are not measured
        print(f"  {path.name}: the other reader failed ({type(error).__name__})")
    return None


def print_places(folder: Path, documents: list[Document]) -> None:
    """Check that sampled sentences are exact slices of the text, and that they are on the page we report."""
    exact = total = right = paged = 0
    wrong: Counter[str] = Counter()
    for document in documents:
        others = pages_by_another(folder / document.source) if document.pages else None
        for start, end in sampled(document):
            total += 1
            quote = document.text[start:end]
            exact += bool(quote) and quote == quote.strip() and document.text.find(quote, start) == start
            key = letters(quote)
            if others is None or len(key) < 12:
                continue
            page = sum(1 for begin in document.pages if begin <= start)
            on = [i + 1 for i, text in enumerate(others) if key in text]
            if on:  # skip a sentence that the other library reads differently: it shows nothing about its page
                paged += 1
                right += page in on
                wrong[document.source] += page not in on
    print(f"\nsentences sampled: {total}, exact {exact} ({exact / max(total, 1):.2%})")
    print(
        f"found by another reader on some page: {paged}, on the page that we say: {right} ({right / max(paged, 1):.2%})"
    )
    for source, count in wrong.most_common(5):
        if count:
            print(f"  {count} elsewhere: {source}")


def print_speed(folder: Path, documents: list[Document]) -> None:
    """Time the PDF readers in this process, one after the other, each for at most BOUND seconds of processor time."""
    files = [document for document in documents if document.source.endswith(".pdf")]
    print(f"\nPDF, {len(files)} files, {sum(len(document.pages) for document in files)} pages:")
    for name, read in (("rag.load", by_us), ("pypdf", by_pypdf)):
        started = time.process_time()
        pages = failed = 0
        for document in files:
            if time.process_time() - started > BOUND:
                break
            try:
                read((folder / document.source).read_bytes())
                pages += len(document.pages)
            except ImportError as error:
                print(f"  {name:28} no figure: {error}")
                break
            except Exception:  # noqa: BLE001 - a failure of a peer is a result
                failed += 1
        seconds = time.process_time() - started
        print(
            f"  {name:28} {pages / seconds:8.1f} pages a second of processor time ({pages} pages, {failed} files failed)"
        )


def by_us(data: bytes) -> None:
    from rag.load.pdf.pdf import parse_pdf

    parse_pdf(data, "file.pdf")


def by_pypdf(data: bytes) -> None:
    from pypdf import PdfReader

    for page in PdfReader(io.BytesIO(data)).pages:
        page.extract_text()


if __name__ == "__main__":
    main()
