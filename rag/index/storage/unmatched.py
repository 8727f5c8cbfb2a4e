"""Explains why a filter matches no document, and what would match."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

COMPARED = 5_000  # sources compared with an unknown one


def unknown(source: str, sources: Sequence[str]) -> str:
    """Return a message that a source is unknown, with suggestions."""
    names = sources if len(sources) <= COMPARED else []
    near = get_close_matches(source, names, 1) or [
        name for name in names if source and name.rpartition("/")[2] == source.rpartition("/")[2]
    ]
    meant = f"is {near[0]!r} meant?" if near else "sources are paths relative to the seeds folder"
    return f"no document or folder {source!r} is in the index; {meant}"


def no_day(since: date | None, until: date | None, days: NDArray[np.uint32]) -> str:
    """Return a message that no document has these dates, with the dates there are."""
    asked = " ".join([f"since {since}"] * bool(since) + [f"until {until}"] * bool(until))
    if not len(days):
        return f"there is no document {asked}; none of them has a date"
    kind, day = ("latest", days.max()) if since else ("earliest", days.min())
    return f"there is no document {asked}; the {kind} is of {date.fromordinal(int(day))}"
