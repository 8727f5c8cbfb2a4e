"""Finds exact names in a text: codes, part numbers, versions, times, phone numbers, addresses, dates and quarters.

Each has one canonical form for all spellings, and is indexed besides its parts: F.28 and F28 are `f28`, 3 March 2024
and 2024-03-03 are `2024-03-03`. A month is `~03`, so that May is not the verb.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.language.dates import NUMBER_OF_MONTH, mentions

DASHES = re.compile("[‐-―−]")
JOINED = re.compile(r"(?<![^\W_])[^\W_]+(?:[-./:@_+]{1,2}[^\W_]+)+")  # after DASHES became hyphens
LETTERS_AND_DIGITS = re.compile(r"(?=.*\d)(?=.*[^\W\d_])")
GROUPED = re.compile(r"(?<![\w.,])\d{1,3}(?:[,'’]\d{3})+(?!\w)")
PHONE = re.compile(r"(?<![\w.,/-])(?:\+|\(?0)[\d \u00a0()/.-]{6,20}\d(?!\w)")
DIGITS = re.compile(r"\d+")
NEAR = 18  # characters; the longest form is "the third quarter of 2023"
PHONE_DIGITS = range(7, 16)
TELLING = re.compile(r"[\d@_]")  # every exact name except a month holds one of these
QUARTERS = {"first": "1", "1st": "1", "second": "2", "2nd": "2", "third": "3", "3rd": "3", "fourth": "4", "4th": "4"}
QUARTER = re.compile(
    r"\bQ([1-4])(?:[ /-]?'?((?:20|19)?\d\d))?\b|\b((?:19|20)\d\d)[ /-]?Q([1-4])\b"
    rf"|\b({'|'.join(QUARTERS)}) quarter(?: (?:of )?((?:19|20)\d\d))?\b",
    re.IGNORECASE,
)
FISCAL = re.compile(r"\bFY ?'?((?:20|19)?\d\d)\b", re.IGNORECASE)
COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
MONTH_OF_YEAR = re.compile(r"(?<![\d-])((?:19|20)\d\d)[-/](0[1-9]|1[0-2])(?![\d-])")
MONTH_WORDS = frozenset(NUMBER_OF_MONTH)
WORD = re.compile(r"[^\W\d_]{3,}")
ALSO_WORDS = frozenset(
    "may mai mar mars march mayo marzo dec dez jan jun jul sep sept feb apr avril aug okt oct".split()
)
ABOUT_TIME = re.compile(r"\d{4}[-/]\d\d|\d[./]\d{1,2}[./]\d{4}|(?:19|20)\d{6}|[QqFf][Yy]?\d|年")
NEAR_TIME = re.compile(
    rf"{ABOUT_TIME.pattern}|quarter|fy ?|\b(?:{'|'.join(sorted({name[:3] for name in NUMBER_OF_MONTH}))})",
    re.IGNORECASE,
)
OPENS_PHONE = re.compile(r"\+\d|\(?0\d\d")
PERIODS = frozenset("quarter q1 q2 q3 q4 fy".split())

SPACED = re.compile(r"(?<![\w'’-])([A-Z]{1,3}) (\d{2,6})(?![\w%.,]*\d)(?!\w)")  # "error E 15"
CUED = re.compile(
    r"(?:clause|section|sect\.|paragraph|para|article|art\.|chapter|item|annex|appendix|rule|point|§) ?(\d+(?:\.\d+)+)",
    re.IGNORECASE,
)
WHOLE = re.compile(r"[^\W_]+(?:[-./:@_+]{1,2}[^\W_]+)*")
HEX = re.compile(r"0x[0-9a-f]+", re.IGNORECASE)
TIME = re.compile(r"\d{1,2}:\d\d:\d\d")
VERSION = re.compile(r"v?\d+(?:\.\d+){2,}|v\d+(?:\.\d+)*", re.IGNORECASE)
LETTER_PART = re.compile(r"[^\W\d_]+")
LONG_NUMBER = 5  # digits from which a number without a unit is a code
YEAR = re.compile(r"(?<![\w.,-])(?:19|20)\d\d(?![\w%]|[.,:]\d)")
QUANTITIES = frozenset(
    "top mid pre post sub non anti under over age aged ages act day week year page step room".split()
)
GENERAL = frozenset(
    """a0 a1 a2 a3 a4 a5 a6 b2b b2c co2 h2o covid19 g7 g8 g20 mp3 mp4 html5 utf8 p2p ww1 ww2 y2k f1 k12 web2 web3 i18n l10n
    wifi6 usb2 usb3 md5 sha1 sha256 b12 d3 m2 m3 km2""".split()
)  # numbers often written in words


@dataclass(frozen=True, slots=True)
class Exact:
    """An exact name in a question."""

    text: str  # as written in the question
    term: str
    is_period: bool = False  # a day, quarter or year


def exact_terms(text: str, words: Sequence[str]) -> list[str]:
    """Return the canonical forms of all exact names in a text of these words, unordered."""
    if not text.isascii():
        text = DASHES.sub("-", text)
    telling = [token for token in text.split() if not token.isalpha() and TELLING.search(token)]
    months = not MONTH_WORDS.isdisjoint(words)
    found: list[str] = []
    for token in telling:
        for match in JOINED.finditer(token):
            found += _forms(match.group())
        found += [re.sub(r"\D", "", match.group()) for match in GROUPED.finditer(token)]
    if any(map(OPENS_PHONE.match, telling)):
        found += _phones(text)
    if telling and (months or not PERIODS.isdisjoint(words) or any(map(ABOUT_TIME.search, telling))):
        found += [term for near in _around_digits(text) if NEAR_TIME.search(near) for term in _periods(near)]
    return found + _months(text) if months else found


def asked_exactly(question: str) -> list[Exact]:
    """Return the codes, full dates and quarters in a question, in order, without numbers with a unit."""
    question = DASHES.sub("-", question)
    found = {term: Exact(term, term, True) for term in _periods(question) if len(term) == 10 or "-q" in term}
    for match in SPACED.finditer(question):
        found.setdefault(canonical(match[1] + match[2]), Exact(match.group(), canonical(match[1] + match[2])))
    for match in CUED.finditer(question):
        found.setdefault(match[1], Exact(match[1], match[1]))
    for match in PHONE.finditer(question):
        if len(term := re.sub(r"\D", "", match.group())) in PHONE_DIGITS:
            found.setdefault(term, Exact(match.group(), term))
            question = question.replace(match.group(), " ")
    for match in WHOLE.finditer(question):
        if is_code(match.group()) and not any(True for _ in mentions(match.group())):
            term = canonical(match.group())
            found.setdefault(term, Exact(match.group(), term))
    return list(found.values())


def years_asked(question: str) -> list[Exact]:
    """Return the years that a question names."""
    return [Exact(match.group(), match.group(), True) for match in YEAR.finditer(DASHES.sub("-", question))]


def is_code(token: str) -> bool:
    """Return True if a joined word is a code: E15, AX-4417-B, 0x1F4, 03:14:07, 2.3.1, 10099, a@b.org."""
    if "@" in token:
        return "." in token.rpartition("@")[2]
    if HEX.fullmatch(token) or TIME.fullmatch(token) or VERSION.fullmatch(token):
        return True
    if token.isdigit():
        return len(token) >= LONG_NUMBER
    letters = LETTER_PART.findall(token)
    if not letters or not any(character.isdigit() for character in token) or canonical(token) in GENERAL:
        return False
    if re.fullmatch(r"Q[1-4]|H[12]|FY\d+", token, re.IGNORECASE) or "://" in token:
        return False
    if token[0].isdigit():  # 5kg, 10am, 3-year are quantities; 4417-B is not, and ¹ is not a digit of a number
        number = re.match(r"\d+", token)
        return number is not None and len(number.group()) >= 3 and "-" in token and letters[-1].isupper()
    return all(part.isupper() or len(part) <= 3 for part in letters) and letters[0].lower() not in QUANTITIES


def canonical(token: str) -> str:
    """Return the canonical form of a code: without case, and without separators between letters and digits."""
    token = token.casefold()
    if "@" in token:
        return token
    if re.fullmatch(r"v\.?\d+(?:\.\d+)+", token):
        return token.lstrip("v.")
    return re.sub(r"[-./:_+]", "", token) if LETTERS_AND_DIGITS.match(token) else token


def _forms(token: str) -> Iterator[str]:
    """Yield the canonical forms of a joined token and of its parts between slashes and hyphens."""
    if not TELLING.search(token):
        return
    yield canonical(token)
    if "_" in token:
        yield from (part.casefold() for part in token.split("_"))
    for sign in "/-":
        if sign in token:
            parts = (part for part in token.split(sign) if re.search(r"\d", part) and re.search(r"[-.:]", part))
            yield from map(canonical, parts)


def _around_digits(text: str) -> Iterator[str]:
    """Yield the parts of a text around its digits: whole words, at least NEAR characters on each side."""
    start, end = 0, 0
    for match in DIGITS.finditer(text):
        if match.start() - end > 2 * NEAR:
            if end:
                yield text[start : end + NEAR]
            start = text.rfind(" ", 0, max(0, match.start() - NEAR)) + 1
        end = match.end()
    if end:
        yield text[start : end + NEAR]


def _phones(text: str) -> list[str]:
    """Return the digits of phone numbers."""
    numbers = (re.sub(r"\D", "", match.group()) for match in PHONE.finditer(text))
    return [number for number in numbers if len(number) in PHONE_DIGITS]


def _periods(text: str) -> list[str]:
    """Return the days, months, quarters and years written with a figure."""
    found = [f"{m[1]}-{m[2]}" for m in MONTH_OF_YEAR.finditer(text)]
    for mention in mentions(text):
        month = f"~{mention.month:02}"
        found += [month, f"{month}-{mention.day:02}"] if mention.day else [month]
        if mention.year:
            found.append(f"{mention.year}-{mention.month:02}")
        if mention.year and mention.day:
            found.append(f"{mention.year}-{mention.month:02}-{mention.day:02}")
    for m in COMPACT.finditer(text):
        found += [m[1], f"{m[1]}-{m[2]}", f"{m[1]}-{m[2]}-{m[3]}", f"~{m[2]}", f"~{m[2]}-{m[3]}"]
    found += [term for m in MONTH_OF_YEAR.finditer(text) for term in (f"~{m[2]}", m[1])]
    for m in QUARTER.finditer(text):
        number = m[1] or m[4] or QUARTERS[m[5].casefold()]
        year = m[2] or m[3] or m[6]
        found += [f"q{number}", f"{_whole_year(year)}-q{number}"] if year else [f"q{number}"]
    found += [_whole_year(m[1]) for m in FISCAL.finditer(text)]
    return found


def _months(text: str) -> list[str]:
    """Return the months in words; one that is also an ordinary word must be capitalised inside a sentence."""
    return [
        f"~{NUMBER_OF_MONTH[name]:02}"
        for match in WORD.finditer(text)
        if (name := match.group().casefold()) in MONTH_WORDS
        and (
            name not in ALSO_WORDS
            or (match.group()[0].isupper() and text[: match.start()].rstrip(" ")[-1:] not in ("", ".", "!", "?", "\n"))
        )
    ]


def _whole_year(year: str) -> str:
    return year if len(year) == 4 else f"20{year}"
