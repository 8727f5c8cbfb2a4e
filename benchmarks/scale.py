"""Measures how building, opening and searching grow with the number of passages.

    python benchmarks/scale.py real ABSTRACTS.jsonl WORK 20000    # real abstracts, embedded by the default encoder
    python benchmarks/scale.py grow ABSTRACTS.jsonl WORK 1000000  # as many passages as asked, vectors synthetic

`real` writes the vectors of abstracts and titles to WORK; `grow` needs them. Texts are always real: `grow` draws whole sentences
of the abstracts anew. Its vectors lie on lines between a real vector and one of its ten nearest, with a little noise, so that
they keep the clusters of real ones; its questions are the real vectors of titles. Each measured part runs in a process of its own.
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

os.environ["OMP_NUM_THREADS"] = (
    "2" if sys.argv[1] in ("_build", "real", "edit") else "1"
)  # one thread answers one question
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from rag.index import Index, IndexWriter  # noqa: E402
from rag.load import document_id  # noqa: E402
from rag.models import DEFAULT_ENCODER  # noqa: E402
from rag.types import Document, Passage, Place  # noqa: E402

SEED = 20_261_123
NOISE = 0.25  # length of the noise beside a vector of length 1
QUESTIONS = 500
PASSAGES_IN_A_DOCUMENT = 10
SENTENCES_IN_A_PASSAGE = 4


def main() -> None:
    command, *arguments = sys.argv[1:]
    {"real": real, "edit": edit, "grow": grow, "_build": build, "_search": search, "_flat": flat}[command](*arguments)


def say(promise: str, figure: str) -> None:
    """Print one line of the table."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout
    print(f"{promise} | {figure} | python benchmarks/scale.py {' '.join(sys.argv[1:2])} | {commit.strip()}", flush=True)


