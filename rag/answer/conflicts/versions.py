"""Finds files that a later version replaces: `policy-2026.md` replaces `policy-2023.md`.

Files are versions of one another if their names differ only in a year or a number after a v, and there are two or three
of them. More are a series, such as minutes, in which each stays valid. A question about an old version or a change gets
all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

MOST = 3  # most files of one name that count as versions
FAMILY = re.compile(r"[\d\W_]+")
NUMBER = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)|(?:^|[\W_])v(?:er|ersion)?[\W_]?(\d{1,3})(?!\d)", re.IGNORECASE)
OLD = re.compile(
    r"\b(?:old|older|former|formerly|previous|previously|earlier|before|used to|was|were|did|had|chang\w+|differ\w*|compar\w*|both|versions?"
    r"|alte[rsn]?|früher\w*|unterschied\w*|ancien\w*|anterior\w*|(?:19|20)\d\d|v\d+)\b",
    re.IGNORECASE,
)


def asks_for_old(question: str) -> bool:
    """Return True if a question names a year or version, is about the past, or compares."""
    return OLD.search(question) is not None


def replaced(sources: Iterable[str]) -> frozenset[str]:
    """Return the files that a later version replaces."""
    families: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        if _version(source):
            families[FAMILY.sub("", source)].append(source)
    return frozenset(
        source
        for family in families.values()
        if 1 < len(family) <= MOST
        for source in family
        if _version(source) < max(map(_version, family))
    )


def _version(source: str) -> tuple[int, ...]:
    """Return the years and version numbers in a file's name; () if there are none."""
    return tuple(int(year or number) for year, number in NUMBER.findall(PurePosixPath(source).stem))
