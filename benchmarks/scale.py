"""Measures how building, opening and searching grow with the number of passages.

    python benchmarks/scale.py real ABSTRACTS.jsonl WORK 20000    # real abstracts, embedded by the default encoder
    python benchmarks/scale.py edit ABSTRACTS.jsonl WORK          # the same with nothing and with one paragraph changed
    python benchmarks/scale.py grow ABSTRACTS.jsonl WORK 1000000  # 1,000,000 passages with synthetic vectors
    python benchmarks/scale.py vectors ABSTRACTS.jsonl WORK 1000000  # the same vectors without texts

`edit` writes the vectors of abstracts and titles to WORK; `grow` needs them. Texts are always real: `grow` combines
random whole sentences of the abstracts. Its first vectors are the real ones; the others are real ones plus a difference
of two real ones. Its questions are the vectors of real titles, whose abstracts are left out. Each measured part runs in
its own process; PEERS_PYTHON names the interpreter that has the peers (benchmarks/requirements-scale.txt).
"""

from __future__ import annotations

import json
import os
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = (
    "2" if sys.argv[1] in ("_build", "_txtai", "real", "edit", "_rebuild") else "1"
)  # one thread per question
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from rag.index import Index, IndexWriter  # noqa: E402
from rag.index.search import ivf  # noqa: E402
from rag.index.storage.folder import prepare, read_manifest, write_manifest  # noqa: E402
from rag.index.storage.objects import Stored, Table, open_blobs  # noqa: E402
from rag.index.writing.layout import Files  # noqa: E402
from rag.load import document_id  # noqa: E402
from rag.types import Document, Passage, Place  # noqa: E402

SEED = 20_261_123
ASIDE = (0.2, 0.8)  # length of the offset between a synthetic vector and the real one of length 1 that it is made from
CHUNK = 10_000  # vectors made at a time
QUESTIONS = 500
PASSAGES_IN_A_DOCUMENT = 10
SENTENCES_IN_A_PASSAGE = 4


def main() -> None:
    command, *arguments = sys.argv[1:]
    {
        "real": real,
        "edit": edit,
        "_rebuild": rebuild,
        "vectors": vectors,
        "_lists": build_lists,
        "_lists_asked": ask_lists,
        "grow": grow,
        "_build": build,
        "_search": search,
        "_flat": flat,
        "_txtai": txtai,
        "_txtai_asked": txtai,
        "_llamaindex": llamaindex,
        "_llamaindex_asked": llamaindex,
    }[command](*arguments)


