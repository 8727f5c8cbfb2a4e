"""Writes an e-mail, a letter or an announcement from the words of a request and cited facts.

It is a template, not free text: the addressee, the request in its own words, and the cited facts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.dates import mentions
from rag.split.blocks import blocks_of

ANNOUNCED = re.compile(
    r"\b(?:announcement|notice|poster|memo|note|press release|sign|newsletter|message to all)\b", re.IGNORECASE
)
ORDER = re.compile(
    r"^\W*(?:(?:please|can you|could you|i need|i would like|i'd like|help me|pls)\s+)*(?:(?:to\s+)?(?:write|draft|compose|prepare|create|make|formulate|word|craft|put together)\s+)?(?:up\s+)?(?:me\s+)?(?:an?|the|some)?\s*"
    r"(?:(?:short|polite|friendly|brief|formal|internal|little)\s+)*(?P<kind>e-?mail|mail|letter|message|note|notice|announcement|memo|reply|answer|text message|text|invitation|reminder|complaint|application|poster|press release|statement|whatsapp message)?",
    re.IGNORECASE,
)
POLITE = re.compile(r"^\W*(?:(?:thanks|thank you|ok|okay|great|good|fine|and|now|so|then)\b\W*)+(?=\S)", re.IGNORECASE)
READER_FIRST = re.compile(  # "write Mrs Holm a message", "send the caretaker an e-mail"
    r"^\W*(?:(?:please|can you|could you)\s+)*(?:write|send|draft)\s+(?P<who>(?!(?:me|us|an?|some|up|to|this|that|it|them)\b)"
    r"(?:(?:the|my|our)\s+)?[\w.'’-]+(?:\s+[\w.'’-]+)?)\s+(?P<rest>an?\s+.+)$",
    re.IGNORECASE,
)
ADDRESSEE = re.compile(
    r"^\s*(?:to|for)\s+(?P<who>.+?)(?=\s+(?:asking|to ask|to|that|about|saying|telling|for|reporting|with|in which|because|whether|when|where|if|requesting|who|and)\b|\s*[:,]|$)",
    re.IGNORECASE,
)
CONTENT = re.compile(
    r"^[\s,:]*(?:in which (?:i|we)\s+)?(?P<how>asking (?:them |him |her )?(?:for|whether|if|to|when|where|how|who|what)|to ask (?:for|whether|if|when|to)|ask (?:for|whether|if)|requesting|reporting|"
    r"that|saying that|telling (?:them|everyone|him|her) that|telling|saying|about|on|regarding|because of|because|for|to|who|whether|if|with|:)?\s*(?P<what>.*)$",
    re.IGNORECASE | re.DOTALL,
)
CONFIRMED = re.compile(
    r"^(?:(?:an?|the|written|short|your|their)\s+)*confirmation\s+(?:of|about|for)\s+(?P<what>(?:the|our|my|your|their|his|her)\s.+)$",
    re.IGNORECASE,
)
DEFINITE = re.compile(r"^(?:the|our|my|your|their)\s", re.IGNORECASE)
HEADER = re.compile(r"(?:From|To|Cc|Date|Subject): [^|]{1,300}\| (?:To|Cc|Date|Subject): ")  # of a mail
TIME_OF_DAY = re.compile(r"(?<![\d:.])(?:[01]?\d|2[0-3])[:.][0-5]\d(?![\d:.])|\b\d{1,2}\s?[ap]\.?m\b", re.IGNORECASE)
PLACE = re.compile(r"\b(?:place|venue|room|hall|where|location|meet(?:ing)? at)\b", re.IGNORECASE)
LONGEST_SUBJECT = 60  # characters
MOST_FACTS = 3
CLOSE = "Thank you and kind regards\n(your name)"


@dataclass(frozen=True, slots=True)
class Request:
    """A request to write something."""

    kind: str  # "e-mail", "letter", "announcement" ...
    addressee: str  # empty if none is named
    how: str  # "asking for", "that", "about" ...
    content: str  # in the request's words

    @property
    def question(self) -> str:
        """The question to look up in the documents for it."""
        return f"{self.content[:1].upper()}{self.content[1:]}" if self.content else self.addressee

    @property
    def looked_up(self) -> str:
        """What is looked up for it: all of an announcement; otherwise what is to be confirmed, or what it is about."""
        if self.announces:
            return self.question
        named = CONFIRMED.match(self.content)
        what = (
            named["what"] if named else self.content if self.how in ("confirming", "about", "on", "regarding") else ""
        )
        return f"What is {what}?" if what and DEFINITE.match(what) else ""

    @property
    def announces(self) -> bool:
        """True if it is for everybody, with its facts from the documents."""
        return bool(ANNOUNCED.search(self.kind))


def request_of(question: str) -> Request:
    """Parse a request: "Write an email to the council asking for a new bin"."""
    stem = POLITE.sub("", " ".join(question.split()).rstrip("?!. "))
    first = READER_FIRST.match(stem)
    stem = f"write {first['rest']}" if first else stem
    order = ORDER.match(stem)
    kind = (order["kind"] if order else "") or ""
    rest = stem[order.end() :] if order else stem
    named = ADDRESSEE.match(rest)
    addressee = named["who"].strip() if named and kind else ""
    content = CONTENT.match(rest[named.end() :] if addressee and named else rest)
    addressee = addressee or (first["who"] if first and kind else "")
    how, what = (content["how"] or "", content["what"]) if content else ("", rest)
    return Request(kind.lower() or "text", addressee, how.lower().strip(" :"), what.strip(" ,:"))


def facts_of(request: Request, reply: Reply, found: Situation) -> Reply:
    """Return what the documents say for it: never the header of a mail, but what its body says of day, time and place."""
    told = tuple(said for said in reply if not any(HEADER.match(e.quote) for e in said.evidence))
    if not request.announces:
        return tuple(sorted(told, key=lambda said: not any(map(str.isdigit, said.text))))[:1]
    sources = [e.passage.source for said in reply for e in said.evidence if said not in told]
    return (*_when_and_where(found, sources[0]), *told) if sources else told


def _when_and_where(found: Situation, source: str) -> Reply:
    """Return the sentence of a letter that tells day and time best, with the next one if it tells the place."""
    passages = found.passages_of(source)
    blocks = [
        Evidence.of(b)
        for p in passages
        for b in blocks_of(found.documents[source], p)
        if b.kind in ("sentence", "item")
    ]
    times = [bool(TIME_OF_DAY.search(e.text)) + any(m.day for m in mentions(e.text)) for e in blocks]
    if not any(times):
        return ()
    at = times.index(max(times))
    after = [e for e in blocks[at + 1 : at + 2] if PLACE.search(e.text)]
    return tuple(Statement(e.text, (e,)) for e in (blocks[at], *after))


def letter(request: Request, facts: Reply = ()) -> Reply:
    """Return the text: the user's request in their own words, without citations, then facts, each cited."""
    told = tuple(replace(fact, layout="text") for fact in facts if fact.evidence and fact.layout != "code")[:MOST_FACTS]
    if request.announces:
        title = Statement(f"**{_subject(request)}**", (), layout="paragraph")
        return (title, Statement(f"{_capital(request.content)}.", (), layout="text"), *told)
    greeting = f"Dear {_name(request.addressee)}," if request.addressee else "Hello,"
    opening = f"**Subject:** {_subject(request)}\n\n{greeting}\n\n{_body(request)}"
    return (Statement(opening, (), layout="paragraph"), *told, Statement(CLOSE, (), layout="paragraph"))


