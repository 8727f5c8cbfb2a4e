"""Runs the chat's server through sessions, stops and shutdowns, and counts what must not happen.

    python benchmarks/web.py egress              W3: only this machine is contacted (strace of a session)
    python benchmarks/web.py cancel [COUNT]      L2: stops and disconnects at a random token; the model must stop
    python benchmarks/web.py end [COUNT]         L6: SIGTERM at a random moment: idle, answering or rebuilding

`egress` uses the real models and the documents of `seeds/`; `cancel` and `end` use test doubles whose answers last as
long as needed. The random seed is 20261123.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SEED = 20261123
ASKS = 50
QUESTION = "How many North Koreans work in Russia?"
QUESTIONS = [QUESTION, "When did South Korea leave the Rajin-Hasan project?", "How do I add my own documents?",
             "Who won the 2031 election?", "And why?"]  # fmt: skip
NETWORK = "trace=connect,sendto,sendmsg,sendmmsg"
INET = re.compile(r"sa_family=AF_INET6?.*?(?:inet_addr\(\"([^\"]+)\"\)|inet_pton\(AF_INET6, \"([^\"]+)\")")
DOUBLE = """
import sys, threading, time
from pathlib import Path
from rag.web.server import run
from tests.web_server import small_app, small_house
folder = Path(sys.argv[1])
house = small_house(folder)
if sys.argv[2] == "answering":
    house.engine.gate.clear()
if sys.argv[2] == "rebuilding":
    house.build_gate.clear()
run(small_app(house, folder / "conversations"), port=0, browser=False, say=lambda line: print(line, flush=True))
"""


@contextmanager
def served(command: list[str], folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a server and wait until it prints its address."""
    environment = {**os.environ, "RAG_NO_BROWSER": "1", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = next(found.group() for line in process.stdout if (found := re.search(r"http://\S+", line)))
        yield process, address
    finally:
        process.kill()
        process.wait()


LAST = "from pier 4"  # in the last sentence: an answer that contains it is complete


class Visitor:
    """Sends the same requests as the page."""

    def __init__(self, address: str, name: str = "0" * 16) -> None:
        self.client = httpx.Client(base_url=address.partition("?")[0], timeout=120, follow_redirects=True)
        self.client.get(address)  # sets the cookie from the token in the address
        self.session = f"{random.randrange(1 << 60):x}"
        self.memory = {"owner": "local", "conversation": name}
        self.events: dict[str, int] = {}
        for dependency in self.client.get("/config").json()["dependencies"]:
            self.events[dependency["api_name"]] = dependency["id"]

    def event(self, name: str) -> int:
        """Return the number of the handler with this name."""
        return self.events[name]

    def join(self, name: str, data: list[object]) -> None:
        """Add an event to the queue."""
        body = {"data": data, "fn_index": self.event(name), "session_hash": self.session}
        self.client.post("/gradio_api/queue/join", json=body).raise_for_status()

    def ask(self, question: str) -> Iterator[str]:
        """Ask, and yield the response line by line until the answer is complete; closing the iterator disconnects."""
        self.join("ask", [question, 0, self.memory, {}])
        with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as stream:
            for line in stream.iter_lines():
                yield line
                if '"process_completed"' in line:
                    return

    def stop(self) -> None:
        """Press Stop."""
        body = {"data": [self.memory], "fn_index": self.event("stop"), "session_hash": self.session}
        self.client.post("/gradio_api/run/predict", json=body).raise_for_status()


def egress() -> None:
    """Trace a whole session and list every address that was contacted."""
    folder = Path(tempfile.mkdtemp())
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    trace = folder / "trace"
    command = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-e",
        NETWORK,
        "-o",
        str(trace),
        sys.executable,
        str(ROOT / "app.py"),
    ]
    answered = 0
    with served(command, folder) as (process, address):
        visitor = Visitor(address)
        for _ in visitor.ask(QUESTION):
            pass  # wait for the models
        for number, question in zip(range(ASKS), itertools.cycle(QUESTIONS)):
            if number == ASKS // 2:
                visitor.join("rebuild", [visitor.memory])
            answered += any(
                "process_completed" in line and '"success":true' in line.replace(" ", "")
                for line in visitor.ask(question)
            )
        traced = int(
            subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()[0]
        )
        os.kill(traced, signal.SIGTERM)
        code = process.wait(30)
    calls = trace.read_text(encoding="utf-8", errors="replace").splitlines()
    called = [match[1] or match[2] for line in calls if (match := INET.search(line))]
    away = [host for host in called if not host.startswith("127.") and host not in ("::1", "0.0.0.0")]
    print(f"{answered} of {ASKS} answered, exit code {code}, {len(calls)} network calls, {len(called)} to an internet address, "
          f"{len(away)} of them not this machine {sorted(set(away))}")  # fmt: skip
    shutil.rmtree(folder)


