"""Renders a PDF page with the quoted sentence highlighted."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from rag.errors import LoadError
from rag.load.pdf.pdf import Rectangle
from rag.load.sandbox.parser import Parser
from rag.load.walk import file_of, read_bytes
from rag.web.view.spot import Spot

SCALE = 1.8  # 130 dots per inch: sharp in the panel, and rendered within half a second
INK = (255, 205, 60, 110)  # RGBA of the highlight
MARGIN = 2  # pixels around a line of the quote


def page_picture(seeds: Path, spot: Spot) -> bytes | None:
    """Return a PNG of the page of a spot, rendered in the sandbox; None if the file cannot be rendered."""
    found = file_of(seeds, spot.source)
    if spot.page is None or found is None:
        return None
    try:
        data, _ = read_bytes(found)
        with Parser() as parser:
            boxes = parser.boxes(data, spot.source, spot.page, spot.quote) if spot.quote else []
            return highlighted(parser.render(data, spot.source, spot.page, SCALE), boxes)
    except (LoadError, ValueError, OSError):
        return None


def highlighted(png: bytes, boxes: Sequence[Rectangle]) -> bytes:
    """Return the picture with the boxes highlighted, keeping the text readable."""
    from PIL import Image, ImageDraw

    image = Image.open(io.BytesIO(png)).convert("RGBA")
    ink = Image.new("RGBA", image.size)
    draw = ImageDraw.Draw(ink)
    width, height = image.size
    for box in boxes:
        upper = (box.left * width - MARGIN, box.top * height - MARGIN)
        draw.rectangle((*upper, box.right * width + MARGIN, box.bottom * height + MARGIN), fill=INK)
    stream = io.BytesIO()
    Image.alpha_composite(image, ink).convert("RGB").save(stream, "PNG")
    return stream.getvalue()