def real(abstracts: str, work: str, count: str) -> None:
    """Build so many abstracts with the real encoder; an interrupted run goes on where it stopped."""
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
    """Build again with nothing changed, and with one paragraph changed, five times over; keep the vectors for `grow`."""
    import rag
    from rag.embed import SentenceEncoder

    seeds, index = Path(work) / "seeds", Path(work) / "real"
    first = json.loads((Path(work) / "first.json").read_text())
    files = sorted(seeds.iterdir())
    SentenceEncoder.named(DEFAULT_ENCODER).encode(["a model that is loaded"])
    for name, change in (("nothing changed", False), ("one paragraph changed", True)):
        walls, works, embedded = [], [], set()
        for turn in range(5):
            if change:
                file = files[(2 * turn + 1) * len(files) // 10]
                text = file.read_text(encoding="utf-8")
                file.write_text(f"{text}\nA paragraph about the breeding of tame walruses.\n", encoding="utf-8")
            started, worked = time.perf_counter(), time.process_time()
            embedded.add(rag.build(seeds, index).embedded)
            walls.append(time.perf_counter() - started)
            works.append(time.process_time() - worked)
            if change:
                file.write_text(text, encoding="utf-8")
        wall, work_done = float(np.median(walls)), float(np.median(works))
        say(
            f"the same, {name} (median of 5)",
            f"{wall:.2f} s on the clock = {wall / first['seconds']:.2%} of the full build, {work_done:.2f} s of CPU = "
            f"{work_done / first['cpu']:.2%}; embedded: {sorted(embedded)}",
        )
    np.save(Path(work) / "vectors.npy", np.array(Index.open(index)._matrix.rows()))
    lines = read_abstracts(abstracts)
    titles = [line["title"] for line in random.Random(SEED).sample(lines, min(len(lines), QUESTIONS))]
    np.save(Path(work) / "titles.npy", SentenceEncoder().encode(titles))


def read_abstracts(abstracts: str) -> list[dict[str, str]]:
    lines = [json.loads(line) for line in Path(abstracts).read_text(encoding="utf-8").splitlines()]
    return sorted(lines, key=lambda line: str(line["_id"]))


def write_seeds(lines: list[dict[str, str]], seeds: Path) -> None:
    seeds.mkdir(parents=True)
    for line in lines:
        file = seeds / (line["_id"].replace("/", "-") + ".md")
        file.write_text(f"# {line['title']}\n\n{line['text']}\n", encoding="utf-8")


def grow(abstracts: str, work: str, rows: str) -> None:
    """Build and search so many passages, beside a flat FAISS index of the same vectors."""
    for part in ("_build", "_search", "_flat"):
        subprocess.run([sys.executable, __file__, part, abstracts, work, rows], check=True)


def build(abstracts: str, work: str, rows: str) -> None:
    """Publish synthetic vectors with real text."""
    count, path = int(rows), Path(work) / f"index-{rows}"
    documents, passages = written(abstracts, count)
    texts = [passage.text for passage in passages]
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started, worked = time.perf_counter(), time.process_time()
    with IndexWriter(path, "synthetic", versions="1") as writer:
        for chunk, start in between(work, count):
            writer.add_vectors(texts[start : start + len(chunk)], chunk)
        writer.publish(documents, passages, texts)
    seconds, work_done = time.perf_counter() - started, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    characters = sum(map(len, texts))
    say(f"{count:,} passages: build without embedding", f"{seconds:.0f} s on the clock, {work_done:.0f} s of CPU")
    say(f"{count:,} passages: disk", f"{size / 2**20:,.0f} MB, of it text {characters / 2**20:,.0f} MB")
    say(f"{count:,} passages: memory while building", f"{peak:,.0f} MB, of it {held:,.0f} MB the passages given")


def search(abstracts: str, work: str, rows: str) -> None:
    """Open what was built and ask."""
    path, questions = Path(work) / f"index-{rows}", asked(work)
    sentences = list(some_sentences(abstracts, random.Random(SEED + 1)))[:QUESTIONS]
    before = status("RssAnon") + status("RssFile")
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
    np.save(Path(work) / f"found-{rows}.npy", np.array([[row_of(hit) for hit in hits] for hits in warm[1]]))


def flat(abstracts: str, work: str, rows: str) -> None:
    """Ask a plain IndexFlatIP of the same vectors, and compare."""
    import faiss

    count, questions = int(rows), asked(work)
    before = status("RssAnon") + status("RssFile")
    index = faiss.IndexFlatIP(questions.shape[1])
    for chunk, _ in between(work, count):
        index.add(chunk)
    name = f"{count:,} passages, IndexFlatIP"
    said, answers = timed(lambda question: index.search(question.reshape(1, -1), 10)[1][0], questions)
    say(f"{name}: search", said)
    say(f"{name}: memory", f"{status('RssAnon') + status('RssFile') - before:,.0f} MB more than before")
    found = np.load(Path(work) / f"found-{rows}.npy")
    shared = np.mean([len(set(a.tolist()) & set(b.tolist())) / 10 for a, b in zip(found, answers, strict=True)])
    say(f"{count:,} passages: recall@10 against IndexFlatIP, questions never seen", f"{shared:.4f}")


def written(abstracts: str, count: int) -> tuple[list[Document], list[Passage]]:
    """Make documents of ten passages of four real sentences each; the text of passage i begins with its number."""
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
    """Yield (vectors, number of the first): points between real vectors and their neighbours."""
    import faiss

    real_ = np.load(Path(work) / "vectors.npy")
    neighbours_file = Path(work) / "neighbours.npy"
    if not neighbours_file.exists():
        np.save(neighbours_file, faiss.knn(real_, real_, 11, metric=faiss.METRIC_INNER_PRODUCT)[1])
    neighbours = np.load(neighbours_file)
    dice = np.random.default_rng(SEED)
    for start in range(0, count, 10_000):
        size = min(10_000, count - start)
        one = dice.integers(0, len(real_), size)
        other = neighbours[one, dice.integers(1, 11, size)]
        share = dice.random((size, 1), dtype=np.float32)
        noise = dice.standard_normal((size, real_.shape[1]), dtype=np.float32) * np.float32(
            NOISE / real_.shape[1] ** 0.5
        )
        rows = share * real_[one] + (1 - share) * real_[other] + noise
        yield rows / np.linalg.norm(rows, axis=1, keepdims=True), start


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
    """Return a figure of this process's memory in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