class Endless:
    """A Generator without an end: 20 pieces of text a second, counted."""

    def __init__(self) -> None:
        self.made = 0
        self.running = threading.Event()

    def generate(self, messages: object) -> Iterator[str]:
        self.running.set()
        try:
            while True:
                self.made += 1
                yield "word "
                time.sleep(0.05)
        finally:
            self.running.clear()


def cancel(count: int) -> None:
    """Stop or disconnect at a random token; measure when the model stops, and after how many more pieces."""
    from rag.models.generator import TransformersGenerator  # noqa: F401  so that the import is not measured
    from rag.web.session.stop import StoppableGenerator, StopSign
    from tests.web_server import running, small_house

    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory() as scratch:
        house, sign, model = small_house(Path(scratch)), StopSign(), Endless()
        app = stoppable_app(house, StoppableGenerator(model, sign), sign, Path(scratch))
        pieces, seconds, kept_on = [], [], 0
        with running(app) as address:
            for number in range(count):
                visitor = Visitor(address, f"{number:016x}")
                lines = visitor.ask("When does the ferry to Aland leave?")
                next(line for line in lines if "Tickets" in line or "ferry" in line)
                assert model.running.wait(30)
                time.sleep(chance.uniform(0, 0.5))
                made, started = model.made, time.monotonic()
                if number % 2:
                    visitor.stop()
                else:
                    lines.close()
                while model.running.is_set() and time.monotonic() - started < 10:
                    time.sleep(0.005)
                kept_on += model.running.is_set()
                pieces.append(model.made - made)
                seconds.append(time.monotonic() - started)
                lines.close()
    for name, first in (("disconnects", 0), ("stops", 1)):
        took, more = seconds[first::2], pieces[first::2]
        print(f"{len(took)} {name}: {kept_on} kept on; pieces after it: at most {max(more)}; "
              f"seconds: median {statistics.median(took):.3f}, at most {max(took):.3f}")  # fmt: skip


def stoppable_app(house: object, generator: object, sign: object, folder: Path) -> object:
    """Return the page around an engine that shows passages and then words an answer with the given generator."""
    from rag.web import build_app

    class Wording:
        def __init__(self) -> None:
            self.inner = house.open()
            self.documents, self.contents = self.inner.documents, self.inner.contents

        def stream(self, question, *, history, preferences):  # type: ignore[no-untyped-def]
            answers = self.inner.stream(question, history=history, preferences=preferences)
            yield next(answers)
            for _ in generator.generate([]):
                pass
            yield from answers

    return build_app(Wording, house.build, seeds=house.seeds, conversations=folder / "conversations", sign=sign)


def end(count: int) -> None:
    """Stop the server at a random moment; count exit codes and measure how long it takes."""
    chance = random.Random(SEED)
    codes: dict[str, list[int]] = {}
    took, lost = [], 0
    for number in range(count):
        doing = ("idle", "answering", "rebuilding")[number % 3]
        with tempfile.TemporaryDirectory() as scratch:
            command = [sys.executable, "-c", DOUBLE, scratch, doing]
            with served(command, ROOT) as (process, address):
                visitor = Visitor(address)
                lines = visitor.ask("When does the ferry to Aland leave, and what do tickets for the ferry cost?")
                if doing == "answering":
                    next(line for line in lines if "Tickets for the ferry" in line)
                elif doing == "rebuilding":
                    visitor.join("rebuild", [visitor.memory])
                time.sleep(chance.uniform(0, 0.5))
                started = time.monotonic()
                process.send_signal(signal.SIGTERM)
                codes.setdefault(doing, []).append(process.wait(30))
                took.append(time.monotonic() - started)
                kept = [json.loads(file.read_text()) for file in Path(scratch).glob("conversations/local/*.json")]
                turns = [turn for one in kept for turn in one["turns"]]
                lost += doing == "answering" and not any(t["stopped"] or LAST in t["answer"]["text"] for t in turns)
    for doing, found in codes.items():
        print(f"{doing}: {len(found)} ends, exit codes {sorted(set(found))}")
    print(
        f"seconds: median {statistics.median(took):.2f}, at most {max(took):.2f}; answers neither whole nor kept as stopped: {lost}"
    )


if __name__ == "__main__":
    words = sys.argv[1:]
    if not words or words[0] not in ("egress", "cancel", "end"):
        sys.exit(__doc__)
    random.seed(SEED)
    if words[0] == "egress":
        egress()
    else:
        {"cancel": cancel, "end": end}[words[0]](
            int(words[1]) if len(words) > 1 else {"cancel": 200, "end": 99}[words[0]]
        )
