"""Finds signs ("traits") that a text was written to be retrieved or to steer a program, not for people.

Traits depend on form and counts, never on content: "orders" to a model, the "tokens" of chat templates, a question
"stuffed" in many times, "invisible" characters inside words. A text without them may still lie.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping

from rag.types import Document, Trait

RULES = 1  # version of the rules below; when it changes, a build checks every file again
WINDOW, STEP = 2_400, 1_600  # characters of a document checked at a time
AROUND = 1_000  # characters checked before and after a passage: stuffing fills several passages
SAID: Mapping[Trait, str] = {  # readable descriptions of a file
    "orders": "contains instructions to a program",
    "tokens": "holds the marks of a language model's messages",
    "stuffed": "repeats a question again and again",
    "invisible": "holds invisible characters inside words",
}

MODEL = r"(?:AIs?|LLMs?|AI (?:assistants?|models?|systems?|agents?)|(?:large )?language models?|chat ?bots?)"
ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override) (?:all |any |every )?(?:of )?(?:the |your |my )?(?:previous|prior|above|earlier|preceding) "
    r"(?:system )?(?:instructions|prompts|directives)\b"
    rf"|\b(?:note|notice|message|instructions?|attention|reminder|hint) (?:to|for) (?:all |any |every |the |an? )?{MODEL}\b"
    rf"|\b(?:assistant|{MODEL}), (?:please )?(?:the answer|answer|reply|respond|say|ignore|repeat|output|you must|do not)\b"
    rf"|\byou are (?:now )?(?:an? |the )?(?:helpful assistant|{MODEL})\b[^\n]{{0,160}}?\b(?:must|always|never|only)\b"
    r"|\b(?:do not|don't|never) (?:reveal|mention|disclose|cite) (?:this (?:note|prompt|message|instruction)|(?:any |the )?(?:other|system) "
    r"(?:documents?|sources?|instructions?|prompt))\b"
    r"|\bignor(?:iere|ieren Sie) alle (?:vorherigen|bisherigen) Anweisungen|\bignore[zs]? toutes les instructions précédentes"
    r"|\bignor[ae] todas las instrucciones anteriores",
    re.IGNORECASE,
)
TOKENS = re.compile(
    r"<[|｜](?:im_start|im_end|im_sep|system|user|assistant|end|eot_id|endoftext|(?:start|end)_header_id|begin_of_text|begin▁of▁sentence|"
    r"(?:User|Assistant)|end▁of▁sentence)[|｜]>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>"
)
UNSEEN = "\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
INSIDE = re.compile(rf"(?<=[A-Za-z\u00c0-\u04ff])[{UNSEEN}]+(?=[A-Za-z\u00c0-\u04ff])")
TAGS = re.compile(
    r"(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007e]{4,}"
)  # a flag emoji starts with the first of these
FEWEST_INSIDE = 5  # words broken by invisible characters; editors leave one or two
QUESTION = re.compile(r"(?<![^.!?:\n])[^.!?:\n]{8,300}\?")
WORD = re.compile(r"[^\W_]+")
SHORTEST = 4  # words of a counted question
MOST_ASKED = 2  # times it occurs in a passage written for people


def traits(text: str) -> tuple[Trait, ...]:
    """Return the traits of a text; () for an ordinary one."""
    found: list[Trait] = []
    if ORDERS.search(seen(text)):
        found.append("orders")
    if TOKENS.search(text):
        found.append("tokens")
    if _is_stuffed(text):
        found.append("stuffed")
    if _is_broken(text):
        found.append("invisible")
    return tuple(found)


def traits_of(document: Document) -> tuple[Trait, ...]:
    """Return the traits of a document, including hidden text but not tables and code."""
    text = _prose(document, 0, len(document.text))
    windows = (text[start : start + WINDOW] for start in range(0, max(1, len(text) - WINDOW + STEP), STEP))
    return tuple(dict.fromkeys(trait for window in windows for trait in traits(window)))


def traits_near(document: Document, start: int, end: int) -> tuple[Trait, ...]:
    """Return the traits of a span of a document and its surroundings."""
    return traits(_prose(document, max(0, start - AROUND), end + AROUND))


def told(given: Iterable[Trait]) -> str:
    """Return traits in words: `contains instructions to a program`."""
    return ", ".join(SAID[trait] for trait in given)


def _prose(document: Document, start: int, end: int) -> str:
    """Return the text of a span of a document, without tables and code."""
    segments = document.segments
    if not segments:
        return document.text[start:end]
    first = max(0, bisect_right(segments, start, key=lambda segment: segment.start) - 1)
    last = bisect_left(segments, end, key=lambda segment: segment.start)
    parts = (s for s in segments[first:last] if s.kind not in ("row", "code"))
    return "\n".join(document.text[max(start, s.start) : min(end, s.end)] for s in parts)


def seen(text: str) -> str:
    """Return a text on one line, without invisible characters between its letters."""
    return " ".join(INSIDE.sub("", text).split()) if not text.isascii() else " ".join(text.split())


def _is_stuffed(text: str) -> bool:
    """Return True if a passage repeats a question many times, with or without its question mark."""
    if "?" not in text:
        return False
    said = f" {' '.join(WORD.findall(text.casefold()))} "
    for question in set(QUESTION.findall(text)):
        words = WORD.findall(question.casefold())
        if len(words) >= SHORTEST and len(re.findall(rf"(?<= ){' '.join(words)}(?= )", said)) > MOST_ASKED:
            return True
    return False


def _is_broken(text: str) -> bool:
    if text.isascii():
        return False
    return len(INSIDE.findall(text)) >= FEWEST_INSIDE or TAGS.search(text) is not None
