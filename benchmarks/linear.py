"""Measures that every regular expression of the program takes time in proportion to the text: n, 2n and 4n of what is worst for it.

    python -m benchmarks.linear [LENGTH]     # characters, 1,500 without it; exits 1 if 2n takes more than 2.3 times as long as n

Every compiled pattern of every module of `rag` is searched for in texts that make patterns with nested or neighbouring repeats go
back and forth: blanks, brackets, digits, letters and what each pattern itself is made of.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
import time
from collections.abc import Iterator

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


def seconds(pattern: re.Pattern[str], text: str) -> float:
    """Return how long it takes to find all of a pattern in a text, at best of three."""
    taken = []
    for _ in range(3):
        began = time.thread_time()
        for _ in pattern.finditer(text):
            pass
        taken.append(time.thread_time() - began)
        if taken[0] > 1:
            break
    return min(taken)


def slower(pattern: re.Pattern[str], length: int) -> tuple[float, str, list[float]]:
    """Return how many times as long twice the worst text takes, with that text and the seconds of n, 2n and 4n."""
    worst = (0.0, "", [0.0])
    for seed in texts(pattern):
        for end in ("", "\x00"):
            times = [seconds(pattern, (seed * length)[: length * factor // 4] + end) for factor in (1, 2, 4)]
            ratio = min(times[2] / max(times[1], 1e-9), times[1] / max(times[0], 1e-9))
            if times[-1] > SLIGHT and ratio > worst[0]:
                worst = (ratio, seed, times)
    return worst


def main(length: int) -> None:
    """Print each pattern that is not in proportion, and how many are."""
    found, wrong = 0, 0
    for name, pattern in patterns():
        found += 1
        ratio, seed, times = slower(pattern, length)
        if ratio > SLOWER:
            ratio = min(ratio, slower(pattern, length)[0])  # a busy machine is slow once, a pattern always
        if ratio > SLOWER:
            wrong += 1
            print(
                f"{name}: {ratio:.1f} times as long for twice {seed!r}: {', '.join(f'{t:.3f}' for t in times)} s  {pattern.pattern[:100]}"
            )
    print(f"{found} patterns, {wrong} of them take more than {SLOWER} times as long for twice the text")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LENGTH)
