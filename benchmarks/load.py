"""Load-tests the chat: counts who was answered and who was told to wait, and measures how long the passages took.

    python -m benchmarks.load double [CHATS] [SECONDS]   # a stub engine, 20 pieces of text a second; 64 chats for 60 s
    python -m benchmarks.load real [CHATS] [SECONDS]     # the models and the documents of seeds/
    python -m benchmarks.load fair                       # one client with a hundred questions, nine with one each
    python -m benchmarks.load same                       # fifty clients ask the same question

The server runs in its own process and gets the same requests as from the page, each
question from a page opened for it. One in eight visitors disconnects during
an answer. Meanwhile another visitor opens the page and lists conversations once a second. The random seed is 20261123.
"""

from __future__ import annotations

import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from benchmarks.web import QUESTIONS, ROOT, SEED, Visitor, served

CHATS, SECONDS = 64, 60
THINKS = 2.0  # maximum seconds between an answer and the next question
SETTLING = 15.0  # seconds after which the pages that all opened at once are open
VANISHES = 8  # one in this many visitors leaves when the passages appear
DOUBLE = """
import sys, time
from pathlib import Path
from rag.web import build_app
from rag.web.server import run
from rag.web.session.stop import StoppableGenerator, StopSign
from tests.web_server import small_house

class Slow:
    def generate(self, messages):
        for _ in range(20):
            time.sleep(0.05)
            yield "word "

class Worded:
    def __init__(self, inner):
        self.inner, self.documents, self.contents, self.hashes = inner, inner.documents, inner.contents, inner.hashes
    def stream(self, question, *, history, preferences):
        print("computed", flush=True)
        answers = self.inner.stream(question, history=history, preferences=preferences)
        yield next(answers)
        for _ in generator.generate([]):
            pass
        yield from answers

folder, sign = Path(sys.argv[1]), StopSign()
generator = StoppableGenerator(Slow(), sign)
house = small_house(folder)
app = build_app(lambda: Worded(house.open()), house.build, seeds=house.seeds, conversations=folder / "conversations", sign=sign)
run(app, port=0, browser=False, say=lambda line: print(line, flush=True))
"""
FERRY = "When does the ferry to Aland leave, visitor {}?"


@dataclass
class Counts:
    """The events of all chats, counted and timed."""

    said: Counter[str] = field(default_factory=Counter)
    passages: list[float] = field(default_factory=list)  # seconds
    settled: list[float] = field(default_factory=list)  # the same of questions asked after SETTLING
    whole: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)  # MB


def visit(visitor: Visitor, question: str, counts: Counts, *, vanish: bool = False, settled: bool = False) -> None:
    """Ask once, and count the outcome."""
    began = time.monotonic()
    last = ""
    seen = busy = False
    try:
        for line in visitor.ask(question):
            last = line
            taken = time.monotonic() - began
            if not busy and ("Busy: " in line or "which is the limit" in line):
                busy = True
                counts.busy.append(taken)
            if not seen and "card other" in line:
                seen = True
                counts.passages.append(taken)
                counts.settled += [taken] if settled else []
                if vanish:
                    counts.said["vanished"] += 1
                    return
    except httpx.HTTPError as error:
        counts.said[f"{type(error).__name__}: {str(error)[:60]}"] += 1
        return
    if busy:
        counts.said["told that it is busy"] += 1
    elif '"success":true' in last.replace(" ", ""):
        counts.said["answered"] += 1
        counts.whole.append(time.monotonic() - began)
    else:
        counts.said[f"ended: {last[:60]}"] += 1


def chat(address: str, number: int, until: float, questions: Sequence[str], counts: Counts) -> None:
    """Ask, read and think until the time is over."""
    chance = random.Random(SEED + number)
    opened = time.monotonic() + SETTLING
    time.sleep(chance.uniform(0, THINKS))
    for turn in range(10_000):
        if time.monotonic() > until:
            return
        visitor = Visitor(address, f"{number:08x}{turn:08x}")
        asked = chance.choice(questions).format(f"{number}-{turn}")
        vanish, settled = chance.randrange(VANISHES) == 0, time.monotonic() > opened
        visit(visitor, asked, counts, vanish=vanish, settled=settled)
        visitor.client.close()
        time.sleep(chance.uniform(0, THINKS))


def onlooker(address: str, pid: int, until: float, counts: Counts) -> None:
    """Once a second, open the page, list the conversations and record the server's memory."""
    visitor = Visitor(address, "f" * 16)
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            opened = visitor.client.get("/").status_code == 200
            visitor.join("arrive", [visitor.memory])
            with visitor.client.stream(
                "GET", "/gradio_api/queue/data", params={"session_hash": visitor.session}
            ) as lines:
                opened = opened and any('"process_completed"' in line for line in lines.iter_lines())
        except httpx.HTTPError as error:
            opened = False
            counts.said[f"page: {type(error).__name__}"] += 1
        counts.said["page opened" if opened else "page not opened"] += 1
        counts.page.append(time.monotonic() - began)
        counts.memory.append(psutil.Process(pid).memory_info().rss / 1e6)
        time.sleep(1)


