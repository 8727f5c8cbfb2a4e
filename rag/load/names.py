"""Makes file names that are valid on every file system."""

from __future__ import annotations

import re
import unicodedata

from rag.display import plain

NAME_LIMIT = 120  # characters, valid on every file system in any script
SUFFIX_LIMIT = 20  # characters; anything longer is not a suffix
NAME_BYTES = 240  # file systems allow 255
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # device names reserved by Windows


def clean_name(name: str) -> str:
    """Return a file name without folders and without characters that a file system rejects; nothing if none is left."""
    name = unicodedata.normalize("NFC", plain(name)).replace("\\", "/").rsplit("/", 1)[-1]
    name = re.sub(r'[<>:"|?*\n\t]', "_", name).strip(" .")
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > SUFFIX_LIMIT:
        stem, dot, suffix = name, "", ""
    name = f"{stem[: NAME_LIMIT - len(suffix) - 1]}{dot}{suffix}"
    while len(name.encode()) > NAME_BYTES:
        stem = stem[:-8]
        name = f"{stem}{dot}{suffix}"
    return "" if not stem or RESERVED.fullmatch(name) else name
