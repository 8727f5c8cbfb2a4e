"""The README is correct: its Python runs, its commands exist."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.main import get_command

from rag.cli import app
from rag.load import LOADERS
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_there_is_python_to_run() -> None:
    assert BLOCKS


@pytest.mark.model
@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_a_python_block_runs_unchanged(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "README.md", "exec"), {"__name__": "readme"})


def test_every_command_that_is_shown_exists() -> None:
    shown = set(re.findall(r"^rag (\w+)", README, re.MULTILINE))
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    assert shown
    assert shown <= known


def test_every_command_and_option_that_the_docs_show_exists() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]  # a group
    for page in sorted((ROOT / "docs").glob("*.md")):
        for name, more in re.findall(r"^rag (\w+)([^#\n]*)", page.read_text(encoding="utf-8"), re.MULTILINE):
            known = {option for parameter in commands[name].params for option in parameter.opts}
            assert set(re.findall(r"(?<!\S)--[\w-]+", more)) <= known, (page.name, name)


def test_every_supported_format_is_listed() -> None:
    formats = (ROOT / "docs" / "FORMATS.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\.\w+)`", README + formats))
    assert {suffix for suffix in LOADERS if suffix} - named == set()


def test_ci_runs_the_commands_of_the_readme_and_never_retries() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test" in script
    assert "-m pytest" in makefile
    assert "make test" in README
    assert not re.search(r"--last-failed|--lf|\|\| make|pytest[^\n]*\|\| true", script)


def test_the_tree_equals_the_tree_on_disk() -> None:
    block = README[README.index("\nrag/\n") + len("\nrag/\n") : README.index("\ntests/ ")]
    shown: set[str] = set()
    room = part = ""
    for line in block.splitlines():
        if not line.startswith("    "):  # a package, or a module beside the packages
            room, part = line.split()[0], ""
            shown |= {room} if not room.endswith("/") else set()
            continue
        names = line.split()
        if names[0].endswith("/"):
            part, *names = names
        shown |= {room + part + (name if "." in name else f"{name}.py") for name in names}
    on_disk = {
        file.relative_to(ROOT / "rag").as_posix()
        for file in (ROOT / "rag").rglob("*.*")
        if file.suffix not in (".pyc", ".typed") and file.name not in ("__init__.py", "__main__.py")
        if "weights" not in file.parts
    }
    assert shown == on_disk


def test_the_sizes_of_the_weights_are_those_on_disk() -> None:
    folder = ROOT / "rag" / "weights"
    sizes = re.findall(
        r"^\| `([\w.-]+\.safetensors)` \|.*\| ([\d.]+) MB \|$", (folder / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert len(sizes) >= 4
    assert {name: f"{(folder / name).stat().st_size / 1e6:.1f}" for name, _ in sizes} == dict(sizes)
