"""A Hugging Face Space installs what the project needs: its front matter and requirements match pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FRONT = dict(re.findall(r"(?m)^(\w+): *(.+)$", (ROOT / "README.md").read_text(encoding="utf-8").split("---")[1]))
SHORT = 60  # characters of the description that a Space shows
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}  # colours allowed for a Space's card


def requirement(name: str) -> Requirement:
    [found] = [r for r in map(Requirement, PROJECT["dependencies"]) if r.name == name]
    return found


def test_a_space_installs_what_the_project_depends_on() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == PROJECT["dependencies"]


def test_the_gradio_and_python_versions_of_the_space_are_supported_by_the_project() -> None:
    assert FRONT["sdk"] == "gradio"
    assert FRONT["sdk_version"] in requirement("gradio").specifier
    assert FRONT["python_version"].strip('"') in Requirement(f"python{PROJECT['requires-python']}").specifier


def test_the_space_starts_the_same_app_as_everybody() -> None:
    assert FRONT["app_file"] == "app.py"
    assert (ROOT / FRONT["app_file"]).is_file()
    assert FRONT["license"] == PROJECT["license"].lower()


def test_the_card_is_valid_for_a_space() -> None:
    assert len(FRONT["short_description"]) <= SHORT
    assert {FRONT["colorFrom"], FRONT["colorTo"]} <= COLOURS
    assert [FRONT["title"]] == list(PROJECT["scripts"])


def test_the_space_accepts_requests_only_for_its_own_host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import rag.web.start as start

    served: dict[str, object] = {}
    monkeypatch.setenv("SPACE_ID", "owner/rag")
    monkeypatch.setenv("SPACE_HOST", "owner-rag.hf.space")
    monkeypatch.setattr(start, "fetched", lambda generator, say: start.NO_GENERATOR)
    monkeypatch.setattr(start, "build_app", lambda *a, **k: served.update(k))
    monkeypatch.setattr(start, "run", lambda app, **k: served.update(k))
    start.serve(tmp_path / "seeds", tmp_path / "index", say=lambda line: None)
    assert served["space_host"] == "owner-rag.hf.space"
    assert served["address"] == start.EVERYWHERE
    assert served["browser"] is False
    assert served["keeper"] is None  # everybody has access
    assert served["shared"] is True  # each visitor has separate conversations
    assert served["models"].fixed  # visitors cannot load files or call servers from that machine
