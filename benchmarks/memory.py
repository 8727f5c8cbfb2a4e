"""Measures memory: the peak of a build as the folder grows, and the memory of a server with the default pipeline.

    python -m benchmarks.memory build ABSTRACTS.jsonl [--base 1000] [--cheap]   # 1, 4 and 16 times as many abstracts
    python -m benchmarks.memory serve INDEX [--questions 20]                    # with the language model

Every measurement runs in its own process; each abstract is a file. --cheap uses hashes as vectors, because embedding
16,000 abstracts takes minutes: it shows the memory of documents and index. The encoder's own memory is shown by a build
of one file with the real encoder.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

TIMES = (1, 4, 16)
WORDS = 12  # maximum words of a question


def peak() -> float:
    """Return the peak resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def resident() -> float:
    """Return this process's resident memory in MB; works on Linux only."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def grow(abstracts: Path, base: int, *, cheap: bool) -> None:
    """Print a row for each number of files."""
    print("| abstracts | text | passages | peak of the build | and of one after a change | after import |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        seeds = Path(scratch) / "seeds"
        seeds.mkdir()
        for count in [1, *(base * times for times in TIMES)]:
            size = written(abstracts, seeds, count)
            arguments = ["_build", str(seeds), str(Path(scratch) / f"index-{count}"), *(["--cheap"] if cheap else [])]
            passages, most, before = printed(arguments)
            with (seeds / "000000.txt").open("a", encoding="utf-8") as stream:
                stream.write("\nAnother paragraph.\n")
            _, again, _ = printed(arguments)
            row = f"| {count:,} | {size / 1e6:.1f} MB | {int(passages):,} | {most} MB | {again} MB | {before} MB |"
            print(row, flush=True)


def printed(arguments: list[str]) -> list[str]:
    """Run this program with other arguments in a new process, and return the last three words of its output."""
    command = [sys.executable, "-m", "benchmarks.memory", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-3:]


def written(abstracts: Path, seeds: Path, count: int) -> int:
    """Write the first abstracts, one per file; return their total size in bytes."""
    size = 0
    with abstracts.open(encoding="utf-8") as lines:
        for number, line in enumerate(islice(lines, count)):
            read = json.loads(line)
            size += (seeds / f"{number:06d}.txt").write_text(f"{read['title']}\n\n{read['text']}\n", encoding="utf-8")
    return size


def build_once(seeds: Path, index: Path, *, cheap: bool) -> None:
    """Build, and print the number of passages, the peak memory, and the memory before the build."""
    import rag
    from benchmarks.guard import Cheap

    before = resident()
    report = rag.build(seeds, index, encoder=Cheap()) if cheap else rag.build(seeds, index)
    print(report.passages, f"{peak():.0f}", f"{before:.0f}")


def serve(index: Path, questions: int) -> None:
    """Open the index with every model, ask, and print the memory used."""
    import rag
    from rag.language.sentences import sentences

    served = rag.Rag.open(index)
    passages = served.index.passages
    opened = resident()
    for number in range(0, len(passages), len(passages) // questions):
        text = passages[number].text
        answer = served.ask(" ".join(text[slice(*sentences(text)[0])].split()[:WORDS]))
    print(
        f"{len(passages):,} passages, {questions} questions, the last in {sum(answer.trace.milliseconds.values()):.0f} ms"
    )
    print(f"opened {opened:.0f} MB, after the questions {resident():.0f} MB, peak {peak():.0f} MB resident")
    maps = Path("/proc/self/smaps_rollup").read_text().splitlines()
    print(
        "; ".join(
            " ".join(line.split())
            for line in maps
            if line.startswith(("Rss", "Pss", "Anonymous", "Shared_Clean", "Private_Clean"))
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    growing = commands.add_parser("build")
    growing.add_argument("abstracts", type=Path)
    growing.add_argument("--base", type=int, default=1_000)
    serving = commands.add_parser("serve")
    serving.add_argument("index", type=Path)
    serving.add_argument("--questions", type=int, default=20)
    once = commands.add_parser("_build")
    once.add_argument("seeds", type=Path)
    once.add_argument("index", type=Path)
    for command in (growing, once):
        command.add_argument("--cheap", action="store_true")
    given = parser.parse_args()
    if given.command == "build":
        grow(given.abstracts, given.base, cheap=given.cheap)
    elif given.command == "serve":
        serve(given.index, given.questions)
    else:
        build_once(given.seeds, given.index, cheap=given.cheap)


if __name__ == "__main__":
    main()
