"""Runs the Dockerfile's steps without a container engine: on Linux, as root, in an overlay of this machine's root.

The overlay receives every change, so this machine's files are unchanged. The base image is this machine's system with a
fresh virtual environment for Python. At the end the chat is started as the Dockerfile says, its health check must
succeed, and it must exit cleanly.

    python benchmarks/container.py SCRATCH_FOLDER
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import re
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSIDE = "RAG_CONTAINER_ROOT"  # set in the second process, which has its own mount namespace
BASE = "/opt/base"  # the virtual environment that replaces the base image's Python
STARTED = 300  # seconds for the first health check: models are loaded and an index is built
ENDED = 30  # seconds
CLONE_NEWNET, SIOCSIFFLAGS, IFF_UP = 0x40000000, 0x8914, 1  # Linux constants: sched.h, sockios.h, if.h


def steps(recipe: str) -> list[tuple[str, str]]:
    """Return (instruction, rest) for each step, with continued lines joined."""
    joined = re.sub(r"\\\n\s*", " ", recipe)
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


class Container:
    """The state that the steps so far have set: folder, user, environment, command."""

    def __init__(self, root: Path, context: Path) -> None:
        self.root, self.context = root, context
        self.folder, self.user = "/", "0"
        kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "LANG", "SSL_"))}
        self.environment = {**kept, "PATH": f"{BASE}/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
        self.check: list[str] = []
        self.command: list[str] = []

    def do(self, instruction: str, rest: str) -> None:
        """Run one step, or record what it sets."""
        if instruction in ("ENV", "ARG"):
            self.environment |= dict(pair.split("=", 1) for pair in shlex.split(rest))
        elif instruction == "WORKDIR":
            self.folder = rest
            (self.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif instruction == "USER":
            self.user = rest
        elif instruction == "COPY":
            self.copy(rest)
        elif instruction == "RUN":
            subprocess.run(self.inside(["sh", "-c", rest]), env=self.environment, check=True, stdout=sys.stderr)
        elif instruction == "HEALTHCHECK":
            self.check = json.loads(rest.split("CMD", 1)[1])
        elif instruction == "CMD":
            self.command = json.loads(rest)

    def copy(self, rest: str) -> None:
        """Copy from the project's committed files, with the given owner if there is one."""
        owned = rest.startswith("--chown")
        *sources, target = [part for part in rest.split() if not part.startswith("--")]
        folder = self.root / self.folder.lstrip("/")
        for source in sources:
            place = folder / (Path(source).name if target == "./" else target)
            if (self.context / source).is_dir():
                shutil.copytree(self.context / source, place, dirs_exist_ok=True)
            else:
                shutil.copy(self.context / source, place)
            if owned:
                subprocess.run(self.inside(["chown", "-R", "1000:1000", place.name], user="0"), check=True)

    def inside(self, command: list[str], *, user: str = "") -> list[str]:
        """Return the command line that runs a command in the container."""
        user = user or self.user
        home = "HOME=/root" if user == "0" else "HOME=/home/rag"
        return ["chroot", f"--userspec={user}:{user}", str(self.root), "env", f"--chdir={self.folder}", home, *command]


def main(scratch: Path) -> None:
    """Run the steps in an overlay of this machine's root file system."""
    if INSIDE not in os.environ:
        command = ["unshare", "--mount", "--fork", sys.executable, __file__, str(scratch)]
        sys.exit(subprocess.run(command, env={**os.environ, INSIDE: str(scratch)}).returncode)
    upper, work, root, context = (scratch / name for name in ("upper", "work", "root", "context"))
    for folder in (upper, work, root, context):
        folder.mkdir(parents=True)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "x", "-C", str(context)], input=archive, check=True)
    options = f"lowerdir=/,upperdir={upper},workdir={work}"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, str(root)], check=True)
    subprocess.run(["mount", "--bind", "/proc", str(root / "proc")], check=True)
    subprocess.run(["mount", "--bind", "/dev", str(root / "dev")], check=True)
    python = Path(sys.base_prefix) / "bin" / "python3"
    for parent in [*python.parents][:-1]:
        (root / str(parent).lstrip("/")).chmod(0o755)  # in the overlay only: user 1000 needs access
    subprocess.run(["chroot", str(root), str(python), "-m", "venv", BASE], check=True)
    for name in ("passwd", "group"):  # a base image has no user 1000 yet
        lines = (root / "etc" / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (root / "etc" / name).write_text(
            "".join(line for line in lines if line.split(":")[2] != "1000"), encoding="utf-8"
        )
    container = Container(root, context)
    print(f"commit {commit.strip()}, {sys.version.split()[0]}")
    for instruction, rest in steps((context / "Dockerfile").read_text(encoding="utf-8")):
        started = time.monotonic()
        container.do(instruction, rest)
        print(f"{time.monotonic() - started:7.1f} s  {instruction} {rest[:90]}", flush=True)
    serve(container)


def alone() -> None:
    """Enter a network namespace of its own: no other server can answer the health check, and nothing can be reached."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    with socket.socket() as any_socket:  # bring lo up
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


def serve(container: Container) -> None:
    """Start the chat with only a loopback network, poll its health check until it succeeds, and stop it."""
    alone()
    started = time.monotonic()
    process = subprocess.Popen(container.inside(container.command), env=container.environment, stdout=sys.stderr)
    healthy = False
    while not healthy and process.poll() is None and time.monotonic() - started < STARTED:
        done = subprocess.run(container.inside(container.check), env=container.environment, capture_output=True)
        healthy = done.returncode == 0
        time.sleep(0 if healthy else 0.5)
    print(f"healthy: {healthy}, {time.monotonic() - started:.1f} s after its start")
    ended = time.monotonic()
    process.send_signal(signal.SIGTERM)
    print(f"ended by SIGTERM: exit code {process.wait(ENDED)}, {time.monotonic() - ended:.1f} s")
    sys.exit(0 if healthy and process.returncode == 0 else 1)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]).resolve())