def crowd(command: list[str], folder: Path, chats: int, seconds: float, questions: Sequence[str]) -> None:
    """Measure ten questions one by one, then many at once, and print the results."""
    with served(command, folder) as (process, address):
        threading.Thread(target=lambda: [None for _ in process.stdout or ()], daemon=True).start()
        alone, counts = Counts(), Counts()
        for number in range(11):
            visit(
                Visitor(address, f"{number:016x}"), questions[number % len(questions)].format(f"alone-{number}"), alone
            )
        alone.passages = alone.passages[1:]  # the first one includes loading the models
        until = time.monotonic() + seconds
        threads = [
            threading.Thread(target=chat, args=(address, number, until, questions, counts), daemon=True)
            for number in range(chats)
        ]
        threads.append(threading.Thread(target=onlooker, args=(address, process.pid, until, counts), daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(seconds + 180)
        hung = sum(thread.is_alive() for thread in threads)
        threads_left = psutil.Process(process.pid).num_threads()
    print(
        f"{chats} chats for {seconds:.0f} s: "
        + ", ".join(f"{name} {count}" for name, count in counts.said.most_common())
    )
    print(f"hung {hung}; threads of the server at the end {threads_left}")
    for name, taken in (("passages alone", alone.passages), ("passages", counts.passages),
                        (f"passages after {SETTLING:.0f} s", counts.settled), ("whole answers alone", alone.whole),
                        ("whole answers", counts.whole), ("busy said", counts.busy), ("page opened and listed", counts.page)):  # fmt: skip
        if taken:
            print(
                f"{name}: p50 {statistics.median(taken):.3f} s, p95 {quantile(taken, 0.95):.3f} s, most {max(taken):.3f} s"
            )
    if counts.memory:
        print(
            f"memory: {counts.memory[0]:.0f} MB at first, at most {max(counts.memory):.0f}, {counts.memory[-1]:.0f} at the end"
        )


def quantile(taken: Sequence[float], share: float) -> float:
    """Return the quantile of the values at this share."""
    return sorted(taken)[min(len(taken) - 1, int(share * len(taken)))]


def fair() -> None:
    """Measure how long nine clients with one question each wait beside a client with a hundred, and one alone."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        served([sys.executable, "-c", DOUBLE, scratch], ROOT) as (process, address),
    ):
        threading.Thread(target=lambda: [None for _ in process.stdout or ()], daemon=True).start()
        greedy, alone, others = Counts(), Counts(), Counts()
        visit(Visitor(address, "a" * 16), FERRY.format("first"), Counts())
        visit(Visitor(address, "b" * 16), FERRY.format("alone"), alone)
        many = [threading.Thread(target=greed, args=(Visitor(address), greedy))]
        single = [
            threading.Thread(target=visit, args=(Visitor(address, f"{number:016x}"), FERRY.format(number), others))
            for number in range(9)
        ]
        for thread in [*many, *single]:
            thread.start()
            time.sleep(0.1)  # let the hundred come first
        for thread in [*many, *single]:
            thread.join(300)
    del greedy.said[""]
    print(f"alone: {alone.whole[0]:.1f} s; nine with one question each, beside one with a hundred: {dict(others.said)}, "
          f"at most {max(others.whole):.1f} s (nine in turn alone take {9 * alone.whole[0]:.1f} s)")  # fmt: skip
    print(f"the one with a hundred: {dict(greedy.said)}")


def greed(visitor: Visitor, counts: Counts) -> None:
    """Ask a hundred questions at once from one page, each in its own conversation, and count the outcomes."""
    for number in range(100):
        memory = {"owner": "local", "conversation": f"{number + 1_000:016x}"}
        visitor.join("ask", [FERRY.format(f"greedy-{number}"), 0, memory, {}])
    with visitor.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": visitor.session}) as stream:
        for line in stream.iter_lines():
            counts.said["answered or told" if '"process_completed"' in line else ""] += 1
            counts.said["told that eight wait"] += "which is the limit" in line


def same() -> None:
    """Let fifty clients ask the same question at once, and count how often it is computed."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        served([sys.executable, "-c", DOUBLE, scratch], ROOT) as (process, address),
    ):
        computed = Counter[str]()
        threading.Thread(
            target=lambda: computed.update(line.strip() for line in process.stdout or ()), daemon=True
        ).start()
        visit(Visitor(address, "a" * 16), FERRY.format("first"), Counts())
        counts = Counts()
        visitors = [Visitor(address, f"{number:016x}") for number in range(50)]
        threads = [threading.Thread(target=visit, args=(one, FERRY.format("same"), counts)) for one in visitors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        print(f"{len(threads)} asked the same: {dict(counts.said)}; computed {computed['computed'] - 1} times")


def main(how: str, chats: int, seconds: float) -> None:
    """Run one of the measurements."""
    if how in ("fair", "same"):
        (fair if how == "fair" else same)()
        return
    with tempfile.TemporaryDirectory() as scratch:
        if how == "double":
            crowd([sys.executable, "-c", DOUBLE, scratch], ROOT, chats, seconds, [FERRY])
        else:
            shutil.copytree(ROOT / "seeds", Path(scratch) / "seeds")
            questions = [f"{question} {{}}" for question in QUESTIONS[:4]]
            crowd([sys.executable, str(ROOT / "app.py")], Path(scratch), chats, seconds, questions)


if __name__ == "__main__":
    words = sys.argv[1:]
    if not words or words[0] not in ("double", "real", "fair", "same"):
        sys.exit(__doc__)
    main(words[0], int(words[1]) if len(words) > 1 else CHATS, float(words[2]) if len(words) > 2 else SECONDS)
