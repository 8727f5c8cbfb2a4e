"""SECURITY.md names existing tests and commands."""

from __future__ import annotations

import re

from tests.conftest import ROOT

PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_every_promise_names_an_existing_test_file() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("|") and "`tests/" in line]
    assert len(rows) > 15
    named = {name for row in rows for name in re.findall(r"`(tests/\w+\.py)`", row)}
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_every_command_names_an_existing_module() -> None:
    named = re.findall(r"`python -m benchmarks\.(\w+)`", PAGE)
    assert named
    assert [name for name in named if not (ROOT / "benchmarks" / f"{name}.py").is_file()] == []