def say(promise: str, figure: str) -> None:
    """Print one line of the table."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout
    print(f"{promise} | {figure} | python benchmarks/scale.py {' '.join(sys.argv[1:2])} | {commit.strip()}", flush=True)


def real(abstracts: str, work: str, count: str) -> None:
    """Build this many abstracts with the real encoder; an interrupted run continues where it stopped."""
    import rag

    seeds, taken = Path(work) / "seeds", Path(work) / "first.json"
    if not seeds.exists():
        write_seeds(read_abstracts(abstracts)[: int(count)], seeds)
    before = json.loads(taken.read_text()) if taken.exists() else {"seconds": 0.0, "cpu": 0.0}
    started, worked = time.perf_counter(), time.process_time()
    said = [0.0]

    def keep_time(stage: str, done: int, total: int) -> None:
        seconds, cpu = time.perf_counter() - started, time.process_time() - worked
        taken.write_text(json.dumps({"seconds": before["seconds"] + seconds, "cpu": before["cpu"] + cpu}))
        if seconds - said[0] > 20 or done == total:
            said[0] = seconds
            print(f"  {seconds:.0f} s: {stage} {done:,} of {total:,}", flush=True)

    report = rag.build(seeds, Path(work) / "real", progress=keep_time)
    keep_time("published", 1, 1)
    first = json.loads(taken.read_text())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(
        f"{report.read:,} real abstracts, {report.passages:,} passages: first build",
        f"{first['seconds']:.0f} s on the clock, {first['cpu']:.0f} s of CPU, peak memory {peak:,.0f} MB",
    )


def edit(abstracts: str, work: str) -> None:
    """Build again with nothing changed and with one paragraph changed, each in its own process; save the vectors."""
    from rag.models.encoder import SentenceEncoder

    seeds, index = Path(work) / "seeds", Path(work) / "real"
    first = json.loads((Path(work) / "first.json").read_text())
    files = sorted(seeds.iterdir())
    rebuilt(work)  # update what an earlier version of the program built
    for name, change in (("nothing changed", False), ("one paragraph changed", True)):
        taken = []
        for turn in range(3):
            if change:
                file = files[(2 * turn + 1) * len(files) // 6]
                text = file.read_text(encoding="utf-8")
                file.write_text(f"{text}\nParagraph {time.time_ns()} is about tame walruses.\n", encoding="utf-8")
            taken.append(rebuilt(work))
        wall, work_done = float(np.median([one[0] for one in taken])), float(np.median([one[1] for one in taken]))
        say(
            f"the same, {name} (median of 3 processes)",
            f"{wall:.2f} s on the clock = {wall / first['seconds']:.2%} of the full build, {work_done:.2f} s of CPU = "
            f"{work_done / first['cpu']:.2%}; embedded {sorted({one[2] for one in taken})}",
        )
    opened = Index.open(index)
    chosen = random.Random(SEED).sample(read_abstracts(abstracts)[: len(files)], QUESTIONS)
    held_out = {file_name(line) for line in chosen}
    others = [row for row, passage in enumerate(opened.passages) if passage.source not in held_out]
    np.save(Path(work) / "vectors.npy", opened._dense._matrix.rows()[others])
    np.save(Path(work) / "titles.npy", SentenceEncoder().encode([line["title"] for line in chosen]))


def rebuilt(work: str) -> tuple[float, float, int]:
    """Return what one rag.build in a fresh process takes and does: seconds, seconds of CPU, passages embedded."""
    done = subprocess.run([sys.executable, __file__, "_rebuild", work], capture_output=True, text=True, check=True)
    seconds, cpu, embedded = done.stdout.split()
    return float(seconds), float(cpu), int(embedded)


def rebuild(work: str) -> None:
    """Build once and print (seconds, seconds of CPU, passages embedded)."""
    import rag

    started, worked = time.perf_counter(), time.process_time()
    report = rag.build(Path(work) / "seeds", Path(work) / "real")
    print(time.perf_counter() - started, time.process_time() - worked, report.embedded)


def read_abstracts(abstracts: str) -> list[dict[str, str]]:
    lines = [json.loads(line) for line in Path(abstracts).read_text(encoding="utf-8").splitlines()]
    return sorted(lines, key=lambda line: str(line["_id"]))


def write_seeds(lines: list[dict[str, str]], seeds: Path) -> None:
    seeds.mkdir(parents=True)
    for line in lines:
        text = f"# {line['title']}\n\n{line['text']}\n"
        (seeds / file_name(line)).write_text(text, encoding="utf-8")


def file_name(line: dict[str, str]) -> str:
    return line["_id"].replace("/", "-") + ".md"


def grow(abstracts: str, work: str, rows: str) -> None:
    """Build and search this many passages, beside a flat FAISS index and the peers with the same vectors."""
    peers = os.environ.get("PEERS_PYTHON", sys.executable)  # benchmarks/requirements-scale.txt says what it needs
    for python, part in (
        (sys.executable, "_build"), (sys.executable, "_flat"), (sys.executable, "_search"),
        (peers, "_txtai"), (peers, "_txtai_asked"), (peers, "_llamaindex"), (peers, "_llamaindex_asked"),
    ):  # fmt: skip
        subprocess.run([python, __file__, part, abstracts, work, rows], check=True)


def vectors(abstracts: str, work: str, rows: str) -> None:
    """Measure the vectors alone, without texts and words: less work than `grow`, the same vector search."""
    for part in ("_lists", "_flat", "_lists_asked"):
        subprocess.run([sys.executable, __file__, part, abstracts, work, rows], check=True)


def build_lists(abstracts: str, work: str, rows: str) -> None:
    """Write the vectors and their lists in the format of a generation."""
    path, count, dimension = Path(work) / f"lists-{rows}", int(rows), asked(work).shape[1]
    prepare(path)
    started, worked = time.perf_counter(), time.process_time()
    with Files(path) as files:
        for chunk, _ in between(work, count):
            files.put("vectors", chunk)
        built = ivf.build(Table(files.close("vectors"), "<f4", dimension))
        files.put("centroids", built.centroids)
        for part in built.lists:
            files.write("lists", part)
        files.put("lists.offsets", built.offsets)
        stored = files.finish()
    body = {
        "generation": 1,
        "files": {role: [one.size, one.sha256] for role, one in stored.items()},
        "probes": built.probes,
        "recall": built.recall,
    }
    write_manifest(path, 1, body)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(one.size for one in stored.values())
    say(f"{count:,} vectors: build, vectors and lists alone", f"{since(started, worked)}, peak memory {peak:,.0f} MB")
    say(f"{count:,} vectors: disk, vectors and lists alone", f"{size / 2**20:,.0f} MB")


def ask_lists(abstracts: str, work: str, rows: str) -> None:
    """Open the lists and search."""
    path, count, questions = Path(work) / f"lists-{rows}", int(rows), asked(work)
    name, before, started = f"{count:,} vectors, lists", held(), time.perf_counter()
    body = read_manifest(path, 1)
    blobs = open_blobs(path, {role: Stored(*stored) for role, stored in body["files"].items()})
    matrix = Table(blobs["vectors"], "<f4", questions.shape[1])
    centroids, offsets = Table(blobs["centroids"], "<f4", questions.shape[1]), Table(blobs["lists.offsets"], "<u8")
    opened = ivf.Lists(matrix, centroids, blobs["lists"], offsets, body["probes"])
    seconds = time.perf_counter() - started
    say(f"{name}: open", f"{seconds * 1e3:.0f} ms, {body['probes']} of {len(centroids):,} lists read for a question, "
        f"recall measured at build {body['recall']:.4f}")  # fmt: skip
    say(f"{name}: search, first time asked", timed(lambda question: opened.search(question, 10), questions)[0])
    said, found = timed(lambda question: opened.search(question, 10)[0].tolist(), questions)
    say(f"{name}: search", said)
    say(f"{name}: search for 50", timed(lambda question: opened.search(question, 50), questions)[0])
    say(
        f"{name}: memory, open and {3 * len(questions)} times asked",
        f"{held() - before:,.0f} MB more than before opening",
    )
    say(f"{name}: recall@10 against IndexFlatIP, questions never seen", f"{recall(work, count, found):.4f}")


def build(abstracts: str, work: str, rows: str) -> None:
    """Publish synthetic vectors with real text."""
    count, path = int(rows), Path(work) / f"index-{rows}"
    documents, passages = written(abstracts, count)
    texts = [passage.text for passage in passages]
    given = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started, worked = time.perf_counter(), time.process_time()
    with IndexWriter(path, "synthetic", versions="1") as writer:
        for chunk, start in between(work, count):
            writer.add_vectors(texts[start : start + len(chunk)], chunk)
        writer.publish(writer.plan({document.source: document for document in documents}, passages))
    spent = since(started, worked)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    characters = sum(map(len, texts))
    say(f"{count:,} passages: build without embedding", spent)
    say(f"{count:,} passages: disk", f"{size / 2**20:,.0f} MB, of it text {characters / 2**20:,.0f} MB")
    say(f"{count:,} passages: memory while building", f"{peak:,.0f} MB, of it {given:,.0f} MB the passages given")


def search(abstracts: str, work: str, rows: str) -> None:
    """Open the index and search."""
    path, questions = Path(work) / f"index-{rows}", asked(work)
    sentences = list(some_sentences(abstracts, random.Random(SEED + 1)))[:QUESTIONS]
    before = held()
    started = time.perf_counter()
    index = Index.open(path)
    opened = time.perf_counter() - started
    manifest = index.manifest
    name = f"{int(rows):,} passages"
    say(f"{name}: open", f"{opened * 1e3:.1f} ms, {manifest.search}, recall measured at build {manifest.recall:.4f}, "
        f"{manifest.probes} lists read for a question")  # fmt: skip
    cold = timed(lambda question: index.search(question, 10), questions)
    say(f"{name}: search, first time asked", cold[0])
    warm = timed(lambda question: index.search(question, 10), questions)
    say(f"{name}: search", warm[0])
    words = timed(lambda question: index.search_text(question, 10), sentences)
    say(f"{name}: search by words, whole sentences asked", words[0])
    anonymous, mapped = status("RssAnon"), status("RssFile")
    say(f"{name}: memory, open and {3 * QUESTIONS} times asked",
        f"{anonymous + mapped - before:,.0f} MB more than before opening ({anonymous:,.0f} MB own and {mapped:,.0f} MB mapped in all)")  # fmt: skip
    found = [[row_of(hit) for hit in hits] for hits in warm[1]]
    say(f"{name}: recall@10 against IndexFlatIP, questions never seen", f"{recall(work, int(rows), found):.4f}")


def flat(abstracts: str, work: str, rows: str) -> None:
    """Search a plain IndexFlatIP with the same vectors; its results are the ground truth."""
    import faiss

    count, questions = int(rows), asked(work)
    before = held()
    started, worked = time.perf_counter(), time.process_time()
    index = faiss.IndexFlatIP(questions.shape[1])
    for chunk, _ in between(work, count):
        index.add(chunk)
    name = f"{count:,} passages, IndexFlatIP"
    say(f"{name}: build", since(started, worked))
    said, answers = timed(lambda question: index.search(question.reshape(1, -1), 10), questions)
    say(f"{name}: search", said)
    say(f"{name}: memory", f"{held() - before:,.0f} MB more than before")
    scores = np.array([answer[0][0] for answer in answers])
    say(f"{count:,} passages: how near they are to a title", f"the nearest {scores[:, 0].mean():.3f}, the tenth "
        f"{scores[:, 9].mean():.3f} (cosine, mean)")  # fmt: skip
    np.save(Path(work) / f"truth-{rows}.npy", np.array([answer[1][0] for answer in answers]))


def txtai(abstracts: str, work: str, rows: str) -> None:
    """Build and search txtai's FAISS store with its defaults."""
    from txtai.ann import ANNFactory

    def build_(vectors: np.ndarray, path: str) -> None:
        store = ANNFactory.create({"backend": "faiss", "dimensions": vectors.shape[1]})
        store.index(vectors)
        store.save(path)

    def load(path: str) -> Any:
        store = ANNFactory.create({"backend": "faiss", "dimensions": asked(work).shape[1], "offset": int(rows)})
        store.load(path)
        return store

    def ask(store: Any, question: np.ndarray) -> list[int]:
        return [row for row, _ in store.search(question.reshape(1, -1), 10)[0]]

    if sys.argv[1] == "_txtai":
        build_peer("txtai", work, int(rows), build_)
    else:
        ask_peer("txtai", work, int(rows), load, ask)


