"""Writes to the terminal: reports, answers, passages, and a progress bar for each stage of long work."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from rag.display import escaped, plain
from rag.language.planted import told
from rag.types import Answer, BuildReport, Hit, Progress


class Terminal(Console):
    """A console that prints text from documents, file names and servers without escape sequences."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does, but without invisible characters."""
        super().print(*(plain(thing) if isinstance(thing, str) else thing for thing in objects), **options)


out = Terminal(highlight=False, markup=False, emoji=False, soft_wrap=True)
note = Terminal(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def describe(report: BuildReport) -> str:
    """Describe a build, line by line."""
    lines = [
        f"read {report.read} files: {report.passages} passages, {report.duplicates} duplicates folded, "
        f"{report.embedded} embedded, {report.reused} reused, in {report.seconds:.1f} s (generation {report.generation})"
    ]
    lines += [f"skipped {skipped.source!r}: {skipped.reason}" for skipped in report.skipped]
    lines += [f"hidden text in {source!r}: it is kept, but not used for answers" for source in report.hiding]
    lines += [f"{source!r} {told(traits)}: it ranks below other files" for source, traits in report.planted]
    lines += [
        f"a picture in place of text in {page}: install the extra [ocr] to have it read" for page in report.pictures
    ]
    lines += [f"damaged, so not read: {parts}; save or download the file again" for parts in report.unread]
    return "\n".join(lines)


def print_answer(answer: Answer) -> None:
    """Print an answer with its quotes under it, or a refusal with the nearest passages."""
    out.print(answer.text)
    out.print()
    for citation in answer.citations:
        out.print(f"[{citation.marker}] {_line(citation.place)} {citation.quote!r}")
        if citation.traits:
            out.print(f"    this file {told(citation.traits)}")
    if answer.abstained:
        for n, hit in enumerate(answer.hits[:3], start=1):
            print_hit(n, hit)


def print_hit(n: int, hit: Hit) -> None:
    """Print one passage with its score and its places."""
    passage = hit.passage
    more = f" (+{len(passage.places) - 1} more)" if len(passage.places) > 1 else ""
    out.print(f"{n}. {hit.score:.4f} {_line(passage.source)}:{passage.start}-{passage.end}{more} {_line(passage.text)}")


def _line(text: str) -> str:
    return " ".join(text.split())


def print_json(value: object) -> None:
    """Print a value as JSON, without colour or wrapping; terminal control characters are escaped."""
    sys.stdout.write(escaped(json.dumps(value, ensure_ascii=False, indent=2, default=str)) + "\n")


@contextmanager
def bars(console: Console) -> Iterator[Progress]:
    """Show a bar for each stage reported within the block; show nothing if the console is not a terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    tasks: dict[str, TaskID] = {}
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as drawn:

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = drawn.add_task(stage, total=total or None)
            drawn.update(tasks[stage], completed=done, total=total or None)

        yield report
