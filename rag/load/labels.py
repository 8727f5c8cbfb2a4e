"""Maps encoding labels to codecs as browsers do (WHATWG): "iso-8859-1" and "ascii" mean windows-1252."""

from __future__ import annotations

import codecs

_SAME = {  # label in pages and messages → the codec that browsers use
    "cp1252": "ascii us-ascii iso-8859-1 iso8859-1 latin1 latin-1 l1 ansi_x3.4-1968 cp819 ibm819 windows-1252 x-cp1252 iso_8859-1 iso-ir-100",
    "cp1254": "iso-8859-9 iso8859-9 latin5 l5 windows-1254 x-cp1254 iso_8859-9 iso-8859-9-windows-latin-5",
    "cp874": "iso-8859-11 iso8859-11 tis-620 windows-874 dos-874",
    "cp949": "euc-kr ks_c_5601-1987 ksc5601 korean windows-949 ks_c_5601-1989 iso-ir-149",
    "gb18030": "gb2312 gbk x-gbk gb_2312-80 chinese csgb2312 iso-ir-58 gb_2312",
    "cp932": "shift_jis shift-jis sjis x-sjis windows-31j ms_kanji ms932 csshiftjis",
    "big5hkscs": "big5 big5-hkscs cn-big5 x-x-big5 csbig5",
    "euc_jp": "euc-jp x-euc-jp",
    "mac_roman": "macintosh mac x-mac-roman mac-roman csmacintosh x-macroman",
    "mac_cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "koi8_u": "koi8-u koi8-ru",
    "utf-8": "utf8 utf-8 unicode-1-1-utf-8 x-unicode20utf8 utf8mb4",
    "utf-16-le": "utf-16 utf-16le unicode ucs-2 iso-10646-ucs-2 csunicode",
    "utf-16-be": "utf-16be unicodefffe",
}
_CODECS = {name: codec for codec, names in _SAME.items() for name in names.split()}
_UNSAFE = ("utf_7", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem")


def codec_of(label: str) -> str:
    """Return Python's codec name for a label, an empty string if it is not a text encoding."""
    name = label.strip().strip("\"'").lower()
    if name in _CODECS:
        return _CODECS[name]
    try:
        found = codecs.lookup(name.removeprefix("x-"))
    except (LookupError, ValueError):
        return ""
    encodes_text = getattr(found, "_is_text_encoding", True)
    return "" if not encodes_text or found.name.replace("-", "_") in _UNSAFE else found.name
