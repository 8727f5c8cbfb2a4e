"""Watches a folder of documents, so that a saved file is searchable within seconds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger("rag.web")

REST = 1_000  # milliseconds of debouncing: an editor saves in several steps
STEP = 100  # milliseconds between polls of the system's reports
LOOK = 1_000  # milliseconds until a stop is noticed
MISSING = 2.0  # seconds between checks for a missing folder


def changes(folder: Path, stop: threading.Event) -> Iterator[None]:
    """Yield once at the start, for earlier changes, then whenever documents have changed, until stopped."""
    while not folder.is_dir():
        if stop.wait(MISSING):
            return
    from watchfiles import watch  # imported here: rarely used

    steps = watch(folder, watch_filter=_may_be_read, stop_event=stop, debounce=REST, step=STEP, rust_timeout=LOOK,
                  yield_on_timeout=True, raise_interrupt=False, ignore_permission_denied=True)  # fmt: skip
    try:
        for number, found in enumerate(steps):
            if found or not number:
                yield
    except OSError as error:  # the system limits the number of watches
        log.warning("the folder '%s' is no longer watched: %s", folder, error)


def _may_be_read(change: object, path: str) -> bool:
    """Return False for files that the loaders skip too: hidden files, and an editor's temporary files."""
    name = Path(path).name
    return not name.startswith((".", "~$")) and not name.endswith(("~", ".tmp", ".swp"))
