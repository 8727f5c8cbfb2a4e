"""Stores a person's ratings of answers, one line of JSON each, in `ratings.jsonl` beside their conversations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rag.web.session.files import SURROGATES, private, replaced


def noted(file: Path, rating: Mapping[str, Any]) -> None:
    """Add a rating, with its question and answer."""
    with open(file, "a", encoding="utf-8", errors=SURROGATES, opener=private) as stream:
        stream.write(json.dumps(rating, ensure_ascii=False) + "\n")


def forgotten(file: Path, conversation: str) -> None:
    """Remove the ratings of a conversation; other lines stay as they are."""
    if not file.is_file():
        return
    lines = file.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if _conversation(line) != conversation]
    if not kept:
        file.unlink(missing_ok=True)
    elif len(kept) < len(lines):
        replaced(file, b"".join(kept))


def _conversation(line: bytes) -> object:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value.get("conversation") if isinstance(value, dict) else None