def llamaindex(abstracts: str, work: str, rows: str) -> None:
    """Build and search LlamaIndex's FAISS store, on the flat index of its documentation, by cosine."""
    import faiss
    from llama_index.core.schema import TextNode
    from llama_index.core.vector_stores.types import VectorStoreQuery
    from llama_index.vector_stores.faiss import FaissVectorStore

    def build_(vectors: np.ndarray, path: str) -> None:
        store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(vectors.shape[1]))
        for start in range(0, len(vectors), 1_000):
            store.add([TextNode(text="", embedding=vector.tolist()) for vector in vectors[start : start + 1_000]])
        store.persist(path)

    def ask(store: Any, question: np.ndarray) -> list[int]:
        query = VectorStoreQuery(query_embedding=question.tolist(), similarity_top_k=10)
        return [int(row) for row in store.query(query).ids]

    if sys.argv[1] == "_llamaindex":
        build_peer("LlamaIndex", work, int(rows), build_)
    else:
        ask_peer("LlamaIndex", work, int(rows), FaissVectorStore.from_persist_path, ask)


def build_peer(name: str, work: str, count: int, build_: Any) -> None:
    """Measure another program's store of the same vectors: build time and disk."""
    path = Path(work) / f"peer-{count}"
    name = f"{count:,} passages, {name}'s FAISS store"
    vectors = np.empty((count, asked(work).shape[1]), dtype=np.float32)
    for chunk, start in between(work, count):
        vectors[start : start + len(chunk)] = chunk
    started, worked = time.perf_counter(), time.process_time()
    build_(vectors, str(path))
    say(f"{name}: build, vectors alone", since(started, worked))
    say(f"{name}: disk, vectors alone", f"{path.stat().st_size / 2**20:,.0f} MB")


