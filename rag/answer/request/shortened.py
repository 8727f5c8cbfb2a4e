"""Says an answer in fewer or plainer words, or says more: parts are left out or follow, nothing is reworded."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.answer.forms.phrase import briefly, phrase_of
from rag.answer.neighbours import leans, section
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.language.limits import limits
from rag.language.sentences import sentences

ASIDE = re.compile(
    r"\s{0,2}\((?![^()]{0,200}\d{4})[^()]{3,200}\)|\s{1,2}[–—]\s[^–—]{1,300}\s[–—](?=\s)"
)  # in brackets or between dashes; years are kept
ONLY_VALUE = re.compile(
    r"\b(?:just|only|nothing but)\s+(?:\w+\s+){0,2}?(?:numbers?|figures?|amounts?|prices?|sums?|dates?|days?|times?|years?|names?|words?|places?|"
    r"address(?:es)?|codes?|answers?|result)\b",
    re.IGNORECASE,
)
ONE_SENTENCE = re.compile(
    r"\W*(?:(?:and|now|so|ok|okay|please|just|only|can you|could you|give me|make (?:it|that)|put (?:it|that)|say (?:it|that)|(?:sum|wrap) (?:it|that) up|"
    r"summari[sz]e (?:it|that)|for (?:the|a|our|my) \w+,?|as|in(?:to)?)\s+)*(?:an?|one|a single|two|1|2)\s+(?:(?:short|single|simple)\s+)?(?:sentences?|lines?)\b(?=\s*(?:$|[,.!?]|please\b|for\b|about\b|on\b|only\b|at most\b|max\b))|"
    r"\W*(?:(?:and|now|please|can you|could you)\s+)*(?:(?:sum|wrap) (?:it|that|this) up|(?:summari[sz]e|shorten|condense) (?:it|that|this))\b(?!\s+(?:\w+\s+)?"
    r"(?:document|file|letter|mail|e-?mail|report|page|paper|contract|minutes|manual|book))",
    re.IGNORECASE,
)
LISTED = ("bullet", "step")
MORE = 3  # sentences that follow an answer, if somebody wants to know more


def simpler(reply: Reply, found: Situation | None = None) -> Reply:
    """Return the answer in at most two sentences, without asides; one that answers `found` is among them."""
    plain = tuple(_without_asides(statement) for statement in reply if statement.layout != "code")
    if not plain or plain[0].layout != "text":
        return plain
    at = _answering(plain, found) if found else None
    return plain[at - 1 : at + 1] if at and at > 1 else plain[:2]


def wants_it_shorter(question: str) -> bool:
    """Return True if a question wants the last answer in a sentence or two."""
    return bool(ONE_SENTENCE.match(question))


def longer(reply: Reply, found: Situation) -> Reply:
    """Return an answer with the sentences that follow it in its section."""
    last = next((e for statement in reversed(reply) for e in statement.evidence), None)
    if last is None or last.kind in ("row", "code"):
        return reply
    blocks = [e for e in section(found, last, reach=1) if e.kind in ("sentence", "item") and e.start > last.start]
    kept = tuple(Statement(e.text, (e,), layout=reply[-1].layout) for e in blocks[:MORE])
    return (*reply, *kept)


def shorter(reply: Reply, found: Situation, wish: str = "") -> Reply:
    """Return the sentence that answers, or the phrase of it if it is all that is said, or the only `wish`.

    Of a list, each item is kept with its first sentence. What is computed, rests on several files, or says more than a quote (yes, no, who says so) stays whole.
    """
    at = _answering(reply, found)
    if at is not None and ONLY_VALUE.search(wish) and phrase_of(found.best):
        return (briefly(found.best, question=found.question, short=0),)
    if reply and all(statement.layout in LISTED for statement in reply):
        return tuple(replace(s, text=first_sentence(_without_asides(s).text)) for s in reply)
    if at is None or len({e.passage.source for statement in reply for e in statement.evidence}) > 1:
        return reply
    said = reply[at]
    if len(reply) == 1:
        return (briefly(found.best, question=found.question, short=0),) if phrase_of(found.best) else reply
    return reply[at - 1 : at + 1] if at and leans(said.text) else (said,)


def _answering(reply: Reply, found: Situation) -> int | None:
    """Return the place of the only statement that quotes the best evidence and nothing else; None if there is none."""
    best = found.best if found.evidence else None
    places = [
        i
        for i, said in enumerate(reply)
        if best
        and said.evidence == (best,)
        and said.layout == "text"
        and said.text.rstrip(".").casefold() in best.text.casefold()
    ]
    return places[0] if len(places) == 1 else None


def first_sentence(text: str) -> str:
    """Return the first sentence of a text."""
    start, end = next(iter(sentences(text)), (0, len(text)))
    return text[start:end]


def _without_asides(statement: Statement) -> Statement:
    """Leave out text in brackets or between dashes that limits nothing, except in table rows and code."""
    if statement.layout not in ("text", "bullet", "step"):
        return statement
    text = ASIDE.sub(lambda aside: aside.group() if limits(aside.group()) else "", statement.text)
    return replace(statement, text=text) if text.strip() else statement
