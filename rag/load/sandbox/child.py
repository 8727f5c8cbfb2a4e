"""Runs the parsers that are not trusted, in a process of its own that may die.

`python -m rag.load.sandbox.child` serves: a request is one line of JSON and the file's bytes, an answer is one line of JSON. The process
has bounds on memory and processor time for each file, no network, no way to start programs and an empty folder to stand in.
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

from rag.errors import LoadError
from rag.load.parsed import Parsed
from rag.load.patience import BOUNDS

MEMORY = 1 << 30  # bytes above what the process holds before the file
CPU_SECONDS = 60  # for one file
MORE = b"more\n"  # said before the answer by a loader that asks for more time
MAX_FRAMES = 10_000  # calls inside calls: libxml2 lets 2,048 elements stand inside each other
OPEN_FILE_BYTES = 64 << 20  # the largest file that may be written; nothing is written on purpose
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
    """Do one task; what a parser raises becomes a reason, since what strangers wrote can raise anything."""
    try:
        _release()
        result = _task(str(request["task"]))
        _bound()
        return {"value": result(data, **request["arguments"])}
    except LoadError as error:
        return {"error": " ".join(error.reason.split())}  # XML parsers name entries in several lines
    except ValueError as error:
        return {"error": _one_line(error), "wrong": not request["task"].startswith("parse")}
    except MemoryError:
        return {"error": f"parsing takes more than {MEMORY >> 20:,} MB of memory", "spent": True}
    except RecursionError:
        return {"error": "it nests too deeply"}
    except Exception as error:  # noqa: BLE001 - the door of the child: any failure of a parser is this file's reason
        return {"error": f"it cannot be parsed ({type(error).__name__}: {_one_line(error)})"}


def _task(name: str) -> Callable[..., Any]:
    """Import what a task needs; before the bounds hold, since imports take memory of their own. "warm TASK" does no more."""
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


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


def _bound() -> None:
    """Set the bounds for the next file; where the system has none (Windows), the parent's clock alone watches."""
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
    """Set wider bounds for the file that is parsed, and let the parent know."""
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
    """Let the most memory that this process held be that of its next file: the parent tells by it of what the process died."""
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w", encoding="ascii") as references:
        references.write("5")  # resets the peak resident size; see proc_pid_clear_refs(5)


def _release() -> None:
    """Lift the bounds of the file before, so that they do not hold for what is imported for the next one."""
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
    """Return how many bytes of address space this process holds, 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as status:
            return int(status.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _forbid(event: str, _: object) -> None:
    if event.startswith(FORBIDDEN_EVENTS):
        raise PermissionError(f"{event} is not allowed while a document is parsed")


def main() -> NoReturn:
    """Serve the process that started this one, over its standard input and output."""
    answers = os.fdopen(os.dup(1), "wb")
    requests = os.fdopen(os.dup(0), "rb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # what libraries print must not be taken for an answer
        os.dup2(nowhere, stream)
    sys.setrecursionlimit(MAX_FRAMES)
    sys.addaudithook(_forbid)
    serve(requests, answers)
    sys.exit(0)


if __name__ == "__main__":
    main()
