"""Lists the licence of every installed distribution, and fails if one is unknown or copyleft for the whole program.

    python .ci/licences.py [ALLOWED ...]     # names of distributions that were reviewed by hand and are accepted

A licence is read from the distribution's metadata, or from its licence file if the metadata does not state one. GPL and
AGPL would apply to the whole program; MPL and LGPL apply only to their own files.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, distributions

COPYLEFT = re.compile(r"(?<!L)(?<!LESSER )\bA?GPL|GNU (?:AFFERO )?GENERAL PUBLIC|AFFERO", re.IGNORECASE)
CHOICE = re.compile(r"\bOR\b|/|dual", re.IGNORECASE)  # a choice of licences
EXCEPTION = re.compile(r"\bWITH\b.*exception", re.IGNORECASE)  # such as GCC's exception for its runtime libraries
KNOWN = re.compile(
    r"MIT|BSD|Apache|ISC|MPL|Mozilla|PSF|Python Software|Unlicense|Zlib|HPND|0BSD|LGPL|Lesser|CC0|Public Domain|BSL|Boost|Artistic",
    re.IGNORECASE,
)
FIRST = 400  # characters at the start of a licence file that contain its name
SHOWN = 90  # characters of a statement that are printed


def licence(distribution: Distribution) -> str:
    """Return the licence that a distribution states, in one line; "" if it states none."""
    about = distribution.metadata
    stated = about.get("License-Expression") or ""
    classifiers = [
        line.rpartition(" :: ")[2] for line in about.get_all("Classifier") or [] if line.startswith("License")
    ]
    if not stated:
        stated = " / ".join(one for one in classifiers if one != "OSI Approved")
    if not stated:
        stated = (about.get("License") or "").strip().partition("\n")[0]
    return " ".join((stated or _from_file(distribution)).split())


def _from_file(distribution: Distribution) -> str:
    for file in distribution.files or []:
        if re.match(r"licen[cs]e|copying", file.name, re.IGNORECASE):
            try:
                words = " ".join(file.locate().read_text(encoding="utf-8", errors="replace")[:FIRST].split())
            except OSError:
                continue
            found = KNOWN.search(words) or COPYLEFT.search(words)
            if found:
                return f"{found.group()} ({file.name})"
            if "Permission is hereby granted, free of charge" in words:
                return f"MIT ({file.name})"
            if "Redistribution and use in source and binary forms" in words:
                return f"BSD ({file.name})"
    return ""


def trouble(stated: str) -> str:
    """Return why the program cannot include this licence; "" if it can."""
    if not stated or not (KNOWN.search(stated) or COPYLEFT.search(stated)):
        return "unknown"
    free = any(KNOWN.search(part) and not COPYLEFT.search(part) for part in CHOICE.split(stated))
    if COPYLEFT.search(stated) and not EXCEPTION.search(stated) and not (CHOICE.search(stated) and free):
        return "copyleft"
    return ""


def main(allowed: list[str]) -> None:
    """Print the list, and the problems."""
    found = {one.metadata["Name"]: one for one in distributions() if one.metadata["Name"]}
    wrong = []
    for name in sorted(found, key=str.casefold):
        stated = licence(found[name])
        why = trouble(stated)
        print(f"{name} {found[name].version}: {stated[:SHOWN] or 'nothing stated'}")
        if why and name not in allowed:
            wrong.append(f"{name} ({why}: {stated or 'nothing stated'})")
    print(f"{len(found)} distributions, {len(wrong)} of them with a licence that is copyleft for the whole, or unknown")
    for line in wrong:
        print(f"  {line}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
