"""Reads files with other programs, or directly from their XML, to compare our words and their order.

    python benchmarks/extractors.py DATA/documents

For each kind: the share of the other's words, with repetition, that are in our text, and the share of its pairs of
neighbouring words. In tables we write the column names between the values, so pairs mean nothing for CSV files and
sheets. Requires `openpyxl python-pptx beautifulsoup4 odfdo`.
"""

from __future__ import annotations

import re
import statistics
import sys
import warnings
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable
from html import unescape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rag.errors import LoadError
from rag.load import LOADERS

WORD = re.compile(r"\w+")
PARTS = re.compile(r"word/(document|footnotes|endnotes|comments|header\d*|footer\d*)\.xml")
LEFT_OUT = re.compile(r"<mc:Fallback>.*?</mc:Fallback>|<w:del [^>]*>.*?</w:del>", re.DOTALL)
PIECE = re.compile(r"<(?:w|m):t(?: [^>]*)?>([^<]*)</(?:w|m):t>|<w:(?:tab|br)[ /]")
UNREAD = ["script", "style", "template", "noscript", "head", "svg", "select", "button", "textarea"]


def word(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        parts = [archive.read(name).decode("utf-8", "replace") for name in archive.namelist() if PARTS.fullmatch(name)]
    paragraphs = (paragraph for part in parts for paragraph in LEFT_OUT.sub("", part).split("</w:p>"))
    return unescape("\n".join("".join(match[1] or " " for match in PIECE.finditer(p)) for p in paragraphs))


def sheets(path: Path) -> str:
    import openpyxl

    book = openpyxl.load_workbook(path, data_only=True)
    rows = (row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True))
    return "\n".join(" ".join(str(cell) for cell in row if cell is not None) for row in rows)


def slides(path: Path) -> str:
    from pptx import Presentation

    shown = []
    for slide in Presentation(str(path)).slides:
        shown += ["".join(t.text or "" for t in p.iter("{*}t")) for p in slide._element.iter("{*}p")]
        notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
        shown.append(notes.text if notes else "")
    return "\n".join(shown)


def page(path: Path) -> str:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(path.read_bytes(), "lxml")
    for element in soup(UNREAD):
        element.decompose()
    return soup.get_text(" ")


def open_text(path: Path) -> str:
    from odfdo import Document

    return re.sub(r"\[Image [^\]]*\]", "", str(Document(str(path)).get_formatted_text()))  # odfdo's placeholders


READERS: dict[str, Callable[[Path], str]] = {
    ".docx": word, ".xlsx": sheets, ".pptx": slides, ".html": page, ".odt": open_text,
}  # fmt: skip


def compared(path: Path) -> tuple[float, float] | None:
    """Return the shares of the other's words and pairs that are also ours; None if either reads nothing."""
    try:
        others = WORD.findall(READERS[path.suffix](path).casefold())
        ours = WORD.findall(LOADERS[path.suffix](path.read_bytes(), path.name).text.casefold())
    except LoadError as error:
        print(f"  {path.name}: {error.reason}")
        return None
    except Exception as error:  # noqa: BLE001 - the other program's failures are not measured
        print(f"  {path.name}: the other reader failed ({type(error).__name__})")
        return None
    pairs, our_pairs = Counter(zip(others, others[1:], strict=False)), Counter(zip(ours, ours[1:], strict=False))
    words = sum((Counter(others) & Counter(ours)).values()) / max(len(others), 1)
    return words, sum((pairs & our_pairs).values()) / max(pairs.total(), 1)


def main() -> None:
    warnings.simplefilter("ignore")
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for path in sorted(Path(sys.argv[1]).rglob("*")):
        shares = compared(path) if path.suffix in READERS and "groundtruth" not in path.parts else None
        if shares:
            found[path.suffix].append(shares)
    print(f"{'kind':6} {'files':>5} {'words':>7} {'mean':>6} {'lowest':>7} {'pairs':>7} {'mean':>6}")
    for kind, shares in sorted(found.items()):
        words, pairs = [w for w, _ in shares], [p for _, p in shares]
        print(f"{kind:6} {len(shares):5} {statistics.median(words):7.3f} {statistics.mean(words):6.3f} {min(words):7.3f} "
              f"{statistics.median(pairs):7.3f} {statistics.mean(pairs):6.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