def ask_peer(name: str, work: str, count: int, load: Any, ask: Any) -> None:
    """Measure another program's existing store: open, search, memory, recall."""
    path, questions = Path(work) / f"peer-{count}", asked(work)
    name = f"{count:,} passages, {name}'s FAISS store"
    before, started = held(), time.perf_counter()
    store = load(str(path))
    say(f"{name}: open", f"{(time.perf_counter() - started) * 1e3:.1f} ms, its library imported before")
    said, found = timed(lambda question: ask(store, question), questions)
    say(f"{name}: search", said)
    say(f"{name}: memory, open and {len(questions)} times asked", f"{held() - before:,.0f} MB more than before opening")
    say(f"{name}: recall@10 against IndexFlatIP", f"{recall(work, count, found):.4f}")
    path.unlink()


def recall(work: str, count: int, found: list[list[int]]) -> float:
    truth = np.load(Path(work) / f"truth-{count}.npy").tolist()
    return float(np.mean([len(set(a) & set(b)) / 10 for a, b in zip(truth, found, strict=True)]))


def since(started: float, worked: float) -> str:
    return f"{time.perf_counter() - started:.0f} s on the clock, {time.process_time() - worked:.0f} s of CPU"


def held() -> float:
    """Return the resident memory of this process, anonymous and mapped, in MB."""
    return status("RssAnon") + status("RssFile")


