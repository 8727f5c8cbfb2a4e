"""Reads subtitles (SRT, WebVTT) as whole sentences, with their times as headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import PurePosixPath

from rag.errors import LoadError
from rag.load.compose import Block, compose
from rag.load.decode import decode
from rag.load.parsed import Parsed, heading_path, require_text

TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
CUE = re.compile(rf"^[ \t]*({TIME})[ \t]*-->[ \t]*({TIME})[^\n]*$", re.MULTILINE)
VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^<>]{1,80})>")
TAG = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,80}\}")
END = re.compile(r"[.!?…。！？][\"”’»)\]]*$")
SPOKEN = 300  # characters from which the end of a sentence ends a paragraph
PAUSE = 8.0  # seconds of silence that also end one


def parse_subtitles(data: bytes, source: str) -> Parsed:
    """Return the spoken text of a film or talk."""
    text = decode(data, source)
    require_text(text, source)
    title = PurePosixPath(source).stem
    cues = list(_cues(text.replace("\r\n", "\n").replace("\r", "\n")))
    if not cues:
        raise LoadError(source, "it holds no subtitles (no line with two times)")
    return compose(_paragraphs(cues, title), source, title=title)


def _cues(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield (start, end, text) of each cue; a line repeated from the previous cue is kept once."""
    marks = list(CUE.finditer(text))
    before: list[str] = []
    for i, mark in enumerate(marks):
        end = marks[i + 1].start() if i + 1 < len(marks) else len(text)
        body = text[mark.end() : end].strip("\n").split("\n\n", 1)[0]
        lines = body.split("\n")
        said = [_words(line) for line in lines if _words(VOICE.sub("", line)) not in ("", *before)]
        before = [_words(VOICE.sub("", line)) for line in lines]
        if said:
            yield mark[1], mark[2], " ".join(said)


def _words(line: str) -> str:
    named = VOICE.sub(lambda match: f"{match[1].strip()}: ", line)
    return " ".join(unescape(TAG.sub("", named)).split())


def _paragraphs(cues: list[tuple[str, str, str]], title: str) -> Iterator[Block]:
    words: list[str] = []
    first = ""
    voice = ""
    for i, (begin, end, said) in enumerate(cues):
        first = first or begin
        who, colon, rest = said.partition(": ")
        words.append(rest if words and colon and who == voice else said)
        voice = who if colon else voice
        length = sum(map(len, words))
        ended = END.search(said) is not None
        silence = i + 1 < len(cues) and seconds(cues[i + 1][0]) - seconds(end) > PAUSE
        if i + 1 == len(cues) or (ended and length > SPOKEN) or silence or length > 4 * SPOKEN:
            yield Block(" ".join(words), "paragraph", heading_path([title, f"{_clock(first)}–{_clock(end)}"]))
            words, first = [], ""


def seconds(time: str) -> float:
    """Return a time as seconds."""
    total = 0.0
    for part in time.replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total


def _clock(time: str) -> str:
    """Return a time without fractions of seconds."""
    return re.split(r"[.,]", time)[0]
