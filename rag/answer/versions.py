"""Knows which files of a folder a later file of the same name replaces: `policy-2026.md` stands for `policy-2023.md`.

Files are versions of one another if their names differ in a year or in a number behind a v alone, and there are two or three of
them; more are a series, such as minutes, of which each holds. Whoever asks for an old version or for a change gets all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

MOST = 3  # files of one name, up to which they are versions
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
    """Return the files that a later one of the same name replaces."""
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
    """Return the years, and numbers behind a v, in a file's name; () where it has none."""
    return tuple(int(year or number) for year, number in NUMBER.findall(PurePosixPath(source).stem))
