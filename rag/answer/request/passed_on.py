"""Passes the last answer on: as an e-mail to somebody, or as a notice for everybody, with its citations.

"Put that in a letter to the landlord", "as an e-mail to Ada", "the same for the notice board".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rag.answer.question.topics import topic_of
from rag.answer.reply import Reply, Statement
from rag.answer.request.letter import CLOSE

WRITTEN = (
    r"e-?mail|mail|letter|(?:text |whatsapp )?message|whatsapp|sms|note|memo|reply|invitation|reminder|"
    r"(?P<shown>notice(?: ?board)?|poster|sign|announcement|newsletter|blackboard|black board|circular)"
)
POINTING = r"(?:that|this|it|these|those|them|the (?:same|above|answer|lot))"
ASKED = r"(?:(?:and|now|so|then|also|ok|okay|please|thanks|could you|can you|would you|will you|i need|i want)\W+)*"
DONE = r"(?:write|put|turn|make|send|draft|word|format|give(?: me)?|rewrite|compose|create|do|use)\s+"
PASSED_ON = re.compile(
    rf"\W*{ASKED}(?:"
    rf"(?:{DONE})?{POINTING}\b(?:\s+(?:up|out|down))?\s+(?:in|into|as|for|on|to)\s+(?:\w+\s+){{0,4}}?(?P<one>{WRITTEN})\b"
    rf"|(?:as|in|for)\s+(?:an?|the|my|our)\s+(?:\w+\s+){{0,2}}?(?P<two>{WRITTEN.replace('shown', 'seen')})\b"
    rf"|(?:{DONE})(?:an?|the|some)\s+(?:\w+\s+){{0,2}}?(?P<three>{WRITTEN.replace('shown', 'read')})\b"
    rf"(?:(?!\b(?:that|asking|about|saying)\b)[^.?!])*?\b(?:out of|of|from|with)\s+{POINTING}\b"
    rf"|(?:write|send)\s+{POINTING}\s+(?:up\s+)?(?:to|for)\s+(?P<whom>\w)"
    r")",
    re.IGNORECASE,
)
ADDRESSEE = re.compile(
    r"\b(?:to|for)\s+(?P<who>(?:(?:the|my|our|all|mr|mrs|ms|dr)\.?\s+)?[\w'’-]+(?:\s+(?!for\b|from\b|out\b|of\b|with\b|about\b|please\b|and\b|that\b|to\b|in\b|as\b)[\w'’-]+){0,3})",
    re.IGNORECASE,
)
OWN_WORDS = re.compile(r"[,;:–—]\s+(?P<told>(?:i|we|my|our|it|the|there|please)\b.{6,})$", re.IGNORECASE | re.DOTALL)
YES_OR_NO = re.compile(r"^(?:yes|no|ja|nein|oui|non|sí):\s+(?=\S)", re.IGNORECASE)
NOBODY = frozenset("me us it that this them".split())


@dataclass(frozen=True, slots=True)
class Passing:
    """How the last answer is passed on."""

    shown: bool  # to everybody who passes by, not sent
    addressee: str  # "" if none is named
    told: str  # what the user says besides


def passing(question: str) -> Passing | None:
    """Return how a question wants the last answer to be passed on; None if it wants something else."""
    line = " ".join(question.split())
    found = PASSED_ON.match(line)
    if found is None:
        return None
    own = OWN_WORDS.search(line, found.end())
    asked = line[: own.start()] if own else line
    shown = bool(found["shown"] or found["seen"] or found["read"])
    named = [m["who"] for m in ADDRESSEE.finditer(asked) if m["who"].lower().split()[0] not in NOBODY]
    named = [
        who for who in named if not re.fullmatch(rf"(?:an?|the|my|our)?\s*(?:\w+\s+)?(?:{WRITTEN})", who, re.IGNORECASE)
    ]
    return Passing(shown, "" if shown or not named else named[0].strip(), own["told"].strip(" .") if own else "")


def passed_on(how: Passing, reply: Reply, question: str) -> Reply:
    """Return a reply as a letter or a notice about the question that it answers."""
    said = topic_of(question)
    about = f"**{'' if how.shown else 'Subject:** '}{said[:1].upper()}{said[1:]}{'**' if how.shown else ''}"
    reply = tuple(replace(s, text=YES_OR_NO.sub("", s.text)) for s in reply)  # nobody there asked
    if how.shown:
        return (Statement(about, (), layout="paragraph"), *reply)
    who = re.sub(r"^(?:the|my|our)\s+", "", how.addressee, flags=re.IGNORECASE)
    greeting = f"Dear {who}," if who else "Hello,"
    parts = [about, greeting, *([f"{how.told[:1].upper()}{how.told[1:]}."] if how.told else [])]
    body = tuple(replace(s, layout="bullet") if s.layout == "step" and len(reply) == 1 else s for s in reply)
    return (Statement("\n\n".join(parts), (), layout="paragraph"), *body, Statement(CLOSE, (), layout="paragraph"))
