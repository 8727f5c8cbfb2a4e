"""The house keeps its shape: imports go down a floor, a room does one thing, nothing heavy is loaded at the door."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {
    "types": 0, "errors": 0, "lazy": 0, "remembered": 0, "bert_graph": 0,
    "bert": 1, "models": 1, "load": 1, "split": 1, "dedupe": 1, "words": 1, "clues": 1, "progress": 1, "show": 1, "mapped": 1,
    "embed": 2, "weigh": 2, "support": 2, "index": 2, "language_model": 2, "llama_graph": 2, "joint": 2,
    "retrieve": 3, "read": 3, "prompt": 3, "llama": 3,
    "compiled": 4, "followup": 4, "cite": 4, "disagree": 4, "overview": 4, "multihop": 4,
    "draft": 5, "generate": 5,
    "answer": 6,
    "pipeline": 7,
    "__init__": 8, "questions": 8, "web": 8,
    "evaluate": 9, "calibrate": 9,
    "cli": 10, "__main__": 11,
}  # fmt: skip
FILES = sorted((ROOT / "rag").rglob("*.py"))
LONGEST_ROOM = 250  # lines
LONGEST_FUNCTION = 50  # lines


def room(file: Path) -> str:
    return file.relative_to(ROOT / "rag").parts[0].removesuffix(".py")


def imported_rooms(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "rag":
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("rag.")}
    return found & set(FLOORS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_go_down_a_floor(file: Path) -> None:
    own = room(file)
    assert own in FLOORS, f"{own} has no floor; add it to the table and to the README's picture"
    upward = {other for other in imported_rooms(file) if other != own and FLOORS[other] >= FLOORS[own]}
    assert not upward


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_room_is_small_and_says_what_it_does(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= LONGEST_ROOM
    assert ast.get_docstring(tree)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, node.name


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_only_the_web_room_imports_gradio(file: Path) -> None:
    imports = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in (
            [a.name for a in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", "") or ""]
        )
        if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    assert "gradio" not in imports or room(file) == "web"


def test_import_loads_nothing_heavy() -> None:
    heavy = {
        "torch",
        "transformers",
        "sentence_transformers",
        "gradio",
        "docling",
        "faiss",
        "pandas",
        "sklearn",
        "scipy",
        "openvino",
        "tokenizers",
        "markdown_it",
        "rag.load",
    }
    code = f"import sys, rag; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_room_is_named_like_a_public_function() -> None:
    assert not {"build", "ask"} & {room(file) for file in FILES}
