"""The architecture holds: imports go down a floor, a module does one thing, `import rag` loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {
    "display": 0, "errors": 0,
    "types": 1,
    "evidence": 2,
    "protocols": 3,
    "language": 4,
    "load": 5, "split": 5, "models": 5, "console": 5,
    "index": 6, "answer": 6, "site": 6, "engines": 6,
    "building": 7, "pipeline": 7,
    "__init__": 8, "api": 8, "evaluation": 8, "talk": 8, "options": 8,
    "web": 9, "serving": 10, "cli": 11, "__main__": 12,
}  # fmt: skip
FILES = sorted((ROOT / "rag").rglob("*.py"))
FOLDERS = sorted({file.parent for file in FILES} - {ROOT / "rag"})
LONGEST_MODULE = 250  # lines
LONGEST_FUNCTION = 50  # lines


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def room(file: Path) -> str:
    return file.relative_to(ROOT / "rag").parts[0].removesuffix(".py")


def imported_rooms(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree_of(file)):
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


def imported_modules(file: Path) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "rag":
            parts = tuple(node.module.split("."))
            is_room = (ROOT / Path(*parts)).is_dir()
            found |= {(*parts, alias.name) for alias in node.names} if is_room else {parts}
    return found


def circle(arrows: Mapping[str, set[str]]) -> list[str]:
    """Return the nodes that remain after repeatedly removing those without an edge to another: the cycles."""
    left = dict(arrows)
    while lowest := [node for node, below in left.items() if not below & set(left)]:
        for node in lowest:
            del left[node]
    return sorted(left)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_no_imports_are_circular_inside_a_room(folder: Path) -> None:
    prefix = folder.relative_to(ROOT).parts
    arrows: dict[str, set[str]] = defaultdict(set)
    for file in folder.rglob("*.py"):
        own = file.relative_to(folder).parts[0].removesuffix(".py")
        inside = {module[len(prefix)] for module in imported_modules(file) if module[: len(prefix)] == prefix}
        parts = {part for part in inside if (folder / part).is_dir() or (folder / f"{part}.py").is_file()}
        arrows[own] |= parts - {own}
    assert circle(arrows) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_is_small_and_has_a_docstring(file: Path) -> None:
    tree = tree_of(file)
    assert len(file.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE
    assert ast.get_docstring(tree)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, node.name


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_only_the_web_room_imports_gradio(file: Path) -> None:
    imports = {
        name.split(".")[0]
        for node in ast.walk(tree_of(file))
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
        "fastapi",
        "mcp",
        "openai",
        "psycopg",
        "ray",
        "rag.api",
        "rag.web",
        "rag.load",
    }
    code = f"import sys, rag; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_process_that_parses_documents_loads_only_what_it_needs() -> None:
    code = "import sys, rag.load.sandbox.child; print(*{name.split('.')[1] for name in sys.modules if name.startswith('rag.')})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"answer", "index", "split", "models", "pipeline", "building"} & set(done.stdout.split())


def test_no_room_has_the_name_of_a_public_function() -> None:
    assert not {"build", "ask"} & {room(file) for file in FILES}
