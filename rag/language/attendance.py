"""Detects questions for those who were at a meeting, or were not, and the line of its minutes that lists them."""

from __future__ import annotations

import re

MEETING = r"\b(?:meetings?|sessions?|assembl(?:y|ies)|agm|sitting|conference|workshop|call|there|sitzung|versammlung|réunion|reunión)\b"
ASKS_WHO = re.compile(
    rf"\bwho(?:m)?\b(?=.*\b(?:was|were|is|came|come|attend\w*|took part|take part|miss\w*)\b)(?=.*{MEETING})|\bwho(?:m)?\b.*\battended\b",
    re.IGNORECASE,
)
NOT_THERE = re.compile(
    r"\b(?:missing|missed|absent|excused|apologi\w+|not|n[o']t (?:come|there)|couldn[’']t|didn[’']t|wasn[’']t|weren[’']t)\b",
    re.IGNORECASE,
)
PRESENT = re.compile(
    r"\W*(?:(?:those|members|also|persons|people)\s+)?(?:present|in attendance|attendees?|attendance|attended(?: by)?|participants?|"
    r"anwesend\w*|teilnehmer\w*|présents?|presentes|asistentes)\b[^:\n]{0,40}:",
    re.IGNORECASE,
)
EXCUSED = re.compile(
    r"\W*(?:apologies|absent|excused|regrets|not present|missing|entschuldigt|abwesend|excusés?|absents?|ausentes)\b[^:\n]{0,40}:",
    re.IGNORECASE,
)


def lists_those(question: str, text: str) -> bool:
    """Return True if a question asks who was, or was not, at a meeting, and a text is the line that lists them."""
    if not ASKS_WHO.search(question):
        return False
    return bool(EXCUSED.match(text) if NOT_THERE.search(question) else PRESENT.match(text))
