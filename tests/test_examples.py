"""Every example runs unchanged, beside the seeds of this project."""

from __future__ import annotations

import ast
import json
import runpy
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.conftest import ROOT

SAID = {
    "ask.py": "10,000",
    "conversation.py": "→",
    "search.py": "Hit(",
    "own_generator.py": "About a million",
    "own_encoder.py": "Hit(",
    "own_reader.py": "(confidence ",
    "langchain_retriever.py": "LangChain: ",
    "llamaindex_retriever.py": "LlamaIndex: ",
    "bot.py": "#kitchen: ",
    "obsidian.py": "[[Pond#Depth]]\ngo on with: Fish",
}


class Kept:
    """A value with any fields, as those of LangChain and LlamaIndex."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def get_content(self) -> str:
        return str(self.__dict__["text"])


class Retriever(Kept):
    """Calls what a retriever implements, as the base classes of LangChain and LlamaIndex do."""

    def invoke(self, query: str) -> Any:
        return self._get_relevant_documents(query, run_manager=None)  # type: ignore[attr-defined]

    def retrieve(self, query: str) -> Any:
        return self._retrieve(Kept(query_str=query))  # type: ignore[attr-defined]


STAND_INS = {
    "langchain_core.callbacks": ("CallbackManagerForRetrieverRun",),
    "langchain_core.documents": ("Document",),
    "langchain_core.retrievers": ("BaseRetriever",),
    "llama_index.core.retrievers": ("BaseRetriever",),
    "llama_index.core.schema": ("NodeWithScore", "QueryBundle", "TextNode"),
}


@pytest.fixture(autouse=True)
def frameworks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install small stand-ins for LangChain and LlamaIndex, with the interface of the real ones (docs/INSIDE.md)."""
    for name, members in STAND_INS.items():
        module = ModuleType(name)
        module.__dict__.update({member: Retriever if member == "BaseRetriever" else Kept for member in members})
        monkeypatch.setitem(sys.modules, name, module)


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


def shown_by(cell: str, names: dict[str, Any]) -> Any:
    """Run a notebook cell as Jupyter does; return the value of its last line, None if that is not an expression."""
    body = ast.parse(cell).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if isinstance(last, ast.Expr) else None


@pytest.mark.model
def test_the_notebook_runs_from_its_first_cell_to_its_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = json.loads((ROOT / "examples" / "notebook.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert not any(cell.get("outputs") for cell in notebook["cells"])  # no paths or results of a user are saved in it
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    report, answer, followup, table, checked = [shown_by(cell, names) for cell in cells]
    assert report.read > 0
    assert "About 10,000 North Koreans" in answer._repr_markdown_()
    assert f"1. {answer.citations[0].place}" in answer._repr_markdown_()
    assert "<details><summary>[1]" in answer._repr_html_()
    assert followup.trace.question != "And what work do they do there?"
    assert list(table.columns) == ["score", "source", "text"]
    assert len(table) == 5
    assert checked
    assert all(checked)


def defined(module: str) -> set[str]:
    """Return the names at the top of a module, or of a package with those of its modules."""
    path = ROOT / Path(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    names = {one.stem for one in path.iterdir()} if path.is_dir() else set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            names |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return names


@pytest.mark.parametrize("folder", ["benchmarks", "training", "examples"])
def test_the_scripts_import_only_what_there_is(folder: str) -> None:
    missing = []
    for file in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "rag":
                lazy = node.module in ("rag", "rag.web")  # their names are imported when they are used
                names = set() if lazy else {alias.name for alias in node.names} - defined(str(node.module))
                missing += [f"{file.name}: {node.module}.{name}" for name in names]
    assert missing == []
