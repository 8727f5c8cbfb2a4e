"""Makes two hundred file names that try to escape from a folder, or to break whatever prints them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

CANARY = "the canary that stands outside of the folder"
CLIMBS = (
    "..%2f", "..%252f", "%2e%2e%2f", "..%5c", "..\\", "....\\\\", "%c0%ae%c0%ae%c0%af", "..%c0%af", "\uff0e\uff0e\uff0f",
    "\u2024\u2024\u2215", "..\u2044", "..;", "..%00", "file:..", "..\u200b", "\u202e..", "~", "$HOME", "${PWD}", "`pwd`",
    "$(pwd)", "%USERPROFILE%", "C:..", "\\\\server\\share", "-rf", "--help", "|cat", ";ls", "&&ls", ">out", "*", "?", "[a-z]",
    "{a,b}", "..", "...", " ..", ".. ", "CON", "NUL", "aux.", "a" * 240,
)  # fmt: skip
STRANGE = (
    "line\nbreak", "tab\tstop", "return\rhere", "bell\x07", "escape\x1b[31mred", "delete\x7f", "quote\"s", "apostrophe's",
    "<script>alert(1)</script>".replace("/", "\u2215"), "[link](http:\u2215\u2215evil.test)", "![x](y)", "a<!--b", "'; DROP TABLE x;--",
    "ends in space ", " starts with space", "\u00e9", "e\u0301", "\u65e5\u672c", "\u0645\u0644\u0641", "\U0001f600", "a\u200db",
    "zero\u200bwidth", "turned\u202etxt", "mark\ufeff", "tag\U000e0041", "private\ue000", "line\u2028separator", "next\x85line",
    "soft\u00adhyphen", "no\u00a0break", "a#b", "a%b", "a+b", "a=b", "a,b", "a:b", "a;b", "a@b", "a&b",
)  # fmt: skip
NOT_UTF8 = (b"\xff\xfe", b"caf\xe9", b"\xc0\xaf..", b"\xed\xa0\x80", b"\x80", b"a\xc3", b"\xf5\xf5\xf5\xf5", b"\xfe")


def lay_names(place: Path, seeds: Path) -> int:
    """Make the folder `seeds` with malicious names in it, and the canary beside it; return the number of names."""
    outside = place / "outside"
    outside.mkdir()
    seeds.mkdir()
    secret = outside / "secret.txt"
    secret.write_text(CANARY, encoding="utf-8")
    made = sum(_file(seeds / name) for name in _names())
    for raw in NOT_UTF8:
        for suffix in (b".txt", b".pdf"):
            made += _file(Path(os.fsdecode(os.fsencode(seeds) + b"/" + raw + suffix)))
    for n, (target, is_folder) in enumerate(_targets(secret)):
        (seeds / f"link{n}{'' if is_folder else '.txt'}").symlink_to(target)
        made += 1
    return made


def _names() -> Iterator[str]:
    for climb in CLIMBS:
        yield f"{climb}secret.txt"
        yield f"{climb}{climb}outside{climb}secret.txt"[:200]
        yield f"{climb}.md"
    yield from (f"{name}.txt" for name in STRANGE)


def _file(path: Path) -> int:
    path.write_text("The mill closed in 1962.", encoding="utf-8")
    return 1


def _targets(secret: Path) -> Iterator[tuple[str, bool]]:
    """Yield the targets of links, and whether each is a folder."""
    yield from ((str(secret), False), ("../outside/secret.txt", False), (f"{secret.parent}/./secret.txt", False))
    yield from (
        (str(secret.parent), True),
        ("../outside", True),
        ("..", True),
        ("/", True),
        (".", True),
        ("../seeds", True),
    )
    yield from (("link0.txt", False), ("link3", True), ("nowhere", False), ("/proc/self/environ", False))
    yield from (("/proc/self/root", True), ("/proc/self/cwd", True), ("/dev/stdin", False), ("/dev/fd/0", False))
    yield from ((f"/proc/self/root{secret}", False), ("link19.txt", False))
