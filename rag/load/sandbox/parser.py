"""Manages the child process that parses untrusted files, and replaces it when it misbehaves."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from datetime import date
from pathlib import Path
from typing import Any

from rag.errors import LoadError
from rag.load.parsed import Parsed
from rag.load.pdf.pdf import Rectangle
from rag.load.sandbox.child import MEMORY, MORE
from rag.types import Segment

WALL_SECONDS = (
    60.0  # that a parser may be idle; while it works, only its processor time counts, so a busy machine loses no book
)
IDLE = 0.01  # share of a processor below which a parser is idle
START_SECONDS = 240.0  # for importing a parser, before the file's own time begins; allows for a busy disk
MAX_ANSWER = 256 << 20  # bytes
KILLED_BY_CPU = (-24, -9)  # SIGXCPU, SIGKILL
SLACK = 64 << 20  # bytes by which the system's two memory counts may differ
NEARLY_ALL = 0.75  # of the memory limit: a parser that crashes above it ran out of memory


class Parser:
    """A child process for parsing, started at the first file and closed by `close` or at the end of a with block."""

    def __init__(self, wall_seconds: float = WALL_SECONDS) -> None:
        self._wall_seconds = wall_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._inherited = 0  # peak bytes of this process when it started the child
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._warm: set[str] = set()

    def __enter__(self) -> Parser:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def parse(self, data: bytes, source: str, suffix: str) -> Parsed:
        """Return the result of the suffix's loader; LoadError with the reason if it fails or crashes."""
        value = self._do(f"parse {suffix}", data, source, {"source": source})
        segments = tuple(Segment(*segment) for segment in value["segments"])
        stated = date.fromisoformat(value["stated"]) if value["stated"] else None
        pages, labels = tuple(value["pages"]), tuple(value["page_labels"])
        return Parsed(value["title"], value["text"], segments, pages, labels, stated)

    def boxes(self, data: bytes, source: str, page: int, quote: str) -> list[Rectangle]:
        """Return the rectangles of a quote on a PDF page, like `rag.load.pdf.pdf.boxes`."""
        found = self._do("boxes", data, source, {"source": source, "page": page, "quote": quote})
        return [Rectangle(**box) for box in found]

    def render(self, data: bytes, source: str, page: int, scale: float = 2.0) -> bytes:
        """Render a PDF page as PNG, like `rag.load.pdf.pdf.render`."""
        return base64.b64decode(self._do("render", data, source, {"source": source, "page": page, "scale": scale}))

    def close(self) -> None:
        """End the child process."""
        if self._process:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream:
                    _close(stream)
        if self._folder:
            self._folder.cleanup()
        self._process, self._folder, self._warm = None, None, set()

    def _do(self, task: str, data: bytes, source: str, arguments: dict[str, Any]) -> Any:
        self._running()
        if task not in self._warm:
            self._value(self._asked(f"warm {task}", b"", source, {}, START_SECONDS), source)
            self._warm.add(task)
        return self._value(self._asked(task, data, source, arguments, self._wall_seconds), source)

    def _asked(self, task: str, data: bytes, source: str, arguments: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the child's answer; LoadError if it crashes, or is killed after a timeout."""
        process = self._running()
        held = _resident(process.pid)
        late, done = threading.Event(), threading.Event()
        watch = threading.Thread(target=_watch, args=(process, seconds, late, done), daemon=True)
        watch.start()
        try:
            line = self._exchange(process, task, data, arguments)
        finally:
            done.set()
        if not line.endswith(b"\n"):
            what = "starting its parser" if task.startswith("warm") else "parsing"
            overdue = f"{what} takes longer than {seconds:.0f} s" if late.is_set() else ""
            reason = _crash_reason(process, overdue, len(line), held, self._inherited)
            self.close()
            raise LoadError(source, reason)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _exchange(self, process: subprocess.Popen[bytes], task: str, data: bytes, arguments: dict[str, Any]) -> bytes:
        assert process.stdin is not None
        assert process.stdout is not None
        header = json.dumps({"task": task, "arguments": arguments, "size": len(data)}).encode("ascii")
        try:
            process.stdin.write(header + b"\n" + data)
            process.stdin.flush()
            line = process.stdout.readline(MAX_ANSWER)
            while line == MORE:  # the loader asked for more time
                line = process.stdout.readline(MAX_ANSWER)
            return line
        except OSError:
            return b""

    def _value(self, answer: dict[str, Any], source: str) -> Any:
        if answer.get("spent"):
            self.close()  # memory leaked by a failed parser would count against the next file
        if "error" not in answer:
            return answer["value"]
        if answer.get("wrong"):
            raise ValueError(answer["error"])
        raise LoadError(source, answer["error"])

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._folder = tempfile.TemporaryDirectory(prefix="rag-parser-")
            self._inherited = _most_held()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "rag.load.sandbox.child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, cwd=self._folder.name, env=_environment(),
            )  # fmt: skip
        return self._process


def _watch(process: subprocess.Popen[bytes], seconds: float, late: threading.Event, done: threading.Event) -> None:
    """Kill a process that is idle for this many seconds, or has run that long if its processor time is unknown."""
    used = _worked(process.pid)
    while not done.wait(seconds):
        now = _worked(process.pid)
        if now is None or used is None or now - used < IDLE * seconds:
            late.set()
            process.kill()
            return
        used = now


def _worked(process: int) -> float | None:
    """Return the processor time of a process in seconds, None if the system does not tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def _crash_reason(process: subprocess.Popen[bytes], late: str, received: int, held: int, inherited: int) -> str:
    """Return the cause of a child's crash, given its bytes before the file.

    The system's peak includes this process as it was when the child started; usage below that is unknown.
    """
    if received:
        return f"its text is more than {MAX_ANSWER >> 20} MB"
    code, most = _ended(process)
    if late:
        return late
    if code in KILLED_BY_CPU:
        return "parsing takes too much processor time or memory"
    if (
        most - inherited > SLACK and most - held > NEARLY_ALL * MEMORY
    ):  # PDFium aborts when Python would raise MemoryError
        return f"parsing takes more than {MEMORY >> 20:,} MB of memory"
    return f"its parser crashed (exit code {code})"


def _ended(process: subprocess.Popen[bytes]) -> tuple[int, int]:
    """Return the exit code of a process and its peak bytes for the last file; 0 if the system does not tell."""
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except (AttributeError, ChildProcessError):
        return process.wait(), 0
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss << 10  # kilobytes on Linux, the only system with this limit


def _most_held() -> int:
    """Return the peak bytes of this process, which a child's count starts from; 0 if the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split(None, 1)[0]) << 10  # kilobytes
    except (OSError, ValueError, IndexError):
        return 0


def _resident(process: int) -> int:
    """Return the resident bytes of a process, 0 if the system does not tell."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _environment() -> dict[str, str]:
    """Return the child's environment: this package's path, one thread, no model hub."""
    package_root = str(Path(__file__).resolve().parents[3])
    paths = [package_root, os.environ.get("PYTHONPATH", "")]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
    }


def _close(stream: Any) -> None:
    with contextlib.suppress(OSError):  # unsent data when the child crashed
        stream.close()
