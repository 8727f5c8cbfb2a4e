"""Whatever interrupts a build, the index answers from the old generation or the new one, and can be built again."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from rag.errors import IndexCorrupt, IndexMissing, RagError
from rag.index import Location, open_index, verify
from tests.disk import Crashed, Killed, failing
from tests.small_index import FILES, Letters, build

EVERY = 5  # one in this many changes is tried here; benchmarks/crash.py tries them all
NEW = {
    **FILES,
    "fish.md": "Salmon swim up the river to spawn.\n\nCarp live in warm ponds.",
    "new.txt": "Foxes dig dens.",
}
NEXT = {**NEW, "new.txt": "Badgers dig setts."}


def answers(place: Location) -> list[str]:
    """Return everything an index answers, in order: each passage, and the results of lexical and dense search."""
    index = open_index(place)
    said = [repr(passage) for passage in index.passages]
    for question in ("Trout live", "Carp live", "Foxes dig", "Owls hunt"):
        said += [f"{hit.score:.5f} {hit.passage.id}" for hit in index.search(Letters().encode([question])[0], 9)]
        said += [f"{hit.score:.5f} {hit.passage.id}" for hit in index.search_text(question, 9)]
    for where in ({"sources": ["birds", "fish.md"]}, {"since": date(2020, 1, 15)}):
        said += [hit.passage.id for hit in index.search_text("Owls Trout Salmon Tits Foxes Birnen", 9, **where)]
    return said + [document.text for document in index.documents.values()]


def answers_or_none(path: Path) -> list[str] | None:
    """Return everything an index answers, or None if nothing was published."""
    try:
        return answers(path)
    except IndexMissing:
        return None


def refusal(path: Path, files: dict[str, str]) -> str:
    """Build, and return the error; "" if there is none."""
    try:
        build(path, files)
    except RagError as error:
        return str(error)
    return ""


def prepared(path: Path, *builds: dict[str, str]) -> Path:
    for files in builds:
        build(path, files)
    return path


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    folder = tmp_path_factory.mktemp("expected")
    named = {"old": FILES, "new": NEW, "next": NEXT}
    return {name: answers(prepared(folder / name, files)) for name, files in named.items()}


SITUATIONS: dict[str, tuple[tuple[dict[str, str], ...], dict[str, str], str | None, str]] = {
    "first build": ((), NEW, None, "new"),
    "changed files": ((FILES,), NEW, "old", "new"),
    "collection": ((FILES, NEW), NEXT, "new", "next"),
}


def changes_of(situation: str, folder: Path) -> int:
    before, files, _, _ = SITUATIONS[situation]
    path = prepared(folder / "count", *before)
    with failing(path) as disk:
        build(path, files)
    return disk.changes


@pytest.mark.parametrize("torn", [False, True], ids=["whole writes", "half writes"])
@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_kill_at_any_change_leaves_the_old_or_the_new(
    situation: str, torn: bool, tmp_path: Path, expected: dict[str, list[str]]
) -> None:
    before, files, old, new = SITUATIONS[situation]
    start = prepared(tmp_path / "start", *before)
    for at in range(1 + torn, changes_of(situation, tmp_path) + 1, EVERY):
        path = tmp_path / "index"
        if start.exists():
            shutil.copytree(start, path)
        with failing(path, at, lambda path: Killed(path), torn=torn) as disk, pytest.raises(Killed):
            build(path, files)
        assert disk.fired
        assert answers_or_none(path) in (expected[old] if old else None, expected[new]), at
        build(path, files)
        assert answers(path) == expected[new]
        assert verify(path) == []
        assert not list(path.rglob("*.tmp"))
        shutil.rmtree(path)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES], ids=errno.errorcode.get)
@pytest.mark.parametrize("forever", [False, True], ids=["once", "from then on"])
def test_a_disk_that_refuses_gives_a_one_line_error_and_the_old_answers(
    code: int, forever: bool, tmp_path: Path, expected: dict[str, list[str]]
) -> None:
    path = prepared(tmp_path / "index", FILES)
    start = tmp_path / "start"
    shutil.copytree(path, start)
    refused = 0
    for at in range(1 + forever, changes_of("changed files", tmp_path) + 1, EVERY):
        with failing(path, at, lambda path: OSError(code, "no", path), forever=forever) as disk:
            said = refusal(path, NEW)
        assert disk.fired
        assert not said or (str(path) in said and "\n" not in said and "rag build" in said)
        refused += bool(said)
        assert answers(path) in (expected["old"], expected["new"]), at
        build(path, NEW)
        assert answers(path) == expected["new"]
        shutil.rmtree(path)
        shutil.copytree(start, path)
    assert refused > 20 / EVERY


def recorded(situation: str, folder: Path) -> tuple[Crashed, int]:
    """Return the recorded changes of a build, and their number when it reported success."""
    before, files, _, _ = SITUATIONS[situation]
    path = folder / "recorded"
    with failing(path) as disk:
        for earlier in before:
            build(path, earlier)
        first = len(disk.log)
        build(path, files)
    return Crashed(disk.log, path), first


def bad_states(
    crashed: Crashed, points: range, variants: int, seed: int, whole: Callable[[Path, int], bool], enough: int = 10**9
) -> int:
    """Count the states after a loss of power that answer wrongly, up to `enough`."""
    bad = 0
    target = Path(crashed.root).parent / "crashed"
    for point, _, files, folders in crashed.states(points, variants, seed):
        crashed.write_to(target, files, folders)
        bad += not whole(target, point)
        shutil.rmtree(target)
        if bad >= enough:
            break
    return bad


@pytest.mark.parametrize("situation", ["first build", "changed files"])
def test_a_loss_of_power_leaves_the_old_or_the_new(
    situation: str, tmp_path: Path, expected: dict[str, list[str]]
) -> None:
    _, files, old, new = SITUATIONS[situation]
    crashed, first = recorded(situation, tmp_path)
    last = len(crashed.log)

    def whole(path: Path, point: int) -> bool:
        try:
            said = answers(path)
        except IndexMissing:
            return old is None and point < last
        if point == last:
            return said == expected[new]
        return said == expected[new] or (old is not None and said == expected[old])

    points = range(last, first - 1, -EVERY)
    assert bad_states(crashed, points, 6, 1, whole) == 0
    for _, _, kept, folders in crashed.states(range(first, last, 9 * EVERY), 6, 2):
        crashed.write_to(tmp_path / "again", kept, folders)
        build(tmp_path / "again", files)
        assert answers(tmp_path / "again") == expected[new]
        shutil.rmtree(tmp_path / "again")


@pytest.mark.parametrize("folder", ["objects", "manifests", "objects/", "manifests/"])
def test_the_test_detects_any_missing_sync(folder: str, tmp_path: Path, expected: dict[str, list[str]]) -> None:
    """`objects/` means the files in the folder, `objects` the folder itself."""
    crashed, first = recorded("changed files", tmp_path)
    where = f"{crashed.root}/{folder}"

    def dropped(change: tuple[object, ...]) -> bool:
        if change[0] != "sync":
            return False
        return str(change[1]).startswith(where) if folder.endswith("/") else change[1] == where

    mutant = [change for change in crashed.log if not dropped(change)]
    assert len(mutant) < len(crashed.log)
    crashed.log, last = mutant, len(mutant)

    def whole(path: Path, point: int) -> bool:
        try:
            return answers(path) in ([expected["new"]] if point == last else [expected["old"], expected["new"]])
        except (IndexCorrupt, IndexMissing):
            return False

    assert bad_states(crashed, range(last, first // 2, -1), 6, 1, whole, enough=1) > 0
