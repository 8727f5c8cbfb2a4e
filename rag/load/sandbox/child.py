"""Runs untrusted parsers in a separate process that may crash.

`python -m rag.load.sandbox.child` serves: a request is one line of JSON and the file's bytes, an answer is one line of
JSON. The process has limits on memory and processor time for each file, no network, no way to start programs, and an
empty working folder.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, BinaryIO, NoReturn

from rag.load.parsed import MAX_REASON, Parsed, reason_of
from rag.load.patience import BOUNDS

MEMORY = 1 << 30  # bytes above the usage before the file
CPU_SECONDS = 60  # for one file
MORE = b"more\n"  # sent before the answer if a loader asks for more time
MAX_FRAMES = 10_000  # nested calls: libxml2 allows 2,048 nested elements
OPEN_FILE_BYTES = 64 << 20  # the largest file that may be written; none is written on purpose
FORBIDDEN_EVENTS = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "urllib.",
)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    BOUNDS.asked = lambda seconds, memory: _more(answers, seconds, memory)
    while header := requests.readline():
        request = json.loads(header)
        data = requests.read(int(request["size"]))
        answers.write(json.dumps(_answer(request, data)).encode("ascii") + b"\n")
        answers.flush()


def _answer(request: dict[str, Any], data: bytes) -> dict[str, Any]:
    """Do one task; any exception of a parser becomes a reason, because untrusted input can raise anything."""
    try:
        _release()
        result = _task(str(request["task"]))
        _bound()
        return {"value": result(data, **request["arguments"])}
    except ValueError as error:
        return {"error": " ".join(str(error).split())[:MAX_REASON], "wrong": not request["task"].startswith("parse")}
    except MemoryError:
        return {"error": f"parsing takes more than {MEMORY >> 20:,} MB of memory", "spent": True}
    except Exception as error:  # noqa: BLE001 - the door of the child: any failure of a parser is this file's reason
        return {"error": reason_of(error)}


def _task(name: str) -> Callable[..., Any]:
    """Import what a task needs before the limits apply, because imports take memory. "warm TASK" does only that."""
    from rag.load.pdf import pdf

    if name.startswith("warm "):
        _task(name.removeprefix("warm "))
        return lambda data: None
    if name.startswith("parse"):
        from rag.load.formats import LOADERS

        loader = LOADERS[name.removeprefix("parse ")]
        warm = getattr(sys.modules[loader.__module__], "warm_up", None)
        if warm:
            warm()
        return lambda data, source: _packed(loader(data, source))
    if name == "boxes":
        return lambda data, **where: [asdict(box) for box in pdf.boxes(data, **where)]
    return lambda data, **where: base64.b64encode(pdf.render(data, **where)).decode("ascii")


def _packed(parsed: Parsed) -> dict[str, Any]:
    return {
        "title": parsed.title,
        "text": parsed.text,
        "segments": [[segment.start, segment.end, segment.kind, segment.heading] for segment in parsed.segments],
        "pages": parsed.pages,
        "page_labels": parsed.page_labels,
        "stated": parsed.stated and parsed.stated.isoformat(),
    }


def _bound() -> None:
    """Set the limits for the next file; without system support (Windows), only the parent's clock applies."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + CPU_SECONDS)
    _limit(resource.RLIMIT_FSIZE, OPEN_FILE_BYTES)
    held = _address_space()
    if held:
        _limit(resource.RLIMIT_AS, held + MEMORY)
        _forget_peak()


def _more(answers: BinaryIO, seconds: int, memory: int) -> None:
    """Raise the limits for the current file, and notify the parent."""
    answers.write(MORE)
    answers.flush()
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + seconds)
    held = _address_space()
    if held:
        _limit(resource.RLIMIT_AS, held + MEMORY + memory)


def _forget_peak() -> None:
    """Reset the peak memory before the next file: from it the parent tells the cause of a crash."""
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w", encoding="ascii") as references:
        references.write("5")  # resets the peak resident size; see proc_pid_clear_refs(5)


def _release() -> None:
    """Lift the previous file's limits, so that they do not apply to imports for the next one."""
    try:
        import resource
    except ImportError:
        return
    for kind in (resource.RLIMIT_CPU, resource.RLIMIT_AS):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (hard, hard))


def _limit(kind: int, soft: int) -> None:
    import resource

    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _address_space() -> int:
    """Return the bytes of address space of this process, 0 if the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as status:
            return int(status.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _forbid(event: str, _: object) -> None:
    if event.startswith(FORBIDDEN_EVENTS):
        raise PermissionError(f"{event} is not allowed while a document is parsed")


def main() -> NoReturn:
    """Serve the parent process over standard input and output."""
    answers = os.fdopen(os.dup(1), "wb")
    requests = os.fdopen(os.dup(0), "rb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # output of libraries must not be mistaken for an answer
        os.dup2(nowhere, stream)
    sys.setrecursionlimit(MAX_FRAMES)
    sys.addaudithook(_forbid)
    serve(requests, answers)
    sys.exit(0)


if __name__ == "__main__":
    main()
