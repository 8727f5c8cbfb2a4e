"""After any additions, edits, renames, deletions and kills, a build equals one from scratch, file by file."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.index import Index, verify
from tests.disk import Killed, failing
from tests.small_index import Letters, build

ROOT = Path(__file__).resolve().parent.parent
NAMES = ["a.txt", "b.md", "c/d.txt", "c/e.md", "ü/z.txt", "zz.txt"]
PARAGRAPHS = [
    "Owls hunt mice.",
    "Trout live in brooks.",
    "Die Größe der Bäume.",
    "北京是首都。",
    "Foxes dig dens.",
    "🍎 é.",
    "The barn owl nests in old towers and hunts mice at night in the fields.",
    "The barn owl nests in old towers and catches mice at night in the fields.",
    "THE  BARN OWL nests in old towers and hunts mice at night in the fields.",
    "The barn owl nests in old towers and never hunts mice at night in the fields.",
]

Step = tuple[str, str, str]


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    def text() -> str:
        return "\n\n".join(draw(st.lists(st.sampled_from(PARAGRAPHS), min_size=1, max_size=4)))

    made: list[Step] = []
    for _ in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(["write", "write", "write", "delete", "rename", "kill", "build"]))
        target = str(draw(st.integers(1, 200))) if kind == "kill" else draw(st.sampled_from(NAMES))
        made.append((kind, draw(st.sampled_from(NAMES)), target if kind in ("rename", "kill") else text()))
    return made


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps())
def test_any_history_ends_like_a_build_from_scratch(script: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        replay(Path(folder), script)


def replay(folder: Path, script: list[Step]) -> None:
    files = {"first.txt": "Salmon swim up the river."}
    path = folder / "index"
    for kind, name, value in [*script, ("build", "", "")]:
        if kind == "write":
            files[name] = value
        elif kind == "delete":
            files.pop(name, None)
        elif kind == "rename" and name in files:
            files[value] = files.pop(name)
        elif kind == "kill":
            with failing(path, int(value), lambda path: Killed(path)) as disk:
                try:
                    build(path, files)
                except Killed:
                    assert disk.fired
        if kind == "build" and files:
            encoder = Letters()
            build(path, files, encoder)
            assert len(set(encoder.encoded)) == len(encoder.encoded)
    if files:
        scratch = folder / "scratch"
        build(scratch, files)
        assert Index.open(path).manifest.files == Index.open(scratch).manifest.files
        assert verify(path) == []


BUILDER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from rag.errors import IndexBusy
from tests.small_index import FILES, build
print("ready", flush=True)
sys.stdin.readline()
try:
    print("built", build(Path(sys.argv[2]), FILES | {"mine.txt": f"Written by {sys.argv[3]}."}), flush=True)
except IndexBusy as error:
    print("busy", error, flush=True)
"""


def test_of_simultaneous_builds_each_completes_or_gets_a_busy_error(tmp_path: Path) -> None:
    path = tmp_path / "index"
    started = [
        subprocess.Popen([sys.executable, "-c", BUILDER, str(ROOT), str(path), str(i)],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for i in range(3)
    ]  # fmt: skip
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate()[0] for process in started]
    assert all(line.startswith(("built", "busy")) for line in said)
    built = sum(line.startswith("built") for line in said)
    assert built >= 1
    assert Index.open(path).generation == built
    assert verify(path) == []


def test_a_lock_of_a_dead_process_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "index"
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from rag.index import IndexWriter\n"
    )
    code += "IndexWriter(Path(sys.argv[2]), 'f', versions='1').__enter__(); os.kill(os.getpid(), 9)"
    done = subprocess.run([sys.executable, "-c", code, str(ROOT), str(path)], check=False)
    assert done.returncode == -9
    assert (path / "lock").read_text().strip().isdigit()
    assert build(path, {"a.txt": "Owls hunt mice."}) == 1
