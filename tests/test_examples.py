"""Every example runs as it stands, beside the seeds of this project."""

from __future__ import annotations

import runpy
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT

SAID = {
    "ask.py": "10,000",
    "conversation.py": "→",
    "search.py": "Hit(",
    "own_generator.py": "About a million",
    "own_encoder.py": "Hit(",
    "own_reader.py": "(confidence ",
}


def test_every_example_is_run() -> None:
    assert {file.name for file in (ROOT / "examples").glob("*.py")} == set(SAID)


@pytest.mark.model
@pytest.mark.parametrize("name", sorted(SAID))
def test_an_example_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(ROOT / "examples" / name), run_name="__main__")
    assert SAID[name] in capsys.readouterr().out
