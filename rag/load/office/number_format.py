"""Formats a number as its sheet shows it: percent, date, currency, decimals.

Covers the common number formats (ECMA-376 part 1, 18.8.30 and 18.8.31); others are shown plain. A date in a
locale-dependent format is written year first.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache

from rag.language.dates import MONTH_NAMES, WEEKDAYS

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
    48: "##0.0E+0", 49: "@",
}  # fmt: skip
LITERAL = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]{0,99})(?:-[^\]]{0,99})?\]|\[(?![hms]{1,9}\])[^\]]{0,99}\]', re.IGNORECASE
)
ONLY_COLOUR = re.compile(r"\s{0,9}(?:\[[^\]]{0,99}\]){1,9}\s{0,9}")
DATE_PART = re.compile(
    r"[\ue000-\uf8ff]|\[h+\]|\[m+\]|\[s+\]|y+|m+|d+|h+|s+(?:\.0+)?|am/pm|a/p|e+|.", re.IGNORECASE | re.DOTALL
)
CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\]")
HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le, ">=": operator.ge, "<>": operator.ne, "<": operator.lt, ">": operator.gt, "=": operator.eq,
}  # fmt: skip
GENERAL = re.compile(r"general|@|[#?0 ]{0,40}/[?#0-9 ]{1,40}", re.IGNORECASE)
PLACES = re.compile(r"[0#?][0#?, ]*(?:\.[0#?]*)?(?:[eE][+-]0+)?")
EPOCH = datetime(1899, 12, 30)
EPOCH_1904 = datetime(1904, 1, 1)
LAST_DAY = 2_958_466  # the year 10000
PRIVATE = 0xE000  # private-use characters that replace literals while a format is parsed
DIGITS = 11  # digits that a sheet shows of a number without a format


def shown(value: float, code: str, *, from_1904: bool = False) -> str:
    """Return a number in the format of its cell; empty if the format shows nothing."""
    form, literals, kind = _form(code, _place(value, _split(code)))
    if kind == "date" and 0 <= value < LAST_DAY:
        return _date(value, form, literals, from_1904=from_1904)
    if kind != "number":
        return " ".join(_restored(GENERAL.sub(plain(value), form), literals).split())
    sign = "-" if value < 0 and _sections(code) < 2 else ""
    return _number(abs(value), form, literals, sign)


def plain(value: float) -> str:
    """Return a number as a sheet shows it without a format."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    written = f"{value:.{DIGITS}g}"
    if "e" in written:
        mantissa, _, power = written.partition("e")
        return (
            f"{mantissa}E{int(power):+03d}" if abs(value) >= 1e11 or abs(value) < 1e-9 else f"{value:.15f}".rstrip("0")
        )
    return written


def _sections(code: str) -> int:
    return len(_split(code))


@lru_cache(maxsize=512)
def _split(code: str) -> tuple[str, ...]:
    """Return the sections of a format, also those that are empty; they show nothing."""
    sections = [""]
    for piece in re.findall(r'"[^"]*"|\\.|.', code, re.DOTALL):
        if piece == ";":
            sections.append("")
        else:
            sections[-1] += piece
    return tuple(sections) if any(map(str.strip, sections)) or len(sections) > 1 else ("General",)


def _place(value: float, sections: tuple[str, ...]) -> int:
    """Return which section formats a number: the first whose condition it meets, or the one of its sign."""
    conditions = [CONDITION.search(section) for section in sections]
    if any(conditions):
        return next((i for i, c in enumerate(conditions) if c is None or HOLDS[c[1]](value, float(c[2]))), 0)
    sign = 0 if value > 0 else 1 if value < 0 else 2
    return sign if sign < min(len(sections), 3) else 0


@lru_cache(maxsize=1024)
def _form(code: str, place: int) -> tuple[str, tuple[str, ...], str]:
    """Return a section of a format, with literals as placeholders, and its kind."""
    section = _split(code)[place]
    literals: list[str] = []

    def keep(match: re.Match[str]) -> str:
        literals.append(match[1] or match[2] or match[3] or "")
        return chr(PRIVATE + len(literals) - 1)

    form = "General" if ONLY_COLOUR.fullmatch(section) else LITERAL.sub(keep, section).strip()
    bare = re.sub(r"[\ue000-\uf8ff]", "", form)
    if "general" in bare.casefold() or "@" in bare or not bare:
        return form, tuple(literals), "general" if "general" in bare.casefold() or "@" in bare else "number"
    if re.search(r"[ymdhs]", bare, re.IGNORECASE) and not re.search(
        r"[#?]|0(?!\Z)(?<!\.0)", re.sub(r"s\.0+", "s", bare, flags=re.IGNORECASE)
    ):
        return form, tuple(literals), "date"
    return form, tuple(literals), "general" if "/" in bare and "?" in bare else "number"


