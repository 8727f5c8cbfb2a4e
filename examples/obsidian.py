"""Answers from an Obsidian vault: notes filtered by tag, citations as links that Obsidian opens, and linked notes."""

import re
from pathlib import Path

from rag import Citation, Rag, build

VAULT, TAG = Path("vault"), "garden"
FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
LINK = re.compile(r"\[\[([^\]|#]+)")


def tags(note: Path) -> set[str]:
    """Return the tags in a note's front matter."""
    front = FRONT.match(note.read_text(encoding="utf-8"))
    listed = re.search(r"^tags:(.*(?:\n +- .*)*)", front[1], re.MULTILINE) if front else None
    return set(re.findall(r"[\w/-]*\w", listed[1])) if listed else set()


def link(citation: Citation) -> str:
    """Return a citation as a link to its note, at its heading."""
    heading = citation.passage.heading.rpartition(" › ")[2]
    note = citation.passage.source.removesuffix(".md")
    return f"[[{note}#{heading}]]" if heading else f"[[{note}]]"


if not VAULT.is_dir():  # a small example vault
    VAULT.mkdir()
    (VAULT / "Pond.md").write_text(
        "---\ntags: [garden, water]\n---\n# Pond\n\n## Depth\n\nThe pond is 90 cm deep. See [[Fish]].\n"
    )
    (VAULT / "Fish.md").write_text(
        "---\ntags:\n  - garden\n---\n# Fish\n\nThe carp are fed twice a week from April on.\n"
    )
    (VAULT / "Diary.md").write_text("# Diary\n\nThe pond of our neighbours is 40 cm deep.\n")

build(VAULT, "index-of-vault")
notes = [note.relative_to(VAULT).as_posix() for note in VAULT.rglob("*.md") if TAG in tags(note)]
answer = Rag.open("index-of-vault", generator=None).ask("How deep is the pond?", sources=notes)
print(answer.text, *map(link, answer.citations))
print(
    "go on with:",
    *sorted({name for c in answer.citations for name in LINK.findall((VAULT / c.passage.source).read_text())}),
)
