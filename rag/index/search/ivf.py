"""Approximate search in very many rows: FAISS inverted lists of 8-bit codes, mapped from disk, re-scored in float32.

FAISS parses nothing from disk: it gets the offsets of the lists from verified tables, and only verified lists are
searched. The result of `build` depends on the vectors alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.index.search.flat import best, one_thread
from rag.index.storage.objects import Blob, Table
from rag.types import Vectors

Array = NDArray[Any]

EXACT_LIMIT = 100_000  # rows; up to here exact search takes about 6 ms; lists take 1 ms but add seconds to every build
LISTS = 4.0  # times the square root of the rows; FAISS's guidelines give 4 to 16
TRAINING = 40  # rows per list; FAISS warns below 39; more changes little
ROUNDS = 8  # of k-means; a few are enough, because the recall is measured
SEED = 20_240_229
TARGET = 0.985  # recall@10 on the sample; leaves a margin over the promised 0.98 for sampling error
SAMPLE = 400  # questions compared with exact search: 4,000 neighbours, standard error 0.002
# Length of the noise added to a passage (of length 1) to simulate a question: their cosine is then 0.64, as between a
# title and its abstract. With the passages themselves as questions, a third too few lists are read (benchmarks/SCALE.md).
NOISE = 1.2
NEAREST = 10
GROWTH = 1.15  # factor by which the lists read grow until the target is met
CODE = 127  # the greatest code; larger values are clipped
LONGEST = 0.9999  # share of all numbers that are not clipped
CHUNK = 65_536  # rows encoded at a time


@dataclass(frozen=True, slots=True)
class Built:
    """Inverted lists, ready to be written."""

    centroids: Vectors  # (lists, d)
    lists: Iterator[bytes]  # for each list its codes, then their rows (int64)
    offsets: Array  # (lists + 1,) uint64, bytes
    probes: int  # lists read per question
    recall: float  # recall@10 on the sample


def build(matrix: Table) -> Built:
    """Build lists over all rows, and choose the number of probes so that the measured recall reaches TARGET."""
    import faiss

    rows = len(matrix)
    count = int(LISTS * rows**0.5)
    sample = _gather(matrix, sampled(rows, TRAINING * count))
    centroids = _centroids(faiss, sample, count)
    scale = CODE / max(float(np.quantile(np.abs(sample[::TRAINING]), LONGEST)), 1e-6)
    index = _empty(faiss, centroids)
    for start in range(0, rows, CHUNK):
        part = matrix.rows(start, min(start + CHUNK, rows))
        index.add(np.clip(np.rint(part * np.float32(scale)), -CODE, CODE))
    probes, recall = _enough_probes(faiss, index, matrix, count)
    sizes = np.array([index.invlists.list_size(i) for i in range(count)], dtype=np.uint64)
    offsets = np.concatenate([[0], np.cumsum(sizes * np.uint64(index.code_size + 8))]).astype(np.uint64)
    return Built(centroids, _written(faiss, index, count), offsets, probes, recall)


class Lists:
    """Inverted lists on disk, ready to search."""

    def __init__(self, matrix: Table, centroids: Table, lists: Blob, offsets: Table, probes: int) -> None:
        import faiss

        self._faiss: Any = faiss
        self._matrix, self._blob, self.probes = matrix, lists, probes
        self._offsets = offsets.rows().astype(np.int64)
        self._index = _empty(faiss, centroids.rows())
        self._index.ntotal = len(matrix)
        self._held = self._mapped() if hasattr(faiss, "OnDiskInvertedLists") else None
        self._sound = np.zeros(len(centroids), dtype=np.bool_)  # lists whose bytes were verified
        self._stamp = lists.guard()

    def search(self, vector: Vectors, k: int, rows: Array | None = None) -> tuple[Array, Array]:
        """Return the k best rows, best first, with their cosines; only of `rows` if they are given."""
        question = _coded(vector.reshape(1, -1))
        probes = self.probes
        parameters = self._faiss.SearchParametersIVF(nprobe=probes)
        if rows is not None:  # the fewer rows are allowed, the farther away the nearest is
            probes = min(len(self._sound), int(self.probes * len(self._matrix) / max(1, len(rows))))
            bits = np.zeros(len(self._matrix), dtype=np.bool_)
            bits[rows] = True
            allowed = self._faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))
            parameters = self._faiss.SearchParametersIVF(sel=allowed, nprobe=probes)
        with one_thread(self._faiss):
            distances, near = self._index.quantizer.search(question, probes)
            self._check(near[0])
            best_rows = _found(self._searched(question, near, distances, candidates(k), parameters))
        scores = [float(self._matrix.row(row) @ vector) for row in best_rows.tolist()]
        return best(best_rows, np.array(scores, dtype=np.float32), k)

    def _searched(self, question: Vectors, near: Array, distances: Array, k: int, parameters: Any) -> Array:
        pointer = self._faiss.swig_ptr
        scores, rows = np.empty((1, k), dtype=np.float32), np.empty((1, k), dtype=np.int64)
        self._index.search_preassigned_c(
            1,
            pointer(question),
            k,
            pointer(near),
            pointer(distances),
            pointer(scores),
            pointer(rows),
            False,
            parameters,
        )
        found: Array = rows[0]
        return found

    def _check(self, near: Array) -> None:
        if self._blob.guard() != self._stamp:
            self._sound[:], self._stamp = False, self._blob.guard()
        for number in near[~self._sound[near]].tolist():
            data = self._blob.read(int(self._offsets[number]), int(self._offsets[number + 1]))  # FAISS has its own map
            if self._held is None:
                self._load(number, data)
            self._sound[number] = True

    def _mapped(self) -> Any:
        """Let FAISS map the file of the lists, given the offset of each."""
        faiss, code = self._faiss, self._index.code_size
        held = faiss.OnDiskInvertedLists(len(self._offsets) - 1, code, os.fspath(self._blob.file))
        held.read_only = True
        held.totsize = self._blob.stored.size
        sizes = np.diff(self._offsets) // (code + 8)
        held.lists.clear()
        for size, offset in zip(sizes.tolist(), self._offsets.tolist(), strict=False):
            one = faiss.OnDiskOneList()
            one.size, one.capacity, one.offset = size, size, offset
            held.lists.push_back(one)
        held.do_mmap()
        self._index.replace_invlists(held, False)
        return held

    def _load(self, number: int, data: bytes) -> None:
        """Copy one list into memory, for systems where FAISS cannot map files."""
        self._index.invlists.resize(number, 0)
        count = len(data) // (self._index.code_size + 8)
        codes = np.frombuffer(data[: count * self._index.code_size], dtype=np.uint8).copy()
        rows = np.frombuffer(data[count * self._index.code_size :], dtype=np.int64).copy()
        self._index.invlists.add_entries(number, count, self._faiss.swig_ptr(rows), self._faiss.swig_ptr(codes))


def candidates(k: int) -> int:
    """Return the number of candidates to re-score in float32, so that quantisation does not lose the k best."""
    return k + 8


def _empty(faiss: Any, centroids: Vectors) -> Any:
    count, dimension = centroids.shape
    quantizer = faiss.IndexFlatIP(dimension)
    quantizer.add(np.ascontiguousarray(centroids))
    index = faiss.IndexIVFScalarQuantizer(
        quantizer, dimension, count, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT, False
    )
    index.is_trained = True
    return index


def _coded(questions: Vectors) -> Vectors:
    """Scale each question to the range of codes, to which FAISS rounds it; the ranking stays the same."""
    coded: Vectors = questions * (CODE / np.maximum(np.abs(questions).max(axis=1, keepdims=True), 1e-6))
    return coded


def _centroids(faiss: Any, sample: Vectors, count: int) -> Vectors:
    clustering = faiss.Kmeans(
        sample.shape[1], count, niter=ROUNDS, seed=SEED, spherical=True, max_points_per_centroid=TRAINING
    )
    clustering.train(sample)
    centroids: Vectors = clustering.centroids
    return centroids


def _enough_probes(faiss: Any, index: Any, matrix: Table, count: int) -> tuple[int, float]:
    asked = sampled(len(matrix), SAMPLE)
    questions = beside(matrix, asked)
    _, truth = faiss.knn(questions, matrix.rows(), NEAREST + 1, metric=faiss.METRIC_INNER_PRODUCT)
    truth = others(truth, asked)
    probes = max(1.0, count / 256)
    while True:
        index.nprobe = int(probes)
        _, coded = index.search(_coded(questions), candidates(NEAREST + 1))
        found = [
            best(rows, _gather(matrix, rows) @ question, NEAREST + 1)[0]
            for rows, question in zip(map(_found, coded), questions, strict=True)
        ]
        recall = shared(truth, others(found, asked))
        if recall >= TARGET or probes >= count:
            return int(probes), recall
        probes = min(float(count), max(probes + 1, probes * GROWTH))


def beside(matrix: Table, asked: Array) -> Vectors:
    """Return simulated questions: passages shifted as far as real questions lie, along differences between passages."""
    one, other = np.random.default_rng(SEED).integers(0, len(matrix), (2, len(asked)))
    aside = _gather(matrix, one) - _gather(matrix, other)
    aside *= NOISE / np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-6)
    questions = _gather(matrix, asked) + aside
    questions /= np.maximum(np.linalg.norm(questions, axis=1, keepdims=True), 1e-6)
    return questions


def others(found: Iterable[Array], asked: Array) -> list[set[int]]:
    """Return the neighbours of each row asked for, without the row itself, which would be found too easily."""
    return [set([row for row in rows.tolist() if row != own][:NEAREST]) for rows, own in zip(found, asked, strict=True)]


def shared(truth: list[set[int]], found: list[set[int]]) -> float:
    return sum(len(a & b) for a, b in zip(truth, found, strict=True)) / max(1, sum(map(len, truth)))


def sampled(rows: int, count: int) -> Array:
    if count >= rows:
        return np.arange(rows)
    return np.sort(np.random.default_rng(SEED).choice(rows, count, replace=False))


def _gather(matrix: Table, rows: Array) -> Vectors:
    gathered: Vectors = matrix.rows()[rows]
    return gathered


def _found(rows: Array) -> Array:
    return np.sort(rows[rows >= 0])


def _written(faiss: Any, index: Any, count: int) -> Iterator[bytes]:
    for number in range(count):
        size = index.invlists.list_size(number)
        codes = faiss.rev_swig_ptr(index.invlists.get_codes(number), size * index.code_size)
        rows = faiss.rev_swig_ptr(index.invlists.get_ids(number), size)
        yield codes.tobytes() + rows.astype("<i8").tobytes()
