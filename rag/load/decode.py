"""Decodes the bytes of a text file.

A byte order mark decides. Else UTF-16 and UTF-32 are detected by their zero bytes and blanks, then UTF-8 is tried,
allowing a few broken bytes, then a legacy encoding is guessed from the decoded text. Only the mark is left out of the
text: line endings stay.
"""

from __future__ import annotations

import codecs
import re

from rag.errors import LoadError
from rag.load.labels import codec_of
from rag.load.legacy import legacy_encoding, surroundings, unmarked_wide

MARKS = (  # longest first: the UTF-32 mark begins with the UTF-16 one
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SAMPLE = 65_536  # bytes used to detect an encoding
MAX_BROKEN = 0.34  # most broken characters per valid non-ASCII one in UTF-8
UTF8 = re.compile(  # multi-byte characters, or a stray byte
    rb"(?:[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|"
    rb"\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})+|([\x80-\xff])"
)
ESCAPES = re.compile(rb"\x1b(?:\$[@B]|\([BJ])")  # escape sequences of Japanese mail
CONTROLS_AS_SHOWN = {
    code: bytes([code]).decode("cp1252", "ignore") or None for code in range(0x80, 0xA0)
}  # C1 controls that are meant as windows-1252
UNDEFINED = {0xFFFD: None}  # the five bytes that windows-1252 does not have
MAX_CONTROLS = (
    0.02  # share of control characters above which a file is not text [measured: text has none, binaries > 0.05]
)
CONTROLS = frozenset(chr(code) for code in range(32)) - frozenset("\t\n\r\f\v\x1a\x1b\x1e\x1f\0") | {
    "\x7f",
    "\ufffd",
}


def decode(data: bytes, source: str) -> str:
    """Return the text of the bytes; LoadError if they are not text in a known encoding."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            text = _strictly(data[len(mark) :], encoding)
            if text is not None:
                return _checked(text, source)
    if ESCAPES.search(data[:SAMPLE]) and (text := _strictly(data, "iso2022_jp_2")) is not None:
        return _checked(text, source)
    encoding = _wide_encoding(data)
    text = _strictly(data, encoding) if encoding else None
    if text is None:
        text = _strictly(data, "utf-8")
    if text is None or "\0" in text:
        wide = unmarked_wide(data)
        text = (_strictly(data, wide) if wide else text) or text
    if text is None:
        text = _mostly_utf8(data) or _legacy(data, source)
    return _checked(text, source)


def decode_labelled(data: bytes, label: str, source: str) -> str:
    """Return the text of bytes with a declared encoding.

    A byte order mark, and unmistakable UTF-8, take precedence; a label that does not fit is ignored.
    """
    codec = "" if data.startswith(tuple(mark for mark, _ in MARKS)) else codec_of(label)
    if not codec or codec == "utf-8" or (not data.isascii() and _strictly(data, "utf-8") is not None):
        return decode(data, source)
    text = data.decode("cp1252", "replace").translate(UNDEFINED) if codec == "cp1252" else _strictly(data, codec)
    return _checked(text, source) if text is not None else decode(data, source)


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _wide_encoding(data: bytes) -> str:
    """Return the UTF-16 or UTF-32 variant that the positions of zero bytes indicate, or an empty string."""
    sample = data[: SAMPLE - SAMPLE % 4]
    quarter = len(sample) // 4
    if quarter < 2:
        return ""
    zeros = [sample[offset::4].count(0) / quarter for offset in range(4)]
    if zeros[2] > 0.9 and zeros[3] > 0.9 and zeros[0] < 0.5:
        return "utf-32-le"
    if zeros[0] > 0.9 and zeros[1] > 0.9 and zeros[3] < 0.5:
        return "utf-32-be"
    even, odd = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    if odd > 0.3 and even < 0.05:
        return "utf-16-le"
    if even > 0.3 and odd < 0.05:
        return "utf-16-be"
    return ""


def _mostly_utf8(data: bytes) -> str | None:
    """Return UTF-8 with a few broken bytes, read as windows-1252; None if it is not UTF-8."""
    text = surroundings(data).decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if broken > MAX_BROKEN * (sum(character > "\x7f" for character in text) - broken):
        return None
    return _mended(data).decode("utf-8", "replace")


def _mended(data: bytes) -> bytes:
    """Return UTF-8 with its broken bytes replaced by their windows-1252 characters."""
    return UTF8.sub(lambda m: m[0] if m[1] is None else m[1].decode("cp1252", "replace").encode(), data)


def _legacy(data: bytes, source: str) -> str:
    encoding = legacy_encoding(data)
    if encoding is None:
        raise LoadError(source, "it is not text in any encoding that is known; save it as UTF-8")
    return data.decode(encoding, "replace")


def _checked(text: str, source: str) -> str:
    sample = text[:SAMPLE]
    if sample and sum(sample.count(control) for control in CONTROLS) > MAX_CONTROLS * len(sample):
        raise LoadError(source, "it is not text (too many control characters)")
    return text
