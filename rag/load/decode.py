"""Decodes the bytes of a text file.

A byte order mark is believed; else UTF-16 and UTF-32 are known by their zero bytes, then UTF-8 is tried strictly, then legacy
encodings are weighed by charset-normalizer. The mark itself is left out of the text, nothing else: line endings stay.
"""

from __future__ import annotations

import codecs

from rag.errors import LoadError

MARKS = (  # longest first: the UTF-32 mark begins with the UTF-16 one
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
LEGACY = ["cp1252", "cp1251", "cp866", "koi8_r", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874",
          "shift_jis", "cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp037", "cp500"]  # fmt: skip
SAMPLE = 65_536  # bytes looked at to tell an encoding
MAX_CONTROLS = (
    0.02  # share of control characters above which a file is not text [measured: text has none, binaries > 0.05]
)
CONTROLS = frozenset(chr(code) for code in range(32)) - frozenset("\t\n\r\f\v\x1a\x1b\x1e\x1f\0") | {
    "\x7f",
    "\ufffd",
}


def decode(data: bytes, source: str) -> str:
    """Return the text of the bytes; raise LoadError if they are not text in any encoding that is known."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            text = _strictly(data[len(mark) :], encoding)
            if text is not None:
                return _checked(text, source)
    encoding = _wide_encoding(data)
    text = _strictly(data, encoding) if encoding else None
    if text is None:
        text = _strictly(data, "utf-8")
    if text is None:
        text = _legacy(data, source)
    return _checked(text, source)


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _wide_encoding(data: bytes) -> str:
    """Name the UTF-16 or UTF-32 that the places of the zero bytes speak for, or return an empty string."""
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


def _legacy(data: bytes, source: str) -> str:
    from charset_normalizer import from_bytes

    sample = data[:SAMPLE]
    best = from_bytes(sample, cp_isolation=LEGACY, preemptive_behaviour=False).best()
    if best is None:
        raise LoadError(source, "it is not text in any encoding that is known; save it as UTF-8")
    return data.decode(best.encoding, errors="replace")


def _checked(text: str, source: str) -> str:
    sample = text[:SAMPLE]
    if sample and sum(sample.count(control) for control in CONTROLS) > MAX_CONTROLS * len(sample):
        raise LoadError(source, "it is not text (too many control characters)")
    return text
