"""Returns the words of LaTeX without its commands."""

from __future__ import annotations

import re
import unicodedata

from rag.load.light.tex_words import ACCENTS, DROPPED, KEPT_SECOND, SYMBOLS, UNITS

MACRO = re.compile(r"\\([A-Za-z@]+)\*?\s*|\\([^A-Za-z@])|([{}$~^_&])")
OPTIONS = re.compile(r"\[[^\[\]]*\]\s*")
BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
MAX_GROUP = 4_000  # characters in braces
MAX_DEPTH = 30
BLANKS = re.compile(r"\s*")


def group(text: str, at: int) -> tuple[str, int]:
    """Return the content of the braces that open here, and their end; a single character without braces."""
    if at >= len(text) or text[at] != "{":
        return text[at : at + 1], at + 1
    depth = 0
    for match in BRACES.finditer(text, at, at + MAX_GROUP):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return text[at + 1 : match.start()], match.end()
    return text[at + 1 : at + MAX_GROUP], min(len(text), at + MAX_GROUP)


def _past_blanks(text: str, at: int) -> int:
    found = BLANKS.match(text, at)
    return found.end() if found else at


def plain_tex(text: str, depth: int = 0) -> str:
    """Return a text without commands: accents as letters, symbols as characters, formatted text plain."""
    parts: list[str] = []
    at = 0
    while match := MACRO.search(text, at):
        parts.append(text[at : match.start()])
        at = match.end()
        name, sign, mark = match[1], match[2], match[3]
        if mark:
            parts.append(" " if mark in "~&" else "" if mark in "{}$" else mark)
        elif (name or sign) in ACCENTS and (name is None or len(name) == 1):
            letter, at = group(text, _past_blanks(text, at))
            parts.append(_accented(letter, ACCENTS[name or sign], depth))
        elif sign:
            parts.append(
                {"\\": "\n", ",": " ", ";": " ", ":": " ", " ": " ", "-": "", "/": "", "!": ""}.get(
                    sign, "" if sign in "()[]" else sign
                )
            )
        elif name in SYMBOLS:
            parts.append(SYMBOLS[name] + (" " if match[0].endswith((" ", "\n")) else ""))
        elif depth < MAX_DEPTH:
            said, at = _command(name, text, at, depth)
            parts.append(said)
    text = "".join([*parts, text[at:]])
    return (
        text.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”").strip() if not depth else text
    )


def _command(name: str, text: str, at: int, depth: int) -> tuple[str, int]:
    """Return the output of a command, and the end of its arguments."""
    options = OPTIONS.match(text, at)
    at = options.end() if options else at
    if name in ("SI", "qty", "num", "si", "unit"):
        first, at = group(text, at)
        second, at = group(text, at) if name in ("SI", "qty") and text[at : at + 1] == "{" else ("", at)
        value, unit = ("", first) if name in ("si", "unit") else (first, second)
        return " ".join(filter(None, (plain_tex(value, depth + 1), _unit(unit)))), at
    if name in DROPPED:
        while text[at : at + 1] in ("{", "["):
            option = OPTIONS.match(text, at)
            at = group(text, at)[1] if text[at] == "{" else option.end() if option else at + 1
        return "", at
    if text[at : at + 1] != "{":
        return "", at
    shown, at = group(text, at)
    if name in KEPT_SECOND and text[at : at + 1] == "{":
        shown, at = group(text, at)
    if name == "frac" and text[at : at + 1] == "{":
        below, at = group(text, at)
        shown = f"{shown}/{below}"
    said = plain_tex(shown, depth + 1)
    return f" ({said.strip()})" if name in ("footnote", "thanks") else said, at


def _accented(letter: str, accent: str, depth: int) -> str:
    plain = plain_tex(letter, depth + 1) if depth < MAX_DEPTH else letter
    plain = {"ı": "i", "ȷ": "j"}.get(plain, plain)
    return unicodedata.normalize("NFC", plain[:1] + accent) + plain[1:]


def _unit(text: str) -> str:
    """Return a unit as printed: MPa, km/h."""
    spelt = re.sub(r"\\per(?![a-z])\s*", "/", text)
    spelt = re.sub(r"\\([A-Za-z]+)\s*", lambda match: UNITS.get(match[1], match[1]), spelt)
    return re.sub(r"[{}~]", "", spelt).replace(".", " ").strip()
