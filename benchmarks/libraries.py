"""Compares hand-written parts with the libraries that could replace them: words read, time, quality of lexical search.

    python -m benchmarks.libraries documents DATA/documents      # python-docx openpyxl python-pptx odfdo trafilatura
    python -m benchmarks.libraries search DATA/qa [ABSTRACTS]    # tantivy bm25s; timed on the abstracts, or CISI

The comments name the packages to install. Recall is the share of a reference conversion's words, with repetition, that
are read; precision is the share of the words read that are in the reference. The references are beside the files (see
benchmarks/documents.py); they also keep what surrounds an article.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import rag
from benchmarks.documents import WORD, reference, words_of
from benchmarks.guard import Cheap
from rag.index import Index
from rag.load import LOADERS

QUESTIONS = 200  # searches that are timed
DEPTH = 10


def by_docx(path: Path) -> str:
    from docx import Document

    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def by_openpyxl(path: Path) -> str:
    import openpyxl

    book = openpyxl.load_workbook(path, data_only=True)
    rows = (row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True))
    return "\n".join(" ".join(str(cell) for cell in row if cell is not None) for row in rows)


def by_pptx(path: Path) -> str:
    from pptx import Presentation

    shapes = [shape for slide in Presentation(str(path)).slides for shape in slide.shapes]
    tables = [c.text for shape in shapes if shape.has_table for row in shape.table.rows for c in row.cells]  # type: ignore[attr-defined]
    return "\n".join([*(shape.text_frame.text for shape in shapes if shape.has_text_frame), *tables])  # type: ignore[attr-defined]


def by_odfdo(path: Path) -> str:
    from odfdo import Document

    return str(Document(str(path)).get_formatted_text())


def by_trafilatura(path: Path) -> str:
    import trafilatura

    return trafilatura.extract(path.read_text(encoding="utf-8", errors="replace"), include_comments=False) or ""


OTHERS: Mapping[str, tuple[str, Callable[[Path], str]]] = {
    ".docx": ("python-docx", by_docx),
    ".xlsx": ("openpyxl", by_openpyxl),
    ".pptx": ("python-pptx", by_pptx),
    ".odt": ("odfdo", by_odfdo),
    ".html": ("trafilatura", by_trafilatura),
}


def ours(path: Path) -> str:
    return LOADERS[path.suffix](path.read_bytes(), path.name).text


def documents(folder: Path) -> None:
    """Print recall, precision and processor time of each library and of ours over the same files."""
    found: dict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        beside = reference(path) if path.suffix in OTHERS else None
        wanted = words_of(beside.read_text(encoding="utf-8", errors="replace")) if beside else Counter()
        if not wanted:
            continue
        name, other = OTHERS[path.suffix]
        for reader, read in (("ours", ours), (name, other)):
            try:
                found[path.suffix, reader].append(measured(read, path, wanted))
            except Exception as error:  # noqa: BLE001 - a file that a reader cannot read counts as empty
                print(f"  {path.name}: {reader} failed ({type(error).__name__}: {str(error)[:60]})")
                found[path.suffix, reader].append((0.0, 0.0, 0.0))
    print("| files | reader | recall, mean (lowest) | precision, mean | ms a file |\n|---|---|---|---|---|")
    for (suffix, reader), rows in sorted(found.items()):
        recall, precision, took = zip(*rows, strict=True)
        print(f"| {len(rows)} {suffix} | {reader} | {statistics.mean(recall):.3f} ({min(recall):.3f}) | "
              f"{statistics.mean(precision):.3f} | {1000 * statistics.median(took):.1f} |")  # fmt: skip


def measured(read: Callable[[Path], str], path: Path, wanted: Counter[str]) -> tuple[float, float, float]:
    """Return recall, precision and seconds of processor time, the best of two runs."""
    took = []
    for _ in range(2):
        began = time.process_time()
        text = read(path)
        took.append(time.process_time() - began)
    words = Counter(WORD.findall(text.casefold()))
    shared = (words & wanted).total()
    return shared / wanted.total(), shared / max(1, words.total()), min(took)


Search = Callable[[str], list[str]]  # question → ids of documents, best first


def our_search(texts: Mapping[str, str], folder: Path) -> Search:
    seeds = folder / "seeds"
    seeds.mkdir()
    for name, text in texts.items():
        (seeds / f"{name}.txt").write_text(text, encoding="utf-8")
    rag.build(seeds, folder / "index", encoder=Cheap())
    index = Index.open(folder / "index")
    return lambda question: list(
        dict.fromkeys(Path(hit.passage.source).stem for hit in index.search_text(question, 2 * DEPTH))
    )


def tantivy_search(texts: Mapping[str, str], folder: Path) -> Search:
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_text_field("name", stored=True, tokenizer_name="raw")
    schema.add_text_field("text", tokenizer_name="en_stem")
    (folder / "tantivy").mkdir()
    index = tantivy.Index(schema.build(), path=str(folder / "tantivy"))
    writer = index.writer(heap_size=50_000_000, num_threads=1)
    for name, text in texts.items():
        writer.add_document(tantivy.Document(name=name, text=text))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(question: str) -> list[str]:
        query = index.parse_query(" ".join(WORD.findall(question)), ["text"])
        return [searcher.doc(address)["name"][0] for _, address in searcher.search(query, DEPTH).hits]

    return search


def bm25s_search(texts: Mapping[str, str], folder: Path) -> Search:
    import bm25s
    import Stemmer

    stemmer, names = Stemmer.Stemmer("english"), list(texts)
    index = bm25s.BM25()
    index.index(
        bm25s.tokenize(list(texts.values()), stopwords="en", stemmer=stemmer, show_progress=False), show_progress=False
    )

    def search(question: str) -> list[str]:
        tokens = bm25s.tokenize([question], stopwords="en", stemmer=stemmer, show_progress=False)
        rows, _ = index.retrieve(tokens, k=min(DEPTH, len(names)), show_progress=False)
        return [names[row] for row in rows[0]]

    return search


SEARCHES = {"ours": our_search, "tantivy": tantivy_search, "bm25s": bm25s_search}


def judged(folder: Path) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield each question with the grades of its documents."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for line in next((folder / "qrels").glob("*.tsv")).read_text(encoding="utf-8").splitlines()[1:]:
        question, document, grade = line.split("\t")
        grades[question][document] = int(grade)
    for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        read = json.loads(line)
        if read["_id"] in grades:
            yield read["text"], grades[read["_id"]]


def ndcg(found: list[str], grades: Mapping[str, int]) -> float:
    """Return nDCG@10."""
    gained = sum(max(0, grades.get(name, 0)) / math.log2(2 + rank) for rank, name in enumerate(found[:DEPTH]))
    ideal = sorted((max(0, grade) for grade in grades.values()), reverse=True)[:DEPTH]
    return gained / (sum(grade / math.log2(2 + rank) for rank, grade in enumerate(ideal)) or 1.0)


def corpus(file: Path) -> dict[str, str]:
    lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return {read["_id"].replace("/", "_"): f"{read.get('title', '')}\n\n{read['text']}" for read in lines}


def search(root: Path, abstracts: Path | None = None) -> None:
    """Print nDCG@10 on judged collections, and the time to build an index and to search it for its titles."""
    print(
        "| search by words | cranfield nDCG@10 | cisi nDCG@10 | index, processor time | of a search: p50 | p95 |\n|---|---|---|---|---|---|"
    )
    large = corpus(abstracts or root / "ir_cisi" / "corpus.jsonl")
    every = max(1, len(large) // QUESTIONS)
    asked = [text.partition("\n")[0] for text in list(large.values())[::every]][:QUESTIONS]
    for name, make in SEARCHES.items():
        with tempfile.TemporaryDirectory() as scratch:
            quality = []
            for number, collection in enumerate(("cranfield", "cisi")):
                (folder := Path(scratch) / str(number)).mkdir()
                found = make(corpus(root / f"ir_{collection}" / "corpus.jsonl"), folder)
                quality.append(statistics.mean(ndcg(found(q), g) for q, g in judged(root / f"ir_{collection}")))
            (folder := Path(scratch) / "large").mkdir()
            began = time.process_time()
            found = make(large, folder)
            built = time.process_time() - began
            took = sorted(1000 * timed(found, question) for question in asked)
        print(f"| {name} | {quality[0]:.3f} | {quality[1]:.3f} | {built:.1f} s | "
              f"{took[len(took) // 2]:.1f} ms | {took[int(0.95 * len(took))]:.1f} ms |", flush=True)  # fmt: skip


def timed(found: Search, question: str) -> float:
    """Return the processor time of a search in seconds; wall-clock time would include other processes."""
    began = time.process_time()
    found(question)
    return time.process_time() - began


if __name__ == "__main__":
    kind, *folders = sys.argv[1:]
    {"documents": documents, "search": search}[kind](*map(Path, folders))
