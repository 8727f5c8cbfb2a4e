"""Sixty files made to harm whatever reads them, each with its correct verdict.

Each bomb gets its own folder, which also holds GOOD: a file that must be read, whatever the bomb does.
"""

from __future__ import annotations

from pathlib import Path

from tests.bombs.made import Bomb
from tests.bombs.office import OFFICE
from tests.bombs.pages import PAGES
from tests.bombs.pdf import PDF
from tests.bombs.places import PLACES
from tests.bombs.texts import TEXTS

BOMBS: tuple[Bomb, ...] = (*PDF, *OFFICE, *PAGES, *TEXTS, *PLACES)
GOOD = "zz-good.txt"
GOOD_TEXT = "A good file stands beside the bomb, and it is read."


def lay(bomb: Bomb, folder: Path) -> None:
    """Write a bomb into an empty folder, beside a good file."""
    (folder / GOOD).write_text(GOOD_TEXT, encoding="utf-8")
    bomb.make(folder)
