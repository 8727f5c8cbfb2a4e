"""Measures that every regular expression of the program takes time in proportion to the text: n, 2n and 4n of what is worst for it.

    python -m benchmarks.linear [LENGTH]     # characters, 1,500 without it; exits 1 if 2n takes more than 2.3 times as long as n

Every compiled pattern of every module of `rag` is tried on texts that make patterns with nested or neighbouring repeats go
back and forth: blanks, brackets, digits, letters and what each pattern itself is made of. It is searched for everywhere in the text, or
only matched at its beginning if that is all that the program does with it.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import rag

LENGTH = 1_500
SLOWER = 2.3  # times as long for twice the text; 2 is in proportion
SLIGHT = 0.002  # seconds: less is noise
SEEDS = [" ", "\n", "\t ", "[", "[1", "[1,", "[ ", "(", "((", "a", "a ", "A ", "A. ", "a.", "1", "1 ", "1,", "1.", "0.", "-", "- ", "|", "| ", "|-", "#", "# ",
         "*", "_", "`", "<", "<a", "<a ", "&", "=", ":", "/", "\\", "\"", "'", "“", "a-", "a_", "a'", "Aa ", "Aa-", "é", "1-", "1:", "é ", "\n\n", "\n ", "\r",
         ".", "..", ". ", "!", "?", "the ", "and ", "not ", "A of ", "x=", "http://", "www.", "@", "a@", "a."]  # fmt: skip


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield every compiled pattern for texts in a module of the program, with its name."""
    seen: set[str] = set()
    for module in pkgutil.walk_packages(rag.__path__, "rag."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            values = (
                value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else [value]
            )
            for one in values:
                if isinstance(one, re.Pattern) and isinstance(one.pattern, str) and one.pattern not in seen:
                    seen.add(one.pattern)
                    yield f"{module.name}.{name}", one


def texts(pattern: re.Pattern[str]) -> list[str]:
    """Return what is repeated: the common seeds, and the letters and signs that the pattern itself names."""
    own = set(re.findall(r"[A-Za-z]{2,12}", pattern.pattern)) | set(re.findall(r"[^\w\s]", pattern.pattern))
    return [*SEEDS, *sorted(own)[:20]]


@cache
def used(module: str, name: str) -> frozenset[str]:
    """Return the methods of a pattern that its own module and those that import it call."""
    sources = {file: file.read_text(encoding="utf-8") for file in Path(rag.__path__[0]).rglob("*.py")}
    own = Path(str(importlib.import_module(module).__file__))
    imported = re.compile(
        rf"from {re.escape(module)} import [^()]*?\b{name}\b|from {re.escape(module)} import \([^)]*\b{name}\b"
    )
    source = "\n".join(text for file, text in sources.items() if file == own or imported.search(text))
    return frozenset(re.findall(rf"\b{name}\.(match|fullmatch|search|findall|finditer|split|subn?)\b", source))


def seconds(name: str, pattern: re.Pattern[str], text: str, *, times: int = 3) -> float:
    """Return how long it takes to find all of a pattern in a text, or to match it, at best of some times."""
    calls = used(*name.rsplit(".", 1))
    tried = (
        [getattr(pattern, call) for call in calls] if calls and calls <= {"match", "fullmatch"} else [pattern.findall]
    )
    taken = []
    for _ in range(times):
        began = time.thread_time()
        for call in tried:
            call(text)
        taken.append(time.thread_time() - began)
        if taken[0] > 1:
            break
    return min(taken)


def slower(name: str, pattern: re.Pattern[str], length: int) -> tuple[float, str, list[float]]:
    """Return how many times as long twice the worst text takes, with that text and the seconds of n, 2n and 4n."""
    worst = (0.0, "", [0.0])
    for seed in texts(pattern):
        for end in ("", "\x00"):
            if seconds(name, pattern, (seed * length)[:length] + end, times=1) < SLIGHT:
                continue
            times = [seconds(name, pattern, (seed * length)[: length * factor // 4] + end) for factor in (1, 2, 4)]
            ratio = min(times[2] / max(times[1], 1e-9), times[1] / max(times[0], 1e-9))
            if times[-1] > SLIGHT and ratio > worst[0]:
                worst = (ratio, seed, times)
    return worst


def main(length: int) -> None:
    """Print each pattern that is not in proportion, and how many are."""
    found, wrong = 0, 0
    for name, pattern in patterns():
        found += 1
        ratio, seed, times = slower(name, pattern, length)
        if ratio > SLOWER:
            ratio = min(ratio, slower(name, pattern, length)[0])  # a busy machine is slow once, a pattern always
        if ratio > SLOWER:
            wrong += 1
            print(
                f"{name}: {ratio:.1f} times as long for twice {seed!r}: {', '.join(f'{t:.3f}' for t in times)} s  {pattern.pattern[:100]}"
            )
    print(f"{found} patterns, {wrong} of them take more than {SLOWER} times as long for twice the text")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LENGTH)
