"""The list of exact versions fits the ranges, is complete, and is used by every command that installs."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import requires

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

LINES = [
    line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
]
PINS = {canonicalize_name(line.partition("==")[0]): line.partition("==")[2] for line in LINES}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def wanted() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"]
    return [
        Requirement(text) for text in [*PROJECT["dependencies"], *(text for texts in extras.values() for text in texts)]
    ]


def holds(marker: Marker | None) -> bool:
    return marker is None or marker.evaluate({"extra": ""})


def test_every_line_is_one_exact_version() -> None:
    assert [line for line in LINES if not re.fullmatch(r"[a-z0-9._-]+==[0-9][a-z0-9.]*", line)] == []
    assert len(LINES) == len(PINS)


def test_every_range_is_pinned_within_it() -> None:
    for requirement in wanted():
        assert requirement.specifier.contains(PINS[canonicalize_name(requirement.name)]), requirement


def test_the_dependencies_of_dependencies_are_pinned_within_their_ranges_too() -> None:
    waiting = list(map(Requirement, PROJECT["dependencies"]))
    seen: set[str] = set()
    while waiting:
        name = canonicalize_name(waiting.pop().name)
        if name in seen:
            continue
        seen.add(name)
        for needed in map(Requirement, requires(name) or ()):
            pin = PINS.get(canonicalize_name(needed.name))
            if holds(needed.marker) and not (pin is None and is_elsewhere(needed.name)):
                assert pin is not None, needed
                assert needed.specifier.contains(pin), (name, needed)
                waiting.append(needed)


def is_elsewhere(name: str) -> bool:
    """Return True if a package is only needed on another system than the list was made on, or for a GPU."""
    listed = (sys.platform, sys.version_info[:2]) == ("linux", (3, 11))
    return not listed or name.startswith(("nvidia", "cuda", "triton"))


def test_every_command_that_installs_uses_the_list() -> None:
    for file in ("README.md", "Makefile", "Dockerfile"):
        text = (ROOT / file).read_text(encoding="utf-8")
        installs = re.findall(r"pip install (.*)", text)
        assert installs
        assert [
            line for line in installs if not re.match(r"(--quiet )?(-c|--constraint) constraints\.txt ", line)
        ] == []


def test_the_distribution_is_ours_and_the_command_is_rag() -> None:
    assert PROJECT["name"] != "rag"
    assert PROJECT["scripts"] == {"rag": "rag.cli:main"}
    assert [name for name in PROJECT["license-files"] if not (ROOT / name).is_file()] == []
