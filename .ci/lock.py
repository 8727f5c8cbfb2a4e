"""Writes constraints.txt: the exact version of every package that the project, its tests and its benchmarks install.

`make lock` runs it. pip works the versions out of pyproject.toml's ranges and installs nothing. A build's own mark (`+cpu`) is left
out, so that every build of that version of torch fits; what torch itself brings for a GPU, it pins itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = "# The exact versions that were tested together. `make lock` makes this list anew, from the ranges in pyproject.toml.\n"


def resolved() -> dict[str, str]:
    """Return the version of every package that an install would bring now, by name."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--dry-run",
            "--ignore-installed",
            "--report",
            str(report),
        ]
        subprocess.run([*command, f"{ROOT}[test,bench,docs,mutants,ocr,mcp,postgres]"], check=True)
        installed = json.loads(report.read_text(encoding="utf-8"))["install"]
    found = {each["metadata"]["name"]: each["metadata"]["version"] for each in installed if not is_ours(each)}
    return {name: version.partition("+")[0] for name, version in found.items()}


def is_ours(each: dict[str, dict[str, object]]) -> bool:
    """Return True if what would be installed is this project itself, a folder."""
    return "dir_info" in each["download_info"]


if __name__ == "__main__":
    lines = [f"{name.lower()}=={version}\n" for name, version in resolved().items()]
    (ROOT / "constraints.txt").write_text(HEAD + "".join(sorted(lines)), encoding="utf-8")
