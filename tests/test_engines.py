"""Every engine that parses and embeds makes the same index; a dead worker or a stopped build loses nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from rag import build
from rag.engines import engine_of
from rag.engines.worker import Order, Worker
from rag.errors import RagError
from rag.index import Index, open_index
from rag.load import PARSER_VERSION, read_files
from rag.types import Skipped, Vectors
from tests.conftest import ROOT, WordEncoder
from tests.disk import Killed

FILES = 40
LETTERS = ("one", "two", "three")


class Noted(WordEncoder):
    """Records its texts in a file, in any process, and kills that process once if a file requests it."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def measure(self, text: str) -> int:
        self._die("measure")
        return super().measure(text)

    def encode(self, texts: Sequence[str]) -> Vectors:
        self._die("encode")
        with (self.folder / f"{os.getpid()}.texts").open("a", encoding="utf-8") as notes:
            notes.writelines(f"{text!r}\n" for text in texts)
        return super().encode(texts)

    def _die(self, moment: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            (self.folder / moment).unlink()  # only one process can remove it
            os.kill(os.getpid(), signal.SIGKILL)

    def noted(self) -> list[str]:
        return sorted(line for file in self.folder.glob("*.texts") for line in file.read_text("utf-8").splitlines())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with several formats, some equal files, and some that cannot be read."""
    seeds = tmp_path / "many"
    for number in range(FILES):
        file = seeds / LETTERS[number % 3] / f"{number:03}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        words = [f"Paragraph {part} of file {number} says {number * part}." for part in range(1 + number % 5)]
        file.write_text(f"# File {number // 2}\n\n" + "\n\n".join(words), encoding="utf-8")
    (seeds / "copy.md").write_bytes((seeds / "one" / "000.md").read_bytes())
    (seeds / "rows.csv").write_text("name,weight\n" + "".join(f"part {n},{n}\n" for n in range(9)), encoding="utf-8")
    (seeds / "empty.txt").write_bytes(b"")
    (seeds / "bad.pdf").write_bytes(b"%PDF-1.4 and no more")
    return seeds


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A local Ray instance, started once for the tests of this file; its tasks are small."""
    ray = pytest.importorskip("ray", reason="the extra [ray] is not installed")
    from rag.engines import on_ray

    on_ray.start()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(on_ray, "FILES", 6)
        patched.setattr(on_ray, "BYTES", 900)
        yield ray
    ray.shutdown()


def content(index: Index) -> tuple[object, ...]:
    """Return everything that a build makes."""
    manifest = index.manifest
    return manifest.content, manifest.passages, manifest.skipped, manifest.files


def test_ray_makes_the_same_index_as_a_local_build(cluster: Any, folder: Path, tmp_path: Path) -> None:
    here, there = WordEncoder(), WordEncoder()
    local = build(folder, tmp_path / "local", encoder=here)
    built = build(folder, tmp_path / "ray", encoder=there, engine="ray")
    one, other = open_index(tmp_path / "local"), open_index(tmp_path / "ray")
    assert list(other.passages) == list(one.passages)
    assert dict(other.documents) == dict(one.documents)
    assert content(other) == content(one)  # includes the digest of every file, and of the vectors
    assert (built.read, built.passages, built.skipped) == (local.read, local.passages, local.skipped)
    assert there.encoded == []  # not in this process


@pytest.mark.parametrize("moment", ["measure", "encode"])
def test_the_work_of_a_killed_worker_is_done_by_another(
    moment: str, cluster: Any, folder: Path, tmp_path: Path
) -> None:
    encoder = Noted(tmp_path / "notes")
    build(folder, tmp_path / "whole", encoder=WordEncoder())
    (encoder.folder / moment).touch()
    build(folder, tmp_path / "index", encoder=encoder, engine="ray")
    assert not (encoder.folder / moment).exists()  # a worker died
    assert content(open_index(tmp_path / "index")) == content(open_index(tmp_path / "whole"))


def test_a_stopped_build_continues_where_it_stopped(
    cluster: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.writing.embed.BATCH", 8)
    build(folder, tmp_path / "whole", encoder=WordEncoder())
    encoder = Noted(tmp_path / "notes")

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "embedding" and done == 32:
            raise Killed

    with pytest.raises(Killed):
        build(folder, tmp_path / "index", encoder=encoder, engine="ray", progress=stop)
    report = build(folder, tmp_path / "index", encoder=encoder, engine="ray")
    assert report.embedded == report.passages - 32
    assert content(open_index(tmp_path / "index")) == content(open_index(tmp_path / "whole"))
    assert build(folder, tmp_path / "index", encoder=encoder, engine="ray").embedded == 0


def test_a_file_that_was_thought_to_be_known_is_parsed(cluster: Any, folder: Path) -> None:
    encoder = WordEncoder()
    with engine_of("local", encoder, "") as local, engine_of("ray", encoder, "") as there:
        mine = [_made(file, made) for file, made in local.read(read_files(folder), lambda file: True)]
        theirs = [_made(file, made) for file, made in there.read(read_files(folder), lambda file: True)]
    assert theirs == mine


def _made(file: object, made: Any) -> object:
    return file if isinstance(file, Skipped) else made()


def test_a_failure_in_a_worker_is_a_one_line_error(cluster: Any, folder: Path, tmp_path: Path) -> None:
    class Broken(WordEncoder):
        def encode(self, texts: Sequence[str]) -> Vectors:
            raise RuntimeError("the model fell over\nin two lines")

    with pytest.raises(RagError, match=r"^Ray: the model fell over; what was done is kept: mend that and build again$"):
        build(folder, tmp_path / "index", encoder=Broken(), engine="ray")


def test_a_ray_that_refuses_this_process_is_a_one_line_error(monkeypatch: pytest.MonkeyPatch) -> None:
    ray = pytest.importorskip("ray", reason="the extra [ray] is not installed")
    from rag.engines import on_ray

    def refused(**settings: object) -> None:
        raise ray.exceptions.RayError("a token is required\nin two lines")

    monkeypatch.setattr(ray, "init", refused)
    with pytest.raises(RagError, match=r"^no Ray at 'head:6379': a token is required; start one with: ray start"):
        on_ray.start("head:6379")


@pytest.mark.parametrize("order", [Order(WordEncoder(), "another@2"), Order(WordEncoder(), "word-encoder@1", "0.0")])
def test_a_worker_that_would_make_other_passages_or_vectors_refuses(order: Order) -> None:
    with pytest.raises(RuntimeError, match=r"^the worker on .* failed: it(s encoder is| has another version)"):
        Worker(order)
    assert Worker(Order(WordEncoder(), "word-encoder@1")).parse([]) == []
    assert PARSER_VERSION in Order(WordEncoder(), "").versions


def test_a_build_without_the_package_ray_says_how_to_install_it(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "rag.engines.on_ray", raising=False)
    with pytest.raises(RagError, match=r"needs the package ray.* run: pip install 'cited-rag\[ray\]'$"):
        build(seeds, tmp_path / "index", encoder=WordEncoder(), engine="ray")


def test_an_unknown_engine_is_a_value_error(seeds: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="engine is 'spark'; give local, ray or ray:ADDRESS"):
        build(seeds, tmp_path / "index", encoder=WordEncoder(), engine="spark")


def test_a_local_build_imports_no_ray(seeds: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from rag import build; from tests.conftest import WordEncoder\n"
        f"build({str(seeds)!r}, {str(tmp_path / 'index')!r}, encoder=WordEncoder())\n"
        "print('ray' in sys.modules, 'rag.engines.on_ray' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"
