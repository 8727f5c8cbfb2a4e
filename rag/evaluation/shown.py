"""Runs an evaluation or calibration, prints the result and saves it."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Sequence
from pathlib import Path

from rag.console import bars, note, out
from rag.evaluation.calibrate import calibrate, describe_calibration
from rag.evaluation.figures import evaluate, read_figures, regressions, table
from rag.evaluation.questions import Question
from rag.pipeline import Rag


def check_can_be_written(file: Path) -> None:
    """Raise ValueError if a file cannot be written, before the measurement, which takes minutes."""
    folder = file.absolute().parent
    if file.is_dir() or not folder.is_dir() or not os.access(file if file.exists() else folder, os.W_OK):
        raise ValueError(f"cannot write '{file}'; give a file in a folder that is there and may be written to")


def print_figures(rag: Rag, asked: Sequence[Question], save: Path | None, compare: Path | None) -> bool:
    """Measure, print and save; return True if no figure became worse."""
    earlier = read_figures(compare) if compare else {}
    with bars(note) as progress:
        figures = evaluate(rag, asked, progress=progress)
    out.print(table(figures))
    if save:
        save.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    count, before = figures["questions"], earlier.get("questions", figures["questions"])
    if count != before:
        note.print(f"the earlier figures are of {before:.0f} questions, these of {count:.0f}: compare with care")
    worse = regressions(figures, earlier)
    for line in worse:
        note.print(f"worse than before: {line}")
    return not worse


def print_calibration(rag: Rag, asked: Sequence[Question], save: Path | None) -> None:
    """Choose a threshold, print its error rates, and save them."""
    with bars(note) as progress:
        found = calibrate(rag, asked, progress=progress)
    out.print(describe_calibration(found))
    if save:
        save.write_text(json.dumps(dataclasses.asdict(found), indent=2) + "\n", encoding="utf-8")
