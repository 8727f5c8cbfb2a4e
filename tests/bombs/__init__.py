"""Sixty files made to harm whoever reads them, each with the verdict that is right for it.

A bomb is made into a folder of its own, which also holds GOOD: whatever the bomb does, that one has to be read.
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
    """Make a bomb into an empty folder, beside a good file."""
    (folder / GOOD).write_text(GOOD_TEXT, encoding="utf-8")
    bomb.make(folder)
