"""Detects the legacy encoding of a text: in the right one, its letters form words of a language.

Every encoding in use is tried. A letter counts for an encoding if the language of the text's function words uses it.
Implausible characters (a capital or symbol inside a word, two scripts in one word, control characters) count against
it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from rag.load.alphabets import ARABIC, CYRILLIC, GREEK, HAN, HEBREW, LATIN, THAI

LATINS = ("cp1252", "cp1250", "mac_roman", "cp1254", "cp1257", "iso8859_15", "iso8859_2", "cp850", "cp852", "cp437", "iso8859_9", "iso8859_13", "iso8859_4",
          "mac_latin2")  # fmt: skip
OTHERS = (
    "cp1251",
    "koi8_u",
    "cp866",
    "iso8859_5",
    "mac_cyrillic",
    "cp1253",
    "iso8859_7",
    "cp1255",
    "iso8859_8",
    "cp1256",
    "iso8859_6",
    "cp874",
)
WIDE = ("cp932", "euc_jp", "gb18030", "big5hkscs", "cp949")
EBCDIC = ("cp037", "cp500", "cp273")
AROUND = 60  # bytes used on either side of a non-ASCII character
SAMPLE = 2_400  # bytes bytes of such surroundings that are kept
MARKS = "’‘“”„«»–—…•€°§·©®™‰´¨¹²³½¼¾×±µ№¿¡‚‹›" + "、。「」『』（）・，！？：；《》ー～"
RAISED = "²³¹"
UNITS = tuple("mM²") + ("",)
SIGN = 0.6  # of a symbol in a plausible position
RARE = ("is", "et", "lv")
FREQUENT = ("de", "fr", "es", "pt", "it", "en")
FOREIGN = 0.4  # a name may come from any language
MAX_BLANKS = 0.03
SURE = 4  # function words of a language from which it is certain
WIDE_SHARE = 0.85
PRIOR = {
    "cp1252": 0.04,
    "cp1251": 0.03,
    "cp1250": 0.02,
    "gb18030": 0.02,
    "cp932": 0.02,
    "cp437": -0.05,
    "iso8859_4": -0.03,
    "mac_latin2": -0.02,
}  # relative frequencies
TOO_MANY = 0.1  # most broken characters, as a share of non-ASCII ones, in an acceptable encoding


def legacy_encoding(data: bytes) -> str | None:
    """Return the most plausible encoding of bytes that are not UTF-8; None if none is plausible."""
    sample = surroundings(data)
    if _is_ebcdic(data[:SAMPLE]):
        return max(EBCDIC, key=lambda codec: _plain_share(data[:SAMPLE].decode(codec, "replace")))
    language = _languages(sample.decode("ascii", "ignore"))
    best, score = None, -0.5
    for codec in (*WIDE, *LATINS, *OTHERS):
        found = _score(sample, codec, language)
        if found > score + 1e-9:
            best, score = codec, found
    return best


def surroundings(data: bytes) -> bytes:
    """Return at most SAMPLE bytes around the non-ASCII ones, in whole lines: the rest is the same in every encoding."""
    parts: list[bytes] = []
    size = at = 0
    for match in re.finditer(rb"[\x80-\xff]+(?:[^\x80-\xff\r\n]{1,8}[\x80-\xff]+){0,40}", data):
        if match.end() <= at:
            continue
        start = max(at, match.start() - AROUND)
        line = max(data.rfind(b"\n", start, match.start()), data.rfind(b"\r", start, match.start()))
        space = data.find(b" ", start, match.start()) if start else start - 1
        start = max(line + 1, space + 1, at)
        at = min(len(data), min(match.end(), match.start() + SAMPLE // 4) + AROUND)
        parts.append(data[start:at])
        size += at - start
        if size > SAMPLE:
            break
    return b" ".join(parts)


LONGEST_WORD = 60  # letters


def unmarked_wide(data: bytes) -> str:
    """Return the UTF-16 variant of bytes without a mark if nearly all characters are plausible; else nothing."""
    sample = data[: SAMPLE - SAMPLE % 2]
    if b"\0" not in sample and sample.count(b" ") > MAX_BLANKS * len(sample):
        return ""  # its blanks are single bytes
    best, score = "", WIDE_SHARE
    for codec in ("utf-16-le", "utf-16-be"):
        text = sample.decode(codec, "replace")
        if _is_unbroken(text):
            continue
        good = sum(_in_use(character) for character in text) / max(1, len(text)) + 0.2 * (
            " " in text
        )  # without blanks it is not Korean
        if good > score:
            best, score = codec, good
    return best


def _is_unbroken(text: str) -> bool:
    """Return True if alphabetic letters run on without a blank for longer than any word."""
    letters = sum(character.isalpha() and character < "\u2e80" for character in text)
    return letters > LONGEST_WORD and letters > 0.2 * len(text) and not any(map(str.isspace, text))


def _in_use(character: str) -> float:
    if character in _HAN or character in MARKS or character in "\t\r\n" or " " <= character <= "~":
        return 1.0
    if "\u3040" <= character <= "\u30ff" or "\uff01" <= character <= "\uff5e":
        return 1.0
    if "\uac00" <= character <= "\ud7a3":
        return 0.8  # any pair of high bytes may be one
    if "\u4e00" <= character <= "\u9fff":
        return 0.45
    return 1.0 if _script(character) != "other" and character.isalpha() else 0.0


def _score(sample: bytes, codec: str, languages: dict[str, float]) -> float:
    """Return the plausibility of bytes in an encoding: about 1 for words of a language, below 0 for nonsense."""
    text = sample.decode(codec, "replace")
    broken = text.count("\ufffd")
    others = [i for i, character in enumerate(text) if character > "\x7f"]
    if not others or broken > TOO_MANY * len(others):
        return -1.0
    lost = 3 * broken / len(others) - PRIOR.get(codec, 0.0)
    if codec in WIDE:
        return sum(_wide_score(text, i) for i in others) / len(others) - lost
    placed = [(text[i], _place_score(text, i)) for i in others]
    latin = [character.lower() for character, score in placed if score is None and _script(character) == "latin"]
    total = sum(_other_script(character) if score is None else score for character, score in placed)
    return (total + _latin_score(latin, languages)) / len(others) - lost


def _wide_score(text: str, i: int) -> float:
    """Return the plausibility of an East Asian character in context; one alone among Latin letters has none."""
    character, before, after = text[i], text[i - 1 : i], text[i + 1 : i + 2]
    if (before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha()):
        return -0.7
    if "\uff61" <= character <= "\uff9f":  # half-width kana: single bytes in Shift JIS
        return -0.5
    used = _in_use(character)
    return used if used else -3.0 if unicodedata.category(character) in ("Co", "Cn", "Cc") else -0.5


def _place_score(text: str, i: int) -> float | None:
    """Return the score of a character by its context; None for a letter in a plausible position."""
    character, before, after = text[i], text[i - 1 : i], text[i + 1 : i + 2]
    if character in RAISED:
        return SIGN if before in UNITS else -0.3
    if character in MARKS or character in "\u00a0£":
        inside = before.isalpha() and after.isalpha() and character != "’"
        return -0.6 if inside else SIGN
    category = unicodedata.category(character)
    if not character.isalpha() and category != "Mn":
        return -2.0 if category in ("Cc", "Cn", "Co") else -0.8
    if character.isupper() and (before.islower() or (before.isalpha() and after.islower())):
        return -1.2
    if character.islower() and before.isupper() and after.isupper():
        return -0.8
    script = _script(character)
    if script != "other" and any(_script(c) != script for c in (before, after) if c.isalpha()):
        return -1.5
    return None


def _latin_score(letters: list[str], languages: dict[str, float]) -> float:
    """Return how well all letters together fit their best language."""
    if not letters:
        return 0.0
    return max(
        sum((0.3 + 0.7 * share) * (1 - 0.03 * known[c]) if c in known else -0.7 for c in letters)
        for known, share in ((_PLACES[name], share) for name, share in languages.items())
    )


def _other_script(character: str) -> float:
    """Return the frequency of a letter in its non-Latin script, 0 for Latin ones; capitals are rare."""
    script = _script(character)
    if script == "latin":
        return 0.0
    small, rare = character.lower(), 0.25 if character.isupper() else 0.0
    order = {"cyrillic": CYRILLIC, "greek": GREEK, "hebrew": HEBREW, "arabic": ARABIC, "thai": THAI}.get(script, "")
    place = order.find(small)
    if script == "cyrillic" and place >= SLAVONIC:
        return -0.4  # letters used by one language each
    return -0.8 if place < 0 else 1.05 - 0.7 * place / len(order) - rare


SLAVONIC = CYRILLIC.index("ґ")
_HAN = frozenset(HAN)
_PLACES = {name: {letter: place for place, letter in enumerate(letters)} for name, (letters, _) in LATIN.items()}


@cache
def _script(character: str) -> str:
    name = unicodedata.name(character, "").split(" ")[0].lower()
    return name if name in ("latin", "cyrillic", "greek", "hebrew", "arabic", "thai") else "other"


def _languages(text: str) -> dict[str, float]:
    """Return the evidence of a text's function words for each language, from 0 to 1."""
    words = re.findall(r"[a-z]+", text.lower())
    hits = {name: sum(word in known for word in words) for name, known in _SMALL.items()}
    most = max(hits.values())
    sure = min(1.0, most / SURE)
    shares = {name: (count / most if most else 0.0) ** 2 for name, count in hits.items()}
    base = {name: 0.5 if name in FREQUENT else 0.3 if name in RARE else 0.4 for name in hits}
    return {name: max((1 - sure) * base[name] + sure * shares[name], FOREIGN * base[name]) for name in hits}


_SMALL = {name: frozenset(words.split()) for name, (_, words) in LATIN.items()}


def _plain_share(text: str) -> float:
    return sum(character.isascii() and (character.isalnum() or character in " .,-\n") for character in text) / max(
        1, len(text)
    )


def _is_ebcdic(sample: bytes) -> bool:
    """Return True if bytes are EBCDIC text: mostly high bytes, with EBCDIC blanks and no ASCII ones."""
    return (
        sample.count(b"\x40") > 0.08 * len(sample)
        and sample.count(b" ") < 0.01 * len(sample)
        and _plain_share(sample.decode("cp037")) > 0.9
    )
