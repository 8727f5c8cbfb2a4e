"""Watches a folder of documents, so that a file that is saved is answered from within seconds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger("rag.web")

REST = 1_000  # milliseconds for changes to come to rest: an editor saves in several steps
STEP = 100  # milliseconds between two looks at what the system reports
LOOK = 1_000  # milliseconds after which a stop is noticed
MISSING = 2.0  # seconds between two looks for a folder that is not there yet


def changes(folder: Path, stop: threading.Event) -> Iterator[None]:
    """Yield once when the watch has begun, for what changed before it, then whenever documents have changed; end at the stop."""
    while not folder.is_dir():
        if stop.wait(MISSING):
            return
    from watchfiles import watch  # here: few wish for it

    steps = watch(folder, watch_filter=_may_be_read, stop_event=stop, debounce=REST, step=STEP, rust_timeout=LOOK,
                  yield_on_timeout=True, raise_interrupt=False, ignore_permission_denied=True)  # fmt: skip
    try:
        for number, found in enumerate(steps):
            if found or not number:
                yield
    except OSError as error:  # the system watches only so many folders
        log.warning("the folder '%s' is no longer watched: %s", folder, error)


def _may_be_read(change: object, path: str) -> bool:
    """Return False for what the loaders pass over too: hidden files, and those that an editor keeps beside a document."""
    name = Path(path).name
    return not name.startswith((".", "~$")) and not name.endswith(("~", ".tmp", ".swp"))
