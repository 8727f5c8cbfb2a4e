"""Takes out of the postings of a whole generation those of the passages that are new in a collection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.index.search.bm25 import Rows

Array = NDArray[Any]

TOGETHER = 1 << 22  # postings that are looked at together, some 100 MB


def new_postings(tables: Mapping[str, Rows], new: Array, ids: Array) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield (term, ids, counts) for each term that stands in a row for which `new` is True; ids[i] is the id of row i."""
    terms, offsets = tables["terms"].rows().view(np.int64), tables["offsets"].rows().astype(np.int64)
    low = 0
    while low < len(terms):
        high = max(low + 1, int(np.searchsorted(offsets, offsets[low] + TOGETHER, side="right")) - 1)
        rows = tables["rows"].rows(int(offsets[low]), int(offsets[high]))
        chosen = np.flatnonzero(new[rows])
        passages = ids[rows[chosen]].astype("<u4")
        counts = tables["counts"].rows(int(offsets[low]), int(offsets[high]))[chosen]
        edges = np.searchsorted(chosen, offsets[low : high + 1] - offsets[low])
        for term, (start, end) in zip(terms[low:high].tolist(), pairwise(edges.tolist()), strict=True):
            if start < end:
                yield term, passages[start:end].tobytes(), counts[start:end].tobytes()
        low = high
