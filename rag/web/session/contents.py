"""Counts the passages of each document in an index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rag.types import Passage, Trait


@dataclass(frozen=True, slots=True)
class Contents:
    """`passages` counts a document's searchable passages; `folded` those of them stored with another document."""

    passages: Mapping[str, int] = field(default_factory=dict)
    folded: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)  # source → why it was not read
    planted: Mapping[str, tuple[Trait, ...]] = field(default_factory=dict)  # source → why it ranks below other files


def counted(
    passages: Iterable[Passage],
    skipped: Iterable[tuple[str, str]],
    planted: Mapping[str, tuple[Trait, ...]] | None = None,
) -> Contents:
    """Count the passages by document: every place of a passage except its own is a folded duplicate."""
    found, folded = Counter[str](), Counter[str]()
    for passage in passages:
        found[passage.source] += 1
        for place in passage.places[1:]:
            found[place.source] += 1
            folded[place.source] += 1
    return Contents(found, folded, dict(skipped), planted or {})
