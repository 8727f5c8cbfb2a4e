"""The errors that this package raises on purpose.

RagError
├── LoadError(source)                 nothing readable, or one file that cannot be read
├── IndexMissing(path)                no index where one was expected
├── IndexCorrupt(path, file)          an index file is not what its manifest says
├── IndexMismatch(expected, found)    the index was built with another encoder
├── IndexBusy(path)                   another build holds the index
└── ModelUnavailable(name)            a model is not on this machine, or is not what it should be

Each message is one line: what is wrong, where, and what to do next. A wrong argument is a plain ValueError.
"""

from __future__ import annotations

import shlex
from pathlib import Path


def build_command(path: Path | str) -> str:
    """Return the command that builds the index at a path, or a database's address."""
    return "rag build seeds" if path == Path("index") else f"rag build seeds --index {shlex.quote(str(path))}"


class RagError(Exception):
    """The root of every error that this package raises on purpose."""


class LoadError(RagError):
    """A file, or a whole folder, cannot be read as documents."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"cannot read {source!r}: {reason}")
        self.source = source
        self.reason = reason


class IndexMissing(RagError):
    """There is no index at the path."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(f"no index at '{path}'; run: {build_command(path)}")
        self.path = path


class IndexCorrupt(RagError):
    """A file of the index is not what its manifest says."""

    def __init__(self, path: Path | str, file: str, reason: str) -> None:
        super().__init__(f"the index at '{path}' is damaged: {file}: {reason}; run: {build_command(path)}")
        self.path = path
        self.file = file
        self.reason = reason


class IndexMismatch(RagError):
    """The index was built with a different encoder than the one it is opened with."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(
            f"the index was built with encoder {found}, not {expected}; run: rag build seeds, or start again with that encoder"
        )
        self.expected = expected
        self.found = found


class IndexBusy(RagError):
    """Another build holds the index."""

    def __init__(self, path: Path | str, holder: str = "another process") -> None:
        super().__init__(f"the index at '{path}' is being built by {holder}; wait for it to end and try again")
        self.path = path
        self.holder = holder


class ModelUnavailable(RagError):
    """A model is not on this machine, or its files are not what they should be."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"model {name!r} is not available: {reason}")
        self.name = name
        self.reason = reason
