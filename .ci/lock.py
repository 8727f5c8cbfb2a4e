"""Writes constraints.txt: the exact version of every package that the project, its tests and its benchmarks install.

Run it with `make lock`. pip resolves the versions from the ranges in pyproject.toml and installs nothing. A local
version label (`+cpu`) is dropped, so that every build of that version of torch matches; torch pins its own GPU
packages.
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
    """Return the version of every package that an install would resolve to now, by name."""
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
        subprocess.run([*command, f"{ROOT}[test,bench,docs,mutants,ocr,mcp,postgres,ray]"], check=True)
        installed = json.loads(report.read_text(encoding="utf-8"))["install"]
    found = {each["metadata"]["name"]: each["metadata"]["version"] for each in installed if not is_ours(each)}
    return {name: version.partition("+")[0] for name, version in found.items()}


def is_ours(each: dict[str, dict[str, object]]) -> bool:
    """Return True if a resolved package is this project itself, a folder."""
    return "dir_info" in each["download_info"]


if __name__ == "__main__":
    lines = [f"{name.lower()}=={version}\n" for name, version in resolved().items()]
    (ROOT / "constraints.txt").write_text(HEAD + "".join(sorted(lines)), encoding="utf-8")
