"""Asks a server thousands of questions, with rebuilds in between, and measures its memory, threads and open files.

    python -m benchmarks.soak [ASKS] [REBUILDS] [--real]

Every twentieth question comes from a newly opened page. The server runs in its own process, with a stub engine that
answers fast; --real uses the models and the documents of seeds/. The slope is a line fitted to the memory, without the
first tenth of the questions, in which caches fill.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from benchmarks.web import DOUBLE, QUESTIONS, ROOT, Visitor, served

ASKS, REBUILDS = 10_000, 100
QUESTIONS_OF_A_PAGE = 20
SAMPLES, SHOWN = 100, 10  # how often a server is looked at; each so many samples are printed
FERRY = "When does the ferry to Aland leave, visitor {}?"


@dataclass(frozen=True, slots=True)
class Sample:
    """The resources of a server after a number of questions."""

    asked: int
    memory: float  # MB
    threads: int
    files: int

    def __str__(self) -> str:
        return f"{self.asked:6} asked: {self.memory:6.0f} MB, {self.threads:3} threads, {self.files:3} files"


def sample(pid: int, asked: int) -> Sample:
    """Measure a server and its child processes."""
    server = psutil.Process(pid)
    held = sum(one.memory_info().rss for one in [server, *server.children(recursive=True)])
    return Sample(asked, held / 1e6, server.num_threads(), server.num_fds())


def soaked(pid: int, address: str, asks: int, rebuilds: int, real: bool) -> tuple[list[Sample], Counter[str]]:
    """Ask and rebuild; return the samples and the counts of outcomes."""
    said: Counter[str] = Counter()
    samples: list[Sample] = []
    visitor = Visitor(address)
    for number in range(asks):
        if number % QUESTIONS_OF_A_PAGE == 0:
            visitor.client.close()
            visitor = Visitor(address, f"{number:016x}")
        if number % max(1, asks // rebuilds) == 0:
            visitor.join("rebuild", [visitor.memory])
        question = QUESTIONS[number % len(QUESTIONS)] if real else FERRY.format(number)
        last = [line for line in visitor.ask(question) if '"process_completed"' in line]
        said["answered" if last and '"success":true' in last[-1].replace(" ", "") else "failed"] += 1
        if number % max(1, asks // SAMPLES) == 0:
            samples.append(sample(pid, number))
            if len(samples) % SHOWN == 1:
                print(samples[-1], flush=True)
    return samples, said


def main(asks: int, rebuilds: int, real: bool) -> None:
    """Run the soak test, and print the results."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-c", DOUBLE, scratch, "idle"]
        if real:
            shutil.copytree(ROOT / "seeds", Path(scratch) / "seeds")
            command = [sys.executable, str(ROOT / "app.py")]
        with served(command, Path(scratch) if real else ROOT) as (process, address):
            threading.Thread(target=lambda: [None for _ in process.stdout or ()], daemon=True).start()
            samples, said = soaked(process.pid, address, asks, rebuilds, real)
    later = samples[len(samples) // 10 :]
    slope = np.polyfit([one.asked / 1000 for one in later], [one.memory for one in later], 1)[0]
    print(f"{asks} questions, {rebuilds} rebuilds: {dict(said)}; memory {slope:+.2f} MB for 1,000 questions; threads "
          f"{later[0].threads} to {later[-1].threads}, open files {later[0].files} to {later[-1].files}")  # fmt: skip


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word != "--real"]
    asks, rebuilds = [*numbers, *(ASKS, REBUILDS)[len(numbers) :]]
    main(asks, rebuilds, "--real" in sys.argv)