def _restored(text: str, literals: tuple[str, ...]) -> str:
    return re.sub(r"[\ue000-\uf8ff]", lambda match: literals[ord(match[0]) - PRIVATE], text)


def _number(value: float, form: str, literals: tuple[str, ...], sign: str) -> str:
    places = PLACES.search(form)
    if places is None:
        return " ".join(_restored(form, literals).split())
    body = places[0].rstrip(" ")
    head, tail = form[: places.start()], form[places.start() + len(body) :]
    if "%" in form:
        value *= 100 ** form.count("%")
    digits = body.rstrip(" ,")
    value /= 1000 ** (body[len(digits) :].count(",") if "," in body[len(digits) :] else 0)
    if re.search(r"[eE][+-]", digits):
        written = f"{value:.{len(digits.partition('.')[2].partition('E')[0])}E}"
    else:
        whole, _, fraction = digits.partition(".")
        written = f"{_rounded(value, len(fraction)):{',' if ',' in whole else ''}.{len(fraction)}f}"
        least = fraction.count("0")
        while fraction and written[-1] == "0" and len(written.rpartition(".")[2]) > least:
            written = written[:-1]
        before, point, behind = written.rstrip(".").partition(".")
        written = f"{before.zfill(whole.count('0') if ',' not in whole else 0)}{point}{behind}"
    return " ".join(_restored(f"{head}{sign}{written}{tail}", literals).split())


def _rounded(value: float, digits: int) -> float:
    """Round half up, as sheets do, not half to even."""
    scaled = value * 10**digits
    return int(scaled + 0.5 + 1e-9) / 10**digits if scaled < 1e14 else value


def _date(value: float, form: str, literals: tuple[str, ...], *, from_1904: bool) -> str:
    moment = (EPOCH_1904 if from_1904 else EPOCH) + timedelta(seconds=round(value * 86_400, 3))
    if not from_1904 and value < 60:
        moment += timedelta(days=1)  # these sheets treat 1900 as a leap year
    parts = DATE_PART.findall(form)
    halves = any(part.casefold() in ("am/pm", "a/p") for part in parts)
    written: list[str] = []
    for i, part in enumerate(parts):
        lower = part.casefold()
        minutes = lower.startswith("m") and len(part) < 3 and _is_minute(parts, i)
        written.append(_part(moment, value, part, lower, minutes=minutes, halves=halves))
    text = " ".join(_restored("".join(written), literals).split())
    return (
        re.sub(r"[ T]0?0:00(?::00(?:\.0+)?)?\Z", "", text) if moment.hour + moment.minute + moment.second == 0 else text
    )


def _is_minute(parts: list[str], i: int) -> bool:
    before = next((p.casefold() for p in reversed(parts[:i]) if p[:1].isalpha() or p[:1] == "["), "")
    after = next((p.casefold() for p in parts[i + 1 :] if p[:1].isalpha() or p[:1] == "["), "")
    return before.startswith(("h", "[h")) or after.startswith("s")


def _part(moment: datetime, value: float, part: str, lower: str, *, minutes: bool, halves: bool) -> str:
    """Return one part of a date for its format letters."""
    n = len(part)
    if lower.startswith("["):
        unit = {"h": 24, "m": 1_440, "s": 86_400}[lower[1]]
        return str(int(value * unit + 1e-6))
    if minutes:
        return f"{moment.minute:0{n}d}"
    if lower.startswith("s"):
        return f"{moment.second:0{len(lower.partition('.')[0])}d}"
    if lower in ("am/pm", "a/p"):
        return "AM" if moment.hour < 12 else "PM"
    if lower.startswith("h"):
        return f"{(moment.hour % 12 or 12) if halves else moment.hour:0{n}d}"
    if lower.startswith(("y", "e")):
        return f"{moment.year:04d}" if n > 2 or lower.startswith("e") else f"{moment.year % 100:02d}"
    if lower.startswith("m"):
        name = MONTH_NAMES[moment.month - 1]
        return f"{moment.month:0{n}d}" if n < 3 else name[:3] if n == 3 else name[:1] if n == 5 else name
    if lower.startswith("d"):
        name = WEEKDAYS[moment.weekday()]
        return f"{moment.day:0{n}d}" if n < 3 else name[:3] if n == 3 else name
    return part
