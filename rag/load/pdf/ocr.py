"""Recognises the text of a picture with RapidOCR, whose wheel includes its models: nothing is downloaded.

Recognised text is never certain. The heading of every passage marks it, so that readers of a quote see its origin.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from rag.load.patience import more
from rag.load.pdf.words import Word

MARK = "recognised from a picture (OCR)"
EXTRA = "install the extra [ocr] (pip install 'cited-rag[ocr]') to have it read, or run OCR on it first"
START_SECONDS = 60  # processor time to load the models
PAGE_SECONDS = 60  # processor time per page
MEMORY = 3 << 30  # bytes of address space for the models and a page
MAX_SIDE = 2_400  # pixels: an A4 page at 200 dots per inch
LEAST_SURE = 0.5  # least confidence of a line; below it is a stain


def is_there() -> bool:
    """Return True if the extra is installed."""
    return importlib.util.find_spec("rapidocr") is not None


def recognise(picture: Any, width: float, height: float) -> list[Word]:
    """Return the words of a PIL picture, with positions from the lower left corner, scaled to the given size."""
    import numpy as np

    engine = _engine()
    more(PAGE_SECONDS, MEMORY)
    image = picture.convert("RGB")
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    found = engine(np.asarray(image)[:, :, ::-1])
    if found.txts is None:
        return []
    lines = [
        (text, box)
        for text, box, score in zip(found.txts, found.boxes.tolist(), found.scores, strict=True)
        if score >= LEAST_SURE and text.strip()
    ]
    return list(_words(lines, width / image.width, height / image.height, height))


@lru_cache(maxsize=1)
def _engine() -> Any:
    more(START_SECONDS, MEMORY)
    from rapidocr import EngineType, RapidOCR

    kinds = {f"{part}.engine_type": EngineType.OPENVINO for part in ("Det", "Cls", "Rec")}
    return RapidOCR(params={**kinds, "Global.log_level": "critical"})


def _words(lines: list[tuple[str, list[list[float]]]], across: float, up: float, height: float) -> Iterator[Word]:
    """Yield the words of lines, each with a proportional share of the line's width."""
    order = 0
    for number, (text, box) in enumerate(_in_order(lines)):
        xs, ys = [x for x, _ in box], [y for _, y in box]
        left, wide = min(xs) * across, (max(xs) - min(xs)) * across
        at = 0
        for written in text.split():
            at = text.index(written, at)
            first, last = at / len(text), (at + len(written)) / len(text)
            yield Word(written, left + wide * first, left + wide * last, height - max(ys) * up, height - min(ys) * up,
                       order, number)  # fmt: skip
            order, at = order + 1, at + len(written)


def _in_order(lines: list[tuple[str, list[list[float]]]]) -> list[tuple[str, list[list[float]]]]:
    """Return lines from top to bottom, and left to right at equal height."""
    ordered: list[tuple[str, list[list[float]]]] = []
    rows: list[tuple[float, list[tuple[str, list[list[float]]]]]] = []
    for line in sorted(lines, key=lambda line: sum(y for _, y in line[1])):
        ys = [y for _, y in line[1]]
        middle, half = sum(ys) / len(ys), (max(ys) - min(ys)) / 2
        if rows and middle - rows[-1][0] < half:
            rows[-1][1].append(line)
        else:
            rows.append((middle, [line]))
    for _, row in rows:
        ordered += sorted(row, key=lambda line: min(x for x, _ in line[1]))
    return ordered
