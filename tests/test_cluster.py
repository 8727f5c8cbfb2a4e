"""Every command of docs/CLUSTER.md works as documented, with a real database and a small model server."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

import pytest

from rag.cli import main
from rag.index import location_of, open_index
from rag.pipeline import Rag
from tests.conftest import ROOT
from tests.model_server import ModelServer, model_server
from tests.places import database

__all__ = ["database"]  # a fixture

pytestmark = pytest.mark.model
PAGE = (ROOT / "docs" / "CLUSTER.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("  #")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]
ROLES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)[0]
TEXT = "Harbour news\n\nThe harbour master opened the new lighthouse in May 2019.\n"
SAID = "The harbour master opened the new lighthouse in May 2019."


class Shell:
    """Runs the page's lines in this process; servers are set up and not started."""

    def __init__(self, database: str, models: ModelServer, served: list[Rag]) -> None:
        self.base, _, self.query = database.partition("?")
        self.models, self.served = models, served
        self.known: dict[str, str] = {}

    def meant(self, text: str) -> str:
        """Replace the page's database and server by those of this test."""
        text = re.sub(r"postgresql://db\.example/team/([\w-]+)", rf"{self.base}/\1?{self.query}", text)
        text = text.replace("http://models.example:8000/v1", self.models.url)
        text = text.replace("ray:head.example:6379", "ray")  # a Ray of this machine
        return re.sub(r"\$(\w+)", lambda found: self.known[found[1]], text)

    def line(self, line: str, monkeypatch: pytest.MonkeyPatch) -> str:
        """Run one line, and return what it prints."""
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            monkeypatch.setenv(name, value)
            return ""
        if assigned := re.fullmatch(r"(\w+)=\$\((.*)\)", line):
            self.known[assigned[1]] = self.line(assigned[2], monkeypatch).strip()
            return ""
        words = [self.meant(word) for word in shlex.split(line)]
        assert words[0] == "rag", line
        in_quotes = words[1] in ("ask", "chat", "serve") and "--generator" not in words
        return called(words[1:] + ["--generator", "none"] * in_quotes)


def called(words: list[str]) -> str:
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.object(sys, "argv", ["rag", *words]),
    ):
        try:
            main()
            code: object = 0
        except SystemExit as end:
            code = end.code or 0
    assert code == 0, f"rag {shlex.join(words)}: {err.getvalue()}"
    return out.getvalue()


@pytest.fixture
def shell(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    from rag.index.postgres import publishing

    (tmp_path / "handbook" / "harbour").mkdir(parents=True)
    (tmp_path / "handbook" / "harbour" / "news.txt").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(publishing, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr("rag.web.start.run", lambda app, **more: served.append(app))
    monkeypatch.setattr("rag.api.mcp.serve_http", lambda rag, **more: served.append(rag))
    monkeypatch.setattr("typer.prompt", lambda *words, **more: "a password")
    served: list[Rag] = []
    with model_server() as models, roles(database):
        yield Shell(database, models, served)


@contextlib.contextmanager
def roles(database: str) -> Iterator[None]:
    """Create the page's roles while the context is open."""
    import psycopg

    with psycopg.connect(database, autocommit=True) as session:
        session.execute(ROLES)
        try:
            yield
        finally:
            session.execute("DROP OWNED BY readers, ana; DROP ROLE readers, ana")


def test_every_command_of_the_page_works_as_documented(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for line in COMMANDS:
        if line.startswith(("pip ", "ray ")) or ("handbook-ray" in line and not find_spec("ray")):
            continue
        said = shell.line(line, monkeypatch)
        if line.startswith("rag ask"):
            assert SAID in " ".join(said.split()), line
        if line == "rag share --index postgresql://db.example/team/handbook":
            assert said == "ana: harbour\nreaders: everything\n"
        if line.startswith("rag build"):
            assert "read 1 files: 1 passages" in said, line
    assert len(shell.served) == sum(line.startswith(("rag chat", "rag serve", "rag mcp")) for line in COMMANDS)
    paths = {asked["path"] for asked in shell.models.asked}
    assert paths == {"/v1/chat/completions", "/v1/embeddings"}
    assert {asked["key"] for asked in shell.models.asked} == {"Bearer secret"}
    who_may_read(shell)


def who_may_read(shell: Shell) -> None:
    """Check that the page's roles can read and cannot write."""
    from psycopg.errors import InsufficientPrivilege

    from rag.index.postgres.connections import opened

    for role in ("readers", "ana"):
        reading = location_of(f"{shell.meant('postgresql://db.example/team/handbook')}&options=-crole%3D{role}")
        assert not isinstance(reading, Path)
        assert [document.text for document in open_index(reading).documents.values()] == [TEXT]
        with opened(reading) as reader, pytest.raises(InsufficientPrivilege):
            reader.execute("DELETE FROM rag.passages")
