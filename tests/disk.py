"""Simulates a failing disk: it stops, raises errors or loses data at the n-th change made below a folder.

`failing` makes the n-th change raise. `recorded` records every change, and `Crashed` produces the folders that a loss
of power may leave: what was not synced is lost, cut, zeroed or kept, and so is every name whose folder was not synced.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHANGES = ("open", "write", "fsync", "replace", "unlink", "mkdir", "ftruncate")


class Killed(BaseException):
    """The process was killed; nothing that it would still do happens."""


@dataclass
class Disk:
    """Counts the changes below a folder, and fails at one of them."""

    root: Path
    fail_at: int = 0  # number of the change that fails, from 1; 0 for none
    error: Callable[[str], BaseException] | None = None
    forever: bool = True  # every later change also fails
    torn: bool = False  # a failing write first writes half of its data
    changes: int = 0
    fired: bool = False
    log: list[tuple[Any, ...]] = field(default_factory=list)
    _paths: dict[int, str] = field(default_factory=dict)

    def install(self) -> dict[str, Any]:
        """Wrap the functions of os, and return the original ones."""
        real = {name: getattr(os, name) for name in (*CHANGES, "close")}
        for name in CHANGES:
            setattr(os, name, self._watched(name, real[name]))
        os.close = lambda fd: (self._paths.pop(fd, None), real["close"](fd))[1]
        self._real = real
        return real

    def _watched(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            path = self._path(name, arguments)
            changes = path is not None and not (name == "open" and not arguments[1] & (os.O_CREAT | os.O_TRUNC))
            if changes:
                self._perhaps_fail(name, arguments, path)
            before = os.path.exists(path) if name == "open" and path else True
            position = os.lseek(arguments[0], 0, os.SEEK_CUR) if name == "write" and path else 0
            result = function(*arguments, **options)
            if name == "open" and path:
                self._paths[result] = path
            if changes:
                self._record(name, path, arguments, result, before, position)
            return result

        return call

    def _path(self, name: str, arguments: tuple[Any, ...]) -> str | None:
        first = arguments[0]
        path = self._paths.get(first) if isinstance(first, int) else os.path.abspath(os.fspath(first))
        return path if path and (path + "/").startswith(str(self.root) + "/") else None

    def _perhaps_fail(self, name: str, arguments: tuple[Any, ...], path: str) -> None:
        self.changes += 1
        now = self.changes == self.fail_at or (self.forever and self.fail_at and self.changes > self.fail_at)
        if now and self.error is not None:
            if self.torn and name == "write" and not self.fired:
                self._real["write"](arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            self.fired = True
            raise self.error(path)

    def _record(self, name: str, path: str, arguments: tuple[Any, ...], result: Any, before: bool, at: int) -> None:
        if name == "open":
            if not before:
                self.log.append(("create", path))
            elif arguments[1] & os.O_TRUNC:
                self.log.append(("truncate", path, 0))
        elif name == "write":
            self.log.append(("write", path, at, bytes(arguments[1])[:result]))
        elif name == "fsync":
            self.log.append(("sync", path))
        elif name == "replace":
            self.log.append(("rename", path, os.path.abspath(os.fspath(arguments[1]))))
        elif name == "ftruncate":
            self.log.append(("truncate", path, arguments[1]))
        else:
            self.log.append((name, path))


@contextmanager
def failing(
    root: Path, at: int = 0, error: Callable[[str], BaseException] | None = None, **how: bool
) -> Iterator[Disk]:
    """Let the change number `at` below root fail while the context is open."""
    disk = Disk(root.absolute(), at, error, **how)
    real = disk.install()
    try:
        yield disk
    finally:
        for name, function in real.items():
            setattr(os, name, function)


class Crashed:
    """The states that a recorded run may leave on the disk after a loss of power."""

    def __init__(self, log: list[tuple[Any, ...]], root: Path) -> None:
        self.log, self.root = log, str(root.absolute())

    def states(self, points: range, variants: int, seed: int) -> Iterator[tuple[int, str, dict[str, bytes], set[str]]]:
        """Yield (changes before the crash, treatment of unsynced data, files, folders) for every point and variant."""
        for point in points:
            for variant in range(variants):
                how = ("lost", "kept", "cut", "zeroed", "names only", "mixed")[min(variant, 5)]
                yield (point, how, *self._state(point, how, random.Random(f"{seed} {point} {variant}")))

    def _state(self, point: int, how: str, dice: random.Random) -> tuple[dict[str, bytes], set[str]]:
        entries: dict[str, int] = {}  # name → inode, durable
        live: dict[str, int] = {}  # name → inode, as seen by the program
        data: dict[int, bytearray] = {}  # inode → durable content
        waiting: dict[int, list[tuple[int, bytes | None]]] = {}  # inode → writes (position, bytes) not synced
        names: list[tuple[str, str, str, int]] = []  # changes of names that are not synced
        folders: set[str] = {self.root}
        for number, (kind, path, *rest) in enumerate(self.log[:point]):
            if kind == "create":
                live[path], data[number], waiting[number] = number, bytearray(), []
                names.append(("link", path, "", number))
            elif kind == "write":
                waiting[live[path]].append((rest[0], rest[1]))
            elif kind == "truncate":
                waiting[live[path]].append((rest[0], None))
            elif kind == "mkdir":
                names.append(("mkdir", path, "", 0))
            elif kind == "rename":
                live[rest[0]] = live.pop(path)
                names.append(("rename", path, rest[0], live[rest[0]]))
            elif kind == "unlink":
                names.append(("unlink", path, "", live.pop(path)))
            elif kind == "sync" and path in live:
                _apply(data[live[path]], waiting[live[path]])
                waiting[live[path]] = []
            elif kind == "sync":
                names = [change for change in names if not _name(entries, folders, change, path)]
        for change in names:
            keep = {"lost": False, "mixed": dice.random() < 0.5}.get(how, True)
            if keep:
                _name(entries, folders, change, None)
        for inode, writes in waiting.items():
            _lose(data[inode], writes, how, dice)
        standing = {path for path in folders if all(parent in folders for parent in _parents(path, self.root))}
        return (
            {path: bytes(data[inode]) for path, inode in entries.items() if os.path.dirname(path) in standing},
            standing,
        )

    def write_to(self, target: Path, files: dict[str, bytes], folders: set[str]) -> None:
        """Write a folder in the state that the crash left."""
        for folder in sorted(folders):
            (target / os.path.relpath(folder, self.root)).mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            (target / os.path.relpath(path, self.root)).write_bytes(content)


def _apply(data: bytearray, writes: list[tuple[int, bytes | None]]) -> None:
    for position, content in writes:
        if content is None:
            del data[position:]
        else:
            data.extend(bytes(max(0, position - len(data))))
            data[position : position + len(content)] = content


def _lose(data: bytearray, writes: list[tuple[int, bytes | None]], how: str, dice: random.Random) -> None:
    if how in ("lost", "names only") or not writes:
        return
    if how == "mixed":
        how = dice.choice(["lost", "kept", "cut", "zeroed", "some"])
        if how == "lost":
            return
    if how == "some":
        writes = [write for write in writes if dice.random() < 0.5]
    before = len(data)
    _apply(data, writes)
    if how == "cut":
        del data[dice.randint(min(before, len(data)), len(data)) :]
    elif how == "zeroed" and len(data) > before:
        start = dice.randint(before, len(data) - 1)
        data[start:] = bytes(len(data) - start)


def _name(entries: dict[str, int], folders: set[str], change: tuple[str, str, str, int], synced: str | None) -> bool:
    """Make a change of names durable if it is in the synced folder (any folder for None); return True if it is."""
    kind, path, target, inode = change
    if synced is not None and os.path.dirname(path) != synced:
        return False
    if kind == "link":
        entries[path] = inode
    elif kind == "mkdir":
        folders.add(path)
    elif kind == "unlink":
        entries.pop(path, None)
    else:
        entries.pop(path, None)
        entries[target] = inode
    return True


def _parents(path: str, root: str) -> list[str]:
    parents = []
    while path != root:
        path = os.path.dirname(path)
        parents.append(path)
    return parents
