"""Makes folder entries that are not readable documents."""

from __future__ import annotations

import os
from pathlib import Path

from tests.bombs.made import Bomb, file

SPARSE = 2 << 30  # bytes


def _fifo(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")


def _device(folder: Path) -> None:
    (folder / "zero.txt").symlink_to("/dev/zero")


def _loop(folder: Path) -> None:
    (folder / "loop").symlink_to(folder)


def _outward(folder: Path) -> None:
    (folder / "passwords.txt").symlink_to("/etc/passwd")


def _sparse(folder: Path) -> None:
    with (folder / "sparse.txt").open("wb") as stream:
        stream.truncate(SPARSE)


def _deep(folder: Path) -> None:
    place = folder
    for _ in range(80):
        place /= "d"
    place.mkdir(parents=True)
    (place / "deep.txt").write_text("Deep down.")


def _name(folder: Path) -> None:
    (folder / "a\n..%2F..\u202etxt.txt").write_text("The name has a line break and a turn of direction.")


PLACES = (
    Bomb("pipe.txt", _fifo, "not a regular file"),
    Bomb("zero.txt", _device, "it is a link"),
    Bomb("loop", _loop, "it is a link"),
    Bomb("passwords.txt", _outward, "it is a link"),
    Bomb("sparse.txt", _sparse, "it has 2,147 MB, more than the 50 MB"),
    Bomb("d/" * 64 + "d", _deep, "folders nest deeper than 64"),
    Bomb("a\\n..%2F..\\u202etxt.txt", _name, "control or invisible characters"),
    file("picture.docx", lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "not what its suffix .docx says but a picture"),
)
