"""The Dockerfile matches the project: copied files exist, versions are the project's, it does not run as root."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag import models
from tests.web_server import small_app, small_house

ROOT = Path(__file__).resolve().parent.parent
RECIPE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STEPS = [
    line.split(maxsplit=1) for line in re.sub(r"\\\n\s*", " ", RECIPE).splitlines() if line and not line.startswith("#")
]


def test_every_copied_file_exists() -> None:
    sources = [
        source for step, rest in STEPS if step == "COPY" for source in rest.split()[:-1] if not source.startswith("--")
    ]
    assert {"rag", "app.py", "seeds", "requirements.txt"} <= set(sources)
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_it_does_not_run_as_root() -> None:
    assert [rest for step, rest in STEPS if step == "USER"][-1] == "1000"  # a number, which every host can check


def test_hadolint_finds_nothing() -> None:
    linter = shutil.which("hadolint") or shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if linter is None:
        pytest.skip("no hadolint for this kind of machine")
    done = subprocess.run([linter, "--no-color", str(ROOT / "Dockerfile")], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_torch_is_the_projects_own_version() -> None:
    [version] = re.findall(r'"torch==([\d.]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert f"torch=={version}" in RECIPE


def test_the_default_models_are_included_in_the_image() -> None:
    assert set(re.findall(r"python -m rag fetch (\S+)", RECIPE)) == {models.DEFAULT_ENCODER, models.DEFAULT_GENERATOR}


def test_the_health_check_requests_a_served_address(tmp_path: Path) -> None:
    [address] = re.findall(r"http://127\.0\.0\.1:7860(/ui\S+?)'", RECIPE)
    app: FastAPI = small_app(small_house(tmp_path), tmp_path / "conversations")
    assert TestClient(app, base_url="http://127.0.0.1").get(address).status_code == 200


def test_every_folder_with_data_is_a_volume() -> None:
    [volumes] = [rest for step, rest in STEPS if step == "VOLUME"]
    assert re.findall(r"/app/(\w+)", volumes) == ["seeds", "index", "conversations"]
