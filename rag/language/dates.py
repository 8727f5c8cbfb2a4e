"""Finds days, months and years in a text, in any common form.

3 March 2024, March 3rd, 2024-03-03, 3.3.2024 and 3. März are one day. A numeric date with slashes is read day first,
unless that is invalid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

MONTHS = (
    ("january", "jan", "januar", "jänner", "janvier", "enero", "gennaio", "январь", "января"),
    ("february", "feb", "februar", "février", "febrero", "febbraio", "февраль", "февраля"),
    ("march", "mar", "märz", "mars", "marzo", "март", "марта"),
    ("april", "apr", "avril", "abril", "aprile", "апрель", "апреля"),
    ("may", "mai", "mayo", "maggio", "май", "мая"),
    ("june", "jun", "juni", "juin", "junio", "giugno", "июнь", "июня"),
    ("july", "jul", "juli", "juillet", "julio", "luglio", "июль", "июля"),
    ("august", "aug", "août", "agosto", "август", "августа"),
    ("september", "sep", "sept", "septembre", "septiembre", "settembre", "сентябрь", "сентября"),
    ("october", "oct", "oktober", "okt", "octobre", "octubre", "ottobre", "октябрь", "октября"),
    ("november", "nov", "novembre", "noviembre", "ноябрь", "ноября"),
    ("december", "dec", "dezember", "dez", "décembre", "diciembre", "dicembre", "декабрь", "декабря"),
)
MONTH_NAMES = tuple(names[0].capitalize() for names in MONTHS)
WEEKDAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())
NUMBER_OF_MONTH = {name: number for number, names in enumerate(MONTHS, start=1) for name in names}
_MONTH = "|".join(sorted(NUMBER_OF_MONTH, key=len, reverse=True))
_YEAR = r"(?:1[5-9]|20|21)\d\d"
DATE = re.compile(
    rf"""(?<![\w.])(?:
    (?P<iso_year>{_YEAR})-(?P<iso_month>\d\d)-(?P<iso_day>\d\d)
    |(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s?(?:of\s|de\s)?(?P<month>{_MONTH})\b\.?(?:,?\s(?:of\s|de\s)?(?P<year>{_YEAR}))?
    |(?P<month_first>{_MONTH})\b\.?\s(?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,?\s(?P<year_after>{_YEAR}))?
    |(?P<month_alone>{_MONTH})\b\.?,?\s(?:of\s|de\s)?(?P<year_of_month>{_YEAR})
    |(?P<a>\d{{1,2}})(?P<sign>[./])(?P<b>\d{{1,2}})(?P=sign)(?P<numeric_year>{_YEAR})
    |(?P<cn_year>{_YEAR})年(?P<cn_month>\d{{1,2}})月(?:(?P<cn_day>\d{{1,2}})日)?
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A date in a text: its year, month and day, as far as given, and its span."""

    year: int | None
    month: int
    day: int | None
    start: int
    end: int

    def last_day(self, default_year: int) -> date:
        """Return the day, or the last one of the month if none is named; the argument fills in a missing year."""
        year = self.year or default_year
        if self.day is not None:
            return date(year, self.month, min(self.day, _days(year, self.month)))
        return date(year, self.month, _days(year, self.month))


def mentions(text: str) -> Iterator[Mention]:
    """Yield every date of a text, in order; a month without day or year is not a date."""
    for match in DATE.finditer(text):
        found = _mention(match)
        if found is not None:
            yield found


def in_words(day: date) -> str:
    """Return a day as people write it: 3 March 2024."""
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


def _mention(match: re.Match[str]) -> Mention | None:
    group = match.groupdict()
    if group["a"]:
        a, b = int(group["a"]), int(group["b"])
        day, month = (a, b) if b <= 12 else (b, a)
        return _checked(int(group["numeric_year"]), month, day, match)
    year = group["iso_year"] or group["year"] or group["year_after"] or group["year_of_month"] or group["cn_year"]
    day_text = group["iso_day"] or group["day"] or group["day_after"] or group["cn_day"]
    name = group["month"] or group["month_first"] or group["month_alone"]
    month = NUMBER_OF_MONTH[name.casefold()] if name else int(group["iso_month"] or group["cn_month"])
    return _checked(int(year) if year else None, month, int(day_text) if day_text else None, match)


def _checked(year: int | None, month: int, day: int | None, match: re.Match[str]) -> Mention | None:
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= _days(year or 2024, month)):
        return None
    return Mention(year, month, day, match.start(), match.end())


def _days(year: int, month: int) -> int:
    return 31 if month == 12 else (date(year, month + 1, 1) - date(year, month, 1)).days
