"""Parses CSS colours."""

from __future__ import annotations

import re
from typing import TypeAlias

Colour: TypeAlias = tuple[int, int, int]  # red, green and blue, 0 to 255
NUMBER = re.compile(r"-?\d*\.?\d+")
ALIKE = 24  # of 255: difference between two colours that look the same
NAMED = {
    "white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "yellow": (255, 255, 0), "snow": (255, 250, 250), "ivory": (255, 255, 240),
    "ghostwhite": (248, 248, 255), "whitesmoke": (245, 245, 245), "gray": (128, 128, 128), "grey": (128, 128, 128), "blue": (0, 0, 255),
    "navy": (0, 0, 128), "green": (0, 128, 0), "silver": (192, 192, 192), "lightgray": (211, 211, 211), "lightgrey": (211, 211, 211),
}  # fmt: skip
WHITE: Colour = (255, 255, 255)


def colour_of(text: str) -> Colour | None:
    """Return a colour as red, green and blue; None if it is not a colour."""
    for word in text.split() if "(" not in text else [text]:
        if word in NAMED:
            return NAMED[word]
        if found := re.match(r"#([0-9a-f]{6}|[0-9a-f]{3})\b", word):
            digits = found[1] if len(found[1]) == 6 else "".join(2 * digit for digit in found[1])
            return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
        if word.startswith("rgb"):
            numbers = [int(float(number)) for number in NUMBER.findall(word)]
            return (numbers[0], numbers[1], numbers[2]) if len(numbers) >= 3 else None
    return None


def alike(one: Colour, other: Colour) -> bool:
    """Return True if two colours look the same."""
    return all(abs(a - b) <= ALIKE for a, b in zip(one, other, strict=True))
