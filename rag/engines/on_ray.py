"""Parses and embeds in the tasks of Ray, on this machine or on a cluster.

Files are read, and everything is written, by the process that builds; workers get bytes and return passages and vectors, so
they share no disk. Ray runs the task of a killed worker again. Nothing is started before there is something to do.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, Self, TypeVar

import ray
from ray.exceptions import RayError, RayTaskError

from rag.engines.engine import Made
from rag.engines.worker import Order, Worker
from rag.errors import RagError
from rag.load import File
from rag.models.openvino_bert import cores
from rag.protocols import Encoder
from rag.types import Skipped, Vectors

AHEAD = 4  # tasks for each core: one runs, the others wait for the first of them to be taken
FILES = 64  # in one task at most
BYTES = 1_000_000  # of files from which a task is full: some seconds of parsing
SETTINGS = {  # of a Ray that is started here
    "RAY_USAGE_STATS_ENABLED": "0",  # no telemetry
    "RAY_worker_niceness": "0",  # as a local build; 15 by default, which stands still on a busy machine
    "RAY_agent_register_timeout_ms": "100000",  # a busy machine may need more than the default of 30 s
}
TRIES = 5  # how often a task whose worker died runs again
Job = TypeVar("Job")
_task: Callable[[Callable[..., Any]], Any] = ray.remote(num_cpus=1, max_retries=TRIES, scheduling_strategy="SPREAD")


@_task
def _parse(order: Sequence[Any], files: Sequence[File]) -> list[Made]:
    return _worker(*order).parse(files)


@_task
def _encode(order: Sequence[Any], texts: Sequence[str]) -> Vectors:
    return _worker(*order).encode(texts)


@lru_cache(maxsize=1)
def _worker(order: Any) -> Worker:
    """Return the worker of this process; the reference to its order stays the same for a whole build."""
    return Worker(ray.get(order))


class OnRay:
    """An Engine on Ray: a cluster's address, `RAY_ADDRESS`, or else processes of this machine."""

    def __init__(self, address: str, encoder: Encoder, encoder_name: str) -> None:
        self._address = address or os.environ.get("RAY_ADDRESS") or ""
        self._order = Order(encoder_name or encoder, encoder.fingerprint)
        self._sent: tuple[Any, ...] = ()  # a reference to the order, once Ray runs
        self._ours = False  # Ray was started or joined here

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._ours:
            ray.shutdown()

    def read(
        self, files: Iterable[File | Skipped], known: Callable[[File], bool]
    ) -> Iterator[tuple[File | Skipped, Callable[[], Made]]]:
        def begin(chunk: list[File | Skipped]) -> Any:
            """Send the unknown files of a chunk, and keep their names only; None if there are none."""
            wanted = [file for file in chunk if isinstance(file, File) and not known(file)]
            sent = {file.source: replace(file, data=b"") for file in wanted}
            chunk[:] = [sent.get(file.source, file) for file in chunk]
            return _parse.remote(self._started(), wanted) if wanted else None

        for chunk, parsed in self._in_order(_chunks(files), begin):
            results = {_source(made): made for made in parsed or ()}
            for file in chunk:
                yield file, partial(self._made, file, results)

    def encode(self, batches: Iterable[Sequence[str]]) -> Iterator[Vectors]:
        for _, vectors in self._in_order(batches, lambda texts: _encode.remote(self._started(), texts)):
            yield vectors

    def _made(self, file: File | Skipped, results: dict[str, Made]) -> Made:
        """Return what a file was made into; one that was thought to be known is parsed now."""
        if file.source not in results:
            (results[file.source],) = _result(_parse.remote(self._started(), [file]))
        return results[file.source]

    def _in_order(self, jobs: Iterable[Job], begin: Callable[[Job], Any]) -> Iterator[tuple[Job, Any]]:
        """Yield each job with the result of its task, in order, while the tasks of later ones run."""
        waiting: deque[tuple[Job, Any]] = deque()
        for job in jobs:
            waiting.append((job, begin(job)))
            while waiting and (waiting[0][1] is None or len(waiting) > AHEAD * self._cores()):
                yield _taken(waiting)
        while waiting:
            yield _taken(waiting)

    def _started(self) -> tuple[Any, ...]:
        """Start or join Ray on first use; return the order for its workers."""
        if not self._sent:
            if not ray.is_initialized():
                start(self._address)
                self._ours = True
            self._sent = (ray.put(self._order),)
        return self._sent

    def _cores(self) -> int:
        return int(ray.cluster_resources().get("CPU", 1)) if self._sent else 1


def start(address: str = "") -> None:
    """Join the cluster at an address, or start a Ray of this machine; RagError if there is none."""
    quiet = {"logging_level": "ERROR", "log_to_driver": False}
    try:
        if address:
            ray.init(address=address, **quiet)
        else:
            for name, value in SETTINGS.items():
                os.environ.setdefault(name, value)
            ray.init(address="local", num_cpus=cores(), include_dashboard=False, **quiet)
    except (ConnectionError, RuntimeError, ValueError, RayError) as error:
        raise RagError(
            f"no Ray at {address or 'this machine'!r}: {_line(error)}; start one with: ray start --head"
        ) from error


def _chunks(files: Iterable[File | Skipped]) -> Iterator[list[File | Skipped]]:
    """Gather files for one task each."""
    chunk: list[File | Skipped] = []
    size = 0
    for file in files:
        chunk.append(file)
        size += len(file.data) if isinstance(file, File) else 0
        if size >= BYTES or len(chunk) == FILES:
            yield chunk
            chunk, size = [], 0
    yield chunk


def _taken(waiting: deque[tuple[Job, Any]]) -> tuple[Job, Any]:
    job, task = waiting.popleft()
    return job, None if task is None else _result(task)


def _result(task: Any) -> Any:
    try:
        return ray.get(task)
    except RayTaskError as error:
        raise RagError(f"Ray: {_line(error.cause)}; what was done is kept: mend that and build again") from error
    except RayError as error:
        raise RagError(f"Ray: {_line(error)}; what was done is kept: build again") from error


def _source(made: Made) -> str:
    return made.source if isinstance(made, Skipped) else made[0].source


def _line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