def _body(request: Request) -> str:
    """Return the request as a sentence in the first person."""
    how, what = request.how, request.content
    if not what:
        return "I am writing to you about the following."
    if how in ("asking for", "to ask for", "ask for", "requesting", "for") or how.endswith(" for"):
        return f"I would like to ask you for {what}."
    if how.endswith(("whether", "if", "when", "where", "how", "who", "what")):
        return f"could you please tell me {how.rpartition(' ')[2]} {what}?".replace("could", "Could", 1)
    if how.startswith("asking") and how.endswith(" to"):
        return f"I would like to ask you to {what}."
    if how == "to" or how.endswith(" to"):
        return f"I would like to {what}."
    if how == "reporting":
        return f"I would like to report {what}."
    if how in ("about", "on", "regarding", "because of", "with"):
        return f"I am writing to you about {what}."
    if "that" in how or how in ("telling", "saying"):
        return f"I am writing to let you know that {what}."
    return f"I am writing to you about this: {what}."


def _subject(request: Request) -> str:
    words = re.sub(r"^(?:a|an|the|my|our|we|i)\s+", "", request.content, flags=re.IGNORECASE) or request.kind
    line = words if len(words) <= LONGEST_SUBJECT else f"{words[:LONGEST_SUBJECT].rpartition(' ')[0]} …"
    return _capital(line)


def _name(addressee: str) -> str:
    return re.sub(r"^(?:the|my|our)\s+", "", addressee, flags=re.IGNORECASE)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
