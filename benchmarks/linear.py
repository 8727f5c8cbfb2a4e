"""Checks that every regular expression of the program runs in linear time, on its worst texts of lengths n, 2n and 4n.

    python -m benchmarks.linear [LENGTH] [MODULE]     # default 1,500 characters; exits with 1 if one is not linear

Every compiled pattern of every module of `rag` is tried on texts that make patterns with nested or adjacent repeats
backtrack: blanks, brackets, digits, letters and the characters of the pattern itself. It is searched for everywhere in
the text, or only matched at the beginning if the program does nothing else with it. Linear means that 2n takes at most
2.3 times as long as n.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import rag

LENGTH = 1_500
SLOWER = 2.3  # times as long for twice the text; 2 is linear
SLIGHT = 0.002  # seconds: shorter times are noise
SEEDS = [" ", "\n", "\t ", "[", "[1", "[1,", "[ ", "(", "((", "a", "a ", "A ", "A. ", "a.", "1", "1 ", "1,", "1.", "0.", "-", "- ", "|", "| ", "|-", "#", "# ",
         "*", "_", "`", "<", "<a", "<a ", "&", "=", ":", "/", "\\", "\"", "'", "“", "a-", "a_", "a'", "Aa ", "Aa-", "é", "1-", "1:", "é ", "\n\n", "\n ", "\r",
         ".", "..", ". ", "!", "?", "the ", "and ", "not ", "A of ", "x=", "http://", "www.", "@", "a@", "a."]  # fmt: skip
HEADS = ["[", "(", "<a", "a", "a:", "a=", "|", "- ", "1.", '"', "#", "`"]  # begin what a pattern waits for the end of
BODIES = [" ", "a", "1", "-"]


METHODS = "match|fullmatch|search|findall|finditer|split|subn?"


@dataclass(frozen=True, slots=True)
class Tried:
    """A pattern with its name or place, and whether the program only matches it at the beginning of a text."""

    name: str
    pattern: re.Pattern[str]
    at_the_beginning: bool

    def all_of(self, text: str) -> None:
        """Find all matches in a text, or match its beginning."""
        if self.at_the_beginning:
            self.pattern.match(text)
            self.pattern.fullmatch(text)
        else:
            self.pattern.findall(text)


def patterns() -> Iterator[Tried]:
    """Yield every pattern of the program: module-level compiled patterns, and patterns written in a call."""
    sources = {file: file.read_text(encoding="utf-8") for file in sorted(Path(rag.__path__[0]).rglob("*.py"))}
    for file, source in sources.items():
        module = ".".join(["rag", *file.relative_to(rag.__path__[0]).with_suffix("").parts]).removesuffix(".__init__")
        if not module.endswith("__main__"):
            yield from _compiled(module, source, sources.values())
            yield from _in_calls(module, source)


def _compiled(module: str, source: str, sources: Iterable[str]) -> Iterator[Tried]:
    for name, value in vars(importlib.import_module(module)).items():
        if not re.search(rf"^{re.escape(name)}\b.*=", source, re.MULTILINE):
            continue  # imported
        values = value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else [value]
        if not any(isinstance(one, re.Pattern) for one in values):
            continue
        imported = re.compile(rf"from {re.escape(module)} import (?:[^()\n]*|\([^)]*)\b{name}\b")
        users = "\n".join(text for text in sources if text is source or imported.search(text))
        calls = set(re.findall(rf"\b{name}\.({METHODS})\b", users))
        for one in values:
            if isinstance(one, re.Pattern) and isinstance(one.pattern, str):
                yield Tried(f"{module}.{name}", one, bool(calls) and calls <= {"match", "fullmatch"})


def _in_calls(module: str, source: str) -> Iterator[Tried]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "re":
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and node.func.attr != "compile":
                at_the_beginning = node.func.attr in ("match", "fullmatch")
                yield Tried(f"{module}, line {node.lineno}", re.compile(first.value), at_the_beginning)


def texts(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    """Return what to try: a beginning, and the string to repeat after it.

    Repeated are the common seeds, and the letters and punctuation in the pattern itself.
    """
    own = set(re.findall(r"[A-Za-z]{2,12}", pattern.pattern)) | set(re.findall(r"[^\w\s]", pattern.pattern))
    return [*(("", seed) for seed in [*SEEDS, *sorted(own)[:20]]), *product(HEADS, BODIES)]


def seconds(tried: Tried, text: str, *, times: int = 3) -> float:
    """Return the seconds to find all matches of a pattern in a text, the best of several runs."""
    taken = []
    for _ in range(times):
        began = time.thread_time()
        tried.all_of(text)
        taken.append(time.thread_time() - began)
        if taken[0] > 1:
            break
    return min(taken)


def slower(tried: Tried, length: int) -> tuple[float, str, list[float]]:
    """Return the worst ratio of the time for 2n to the time for n, with its text and the seconds for n, 2n and 4n."""
    worst = (0.0, "", [0.0])
    for head, seed in texts(tried.pattern):
        for end in ("", "\x00"):
            whole = seed * length
            if seconds(tried, head + whole[:length] + end, times=1) < SLIGHT:
                continue
            times = [seconds(tried, head + whole[: length * factor // 4] + end) for factor in (1, 2, 4)]
            ratio = min(times[2] / max(times[1], 1e-9), times[1] / max(times[0], 1e-9))
            if times[-1] > SLIGHT and ratio > worst[0]:
                worst = (ratio, head + seed, times)
    return worst


def main(length: int, module: str = "rag") -> None:
    """Print each pattern that is not linear, and their number, for the modules whose names begin with `module`."""
    found, wrong = 0, 0
    for tried in (one for one in patterns() if one.name.startswith(module)):
        found += 1
        ratio, seed, times = slower(tried, length)
        if ratio > SLOWER:
            ratio = min(ratio, slower(tried, length)[0])  # noise goes away when repeated, a slow pattern does not
        if ratio > SLOWER:
            wrong += 1
            print(
                f"{tried.name}: {ratio:.1f} times as long for twice {seed!r}: {', '.join(f'{t:.3f}' for t in times)} s  "
                f"{tried.pattern.pattern[:100]}",
                flush=True,
            )
    print(f"{found} patterns, {wrong} of them take more than {SLOWER} times as long for twice the text")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LENGTH, *sys.argv[2:3])
