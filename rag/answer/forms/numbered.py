"""Replies with a numbered part of a document: "What does clause 2.3 say?"

Only for questions that ask for the whole part; one that asks for a detail in it is read like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answer.neighbours import of_block, section, whole_items
from rag.answer.reply import Reply, Statement
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.words import content_stems
from rag.split.blocks import blocks_of

FILES = 3  # files searched, in the order they were found
SEPARATOR = re.compile(r"[^\w\s]|_")  # in a file name
MOST = 12  # most statements shown of a part
PARTS = (
    "clause|section|article|paragraph|chapter|part|annex|appendix|schedule|rule|item|point|step|"
    "klausel|abschnitt|artikel|absatz|kapitel|ziffer|punkt|regel|schritt|"
    "cl[aá]usula|secci[oó]n|art[ií]culo|p[aá]rrafo|cap[ií]tulo|punto|regla|paso|"
    "paragraphe|chapitre|point|r[eè]gle|[eé]tape"
)
COUNTED = re.compile(
    r"(?:rule|item|point|step|regel|punkt|schritt|punto|regla|paso|r[eè]gle|[eé]tape)\b", re.IGNORECASE
)
NAMED = rf"(?P<kind>§{{1,2}}|\b(?:{PARTS})\b)\s*(?:no\.?\s*)?(?P<number>\d{{1,3}}(?:\.\d{{1,3}}){{0,4}}[a-z]?|[IVX]{{1,5}})\b"
SAYS = r"(?:say|state|read|provide|contain|cover|require|regulate|stipulate|mean|deal with|lay down)s?"
TOLD = r"(?:stated|said|written|regulated|covered|laid down|provided|described|set out)"
ABOUT = r"(?:\s+(?:of|in|from)\s+(?:the\s+|our\s+|my\s+)?(?P<document>[^?,]{3,60}?))?"
ANY = content_stems("document documents file files text page this it")  # name no document
ASKED = [
    re.compile(rf"\W{{0,8}}{pattern}\W{{0,8}}\Z", re.IGNORECASE)
    for pattern in (
        rf"what\s+(?:does|do|did|would)\s+(?:the\s+)?{NAMED}{ABOUT}\s+{SAYS}",
        rf"what(?:['’]s|\s+is|\s+are|\s+was)?\s+(?:{TOLD}\s+)?(?:in|by|under)\s+(?:the\s+)?{NAMED}{ABOUT}",
        rf"what(?:['’]s|\s+is)\s+(?:the\s+)?{NAMED}{ABOUT}(?:\s+about)?",
        rf"(?:please\s+)?(?:show|quote|read|give|tell)\s+(?:me\s+)?(?:the\s+)?(?:text\s+of\s+)?{NAMED}{ABOUT}",
        rf"was\s+(?:steht|besagt|sagt|regelt|bedeutet)\s+(?:in\s+|unter\s+)?(?:der\s+|dem\s+)?{NAMED}",
        rf"qu[eé]\s+(?:dice|establece)\s+(?:la\s+|el\s+)?{NAMED}",
        rf"que\s+(?:dit|pr[eé]voit)\s+(?:la\s+|le\s+|l['’])?{NAMED}",
    )
]


@dataclass(frozen=True, slots=True)
class Part:
    """The part asked for: its kind, its number, and how its document is named, "" if it is not."""

    kind: str
    number: str
    document: str = ""

    def may_be_in(self, *names: str) -> bool:
        """Return True if the names of a place hold every content word of the document's name."""
        return content_stems(self.document) - ANY <= content_stems(" ".join(SEPARATOR.sub(" ", name) for name in names))

    def begins(self, text: str, *, heading: bool = False) -> bool:
        """Return True if a text begins with the part's number; a bare number counts in list items or headings."""
        match = re.match(
            rf"\W*(?P<word>(?:{PARTS})\s+|§+\s*)?{re.escape(self.number)}(?![\w.]*\w)", text, re.IGNORECASE
        )
        dotted, counts = "." in self.number, COUNTED.match(self.kind) is not None
        return bool(match and (match["word"] or dotted or heading != counts))


def asked_part(question: str) -> Part | None:
    """Return the numbered part that a question asks for as a whole."""
    matches = (pattern.match(question.strip()) for pattern in ASKED)
    return next((_part(match) for match in matches if match), None)


def _part(match: re.Match[str]) -> Part:
    return Part(match["kind"], match["number"], match.groupdict().get("document") or "")


def numbered(found: Situation) -> Reply:
    """Return the text under the number asked for; () if no part is asked for or none of the files found has it."""
    part = asked_part(found.question)
    if part is None:
        return ()
    titled = sorted(found.sources, key=lambda s: not part.may_be_in(found.documents[s].title, s))
    found = replace(found, sources=tuple(titled))
    named = (block for block in in_order(found) if part.may_be_in(*_names(found, block)))
    blocks = next(filter(None, (_of_number(found, block, part) for block in named)), ())
    listed = len(blocks) > 1 and all(block.kind == "item" for block in blocks)
    return tuple(Statement(block.text, (block,), layout="bullet" if listed else "text") for block in blocks[:MOST])


def _names(found: Situation, block: Evidence) -> tuple[str, str, str]:
    """Return the names of the place of a block: its document's title, its file and the headings above it."""
    source = block.passage.source
    return found.documents[source].title, source, block.passage.heading


def in_order(found: Situation) -> Iterator[Evidence]:
    """Yield the blocks that were read, best first, then the other blocks of the files found."""
    yield from found.evidence
    for source in found.sources[:FILES]:
        for passage in found.passages_of(source):
            yield from map(of_block, blocks_of(found.documents[source], passage))


def _of_number(found: Situation, block: Evidence, part: Part) -> Sequence[Evidence]:
    """Return the whole part that a block begins or belongs to."""
    if part.begins(block.text) or part.begins(block.quote):
        return _paragraph(whole_items(section(found, block)), block)
    headings = block.passage.heading.split(" › ")
    if not any(part.begins(heading, heading=True) for heading in headings):
        return ()
    return whole_items(section(found, block))


def _paragraph(blocks: Sequence[Evidence], first: Evidence) -> list[Evidence]:
    """Return a block with the sentences after it on the same line."""
    kept: list[Evidence] = []
    for block in blocks:
        if block.start <= first.start < block.end:
            kept = [block]
        elif kept and block.passage.id == first.passage.id:
            text, start = first.passage.text, first.passage.start
            if "\n" in text[kept[-1].end - start : block.start - start]:
                break
            kept.append(block)
    return kept or [first]
