"""Names files as briefly as tells them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath


def names(sources: Iterable[str]) -> dict[str, str]:
    """Return a label for each source: its file name, with as many folders before it as no other one shares."""
    parts = {source: PurePosixPath(source).parts or (source,) for source in sources}
    length = dict.fromkeys(parts, 1)
    while True:
        labels = {source: "/".join(parts[source][-count:]) for source, count in length.items()}
        shared = Counter(labels.values())
        unclear = [s for s, label in labels.items() if shared[label] > 1 and length[s] < len(parts[s])]
        if not unclear:
            return labels
        for source in unclear:
            length[source] += 1