def written(abstracts: str, count: int) -> tuple[list[Document], list[Passage]]:
    """Return documents of ten passages of four real sentences each; the text of passage i begins with its number."""
    sentences = list(some_sentences(abstracts, random.Random(SEED)))
    dice = random.Random(SEED)
    documents, passages = [], []
    for first in range(0, count, PASSAGES_IN_A_DOCUMENT):
        parts = [
            f"{i}. " + " ".join(dice.choices(sentences, k=SENTENCES_IN_A_PASSAGE))
            for i in range(first, min(first + PASSAGES_IN_A_DOCUMENT, count))
        ]
        source = f"{first // 10_000:04d}/{first:08d}.txt"
        document = Document(document_id(source), source, source, "\n\n".join(parts))
        start = 0
        for part in parts:
            end = start + len(part)
            place = (Place(source, start, end),)
            passages.append(Passage(f"{len(passages):x}", document.id, source, part, start, end, None, "", place))
            start = end + 2
        documents.append(document)
    return documents, passages


def some_sentences(abstracts: str, dice: random.Random) -> Iterator[str]:
    lines = Path(abstracts).read_text(encoding="utf-8").splitlines()
    dice.shuffle(lines)
    for line in lines:
        yield from re.split(r"(?<=[.?!])\s+(?=[A-Z])", " ".join(json.loads(line)["text"].split()))


def between(work: str, count: int) -> Iterator[tuple[np.ndarray, int]]:
    """Yield (vectors, number of the first): the real vectors first, then synthetic ones near them.

    A synthetic vector is a real one plus the difference of two other real ones, scaled to a random length.
    """
    real_ = np.load(Path(work) / "vectors.npy")
    dice = np.random.default_rng(SEED)
    for start in range(0, count, CHUNK):
        size = min(CHUNK, count - start)
        one, two, three = dice.integers(0, len(real_), (3, size))
        aside = real_[two] - real_[three]
        aside *= dice.uniform(*ASIDE, (size, 1)) / np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-6)
        rows = (real_[one] + aside).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        known = real_[start : start + size]
        rows[: len(known)] = known
        yield rows, start


def asked(work: str) -> np.ndarray:
    return np.load(Path(work) / "titles.npy")[:QUESTIONS]


def row_of(hit: object) -> int:
    return int(hit.passage.text.split(".", 1)[0])  # type: ignore[attr-defined]


def timed(ask: Callable[[object], object], questions: object) -> tuple[str, list[object]]:
    walls, works, answers = [], [], []
    for question in questions:  # type: ignore[attr-defined]
        started, worked = time.perf_counter(), time.process_time()
        answers.append(ask(question))
        walls.append((time.perf_counter() - started) * 1e3)
        works.append((time.process_time() - worked) * 1e3)
    (wall50, wall95), (work50, work95) = np.percentile(walls, [50, 95]), np.percentile(works, [50, 95])
    return (
        f"CPU p50 {work50:.2f} ms, p95 {work95:.2f} ms; on the clock p50 {wall50:.2f} ms, p95 {wall95:.2f} ms; "
        f"{len(walls)} questions, one thread"
    ), answers


def status(name: str) -> float:
    """Return a figure of this process's memory status, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
