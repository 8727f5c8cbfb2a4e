"""Separates boilerplate (menus, counters, share buttons, dangling labels) from content, by form.

In doubt a line is content: a byline, a date, a source, a key with its value in a list.
"""

from __future__ import annotations

import re

MAX_WORDS = 6
COUNTER = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)?\s*[:(]\s*\d[\d.,]*\s?[kKmM]?\)?|\d[\d.,]*\s?[kKmM]? [^\W\d_]+")
# Common calls to action around an article. They count only in short lines without a sentence.
CALL = re.compile(
    r"\b(?:share|tweet|retweet|e-?mail|print|pin it|like|follow|subscribe|sign (?:in|up)|log ?in|register|newsletter|cookies?|"
    r"accept(?: all)?|privacy policy|terms (?:of|and)|all rights reserved|copyright|leave a (?:comment|reply)|comments?|repl(?:y|ies)|"
    r"related|read more|see also|recommended|you may also like|next|previous|older|newer|back to top|skip to|menu|search|home|"
    r"advertisement|sponsored|posted in|filed under|tags?|categories|click here|download|views|loading)\b",
    re.IGNORECASE,
)
REPEATS = 3  # a short line repeated this often is boilerplate


def is_furniture(line: str, *, at_edge: bool, repeats: int, leads_nowhere: bool) -> bool:
    """Return True if a short line without a sentence is boilerplate.

    at_edge: it is before the first or after the last paragraph of prose. leads_nowhere: it ends in a colon, and no
    content follows.
    """
    words = line.split()
    if not words or len(words) > MAX_WORDS:
        return False
    if leads_nowhere or (at_edge and COUNTER.fullmatch(line)):
        return True
    if repeats >= REPEATS and not any(character.isdigit() for character in line):
        return True
    return at_edge and CALL.search(line) is not None
