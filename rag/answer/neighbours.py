"""Finds the context of a piece of evidence in its document: the sentence before, the rest of its list, its section."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answer.situation import Situation
from rag.evidence import Block, Evidence
from rag.split.blocks import BULLET, blocks_of
from rag.types import Passage

LEANS = re.compile(
    r"(?:it|its|he|him|his|she|her|they|them|their|this|that|these|those|such|however|therefore|nevertheless|otherwise|also|both|"
    r"the (?:former|latter|other|same)|in that case|if so|if not|but|so|and|or|er|sie|es|dies\w*|il|elle|ils|elles|cela|ello|ella|él|esto|esta)\b",
    re.IGNORECASE,
)
JOINING = re.compile(r"(?:so|but|and|or|also|however|therefore)\b,?\s+", re.IGNORECASE)
IMPERSONAL = re.compile(
    r"it (?:is|was|has been|will be) (?:\w+ly )?\w+ (?:to|that|not to|how|whether)\b", re.IGNORECASE
)
BACK = re.compile(
    r"(?:then|there(?! (?:is|are|was|were|will))|(?:from|until|since|by|after|before) (?:then|that|this))\b",
    re.IGNORECASE,
)
STEP = re.compile(r"\s{0,8}\(?(?:\d{1,3}|[a-z])[.)]\s")


def leans(text: str) -> bool:
    """Return True if a sentence begins with a word that refers back."""
    return bool(LEANS.match(text))


def refers_back(text: str) -> bool:
    """Return True if a sentence needs the one before it; a mere "so" or "also" can be read without that."""
    alone = JOINING.sub("", text, count=1)
    return bool(BACK.match(alone)) or (leans(alone) and not IMPERSONAL.match(alone))


def section(found: Situation, evidence: Evidence, *, reach: int | None = None) -> list[Evidence]:
    """Return the blocks under the heading of a piece of evidence, in document order.

    `reach` is how many passages on either side are looked at, None for all.
    """
    home = evidence.passage
    passages = [home]
    around = found.passages_of(home.source)
    at = next((i for i, passage in enumerate(around) if passage.start == home.start), None)
    if at is not None:
        first = last = at
        lowest, highest = (
            (0, len(around) - 1) if reach is None else (max(0, at - reach), min(len(around) - 1, at + reach))
        )
        while first > lowest and same_heading(around[first - 1], home):
            first -= 1
        while last < highest and same_heading(around[last + 1], home):
            last += 1
        passages = list(around[first : last + 1])
    document = found.documents[home.source]
    scores = {(e.start, e.end): e for e in found.evidence if e.passage.source == home.source}
    blocks = [block for passage in passages for block in blocks_of(document, passage) if block.kind != "question"]
    return [scores.get((block.start, block.end)) or of_block(block) for block in blocks]


def same_heading(passage: Passage, other: Passage) -> bool:
    """Return True if two passages have the same heading, ignoring row numbers."""
    return _bare(passage.heading) == _bare(other.heading)


def of_block(block: Block, score: float = 0.0) -> Evidence:
    """Return a block as evidence without a score."""
    return Evidence(
        block.passage, block.start, block.end, block.quote, score, block.text, block.kind, offsets=block.offsets
    )


def before(blocks: Sequence[Evidence], evidence: Evidence) -> Evidence | None:
    """Return the block before a piece of evidence, if one is in the same paragraph or section."""
    at = next((i for i, block in enumerate(blocks) if block.start == evidence.start), 0)
    return blocks[at - 1] if at else None


def run_of_items(blocks: Sequence[Evidence], evidence: Evidence) -> tuple[Evidence, ...]:
    """Return the whole list of an item, or the list that a lead ending in a colon announces; () if there is none."""
    blocks = whole_items(blocks)
    at = next((i for i, block in enumerate(blocks) if block.start <= evidence.start < block.end), None)
    if at is None:
        return ()
    if blocks[at].kind != "item":
        announces = blocks[at].text.rstrip().endswith((":", "："))
        if not (announces and at + 1 < len(blocks) and blocks[at + 1].kind == "item"):
            return ()
        at += 1
    first = last = at
    while first > 0 and blocks[first - 1].kind == "item" and _numbered(blocks[first - 1]) == _numbered(blocks[at]):
        first -= 1
    while (
        last + 1 < len(blocks)
        and blocks[last + 1].kind == "item"
        and _numbered(blocks[last + 1]) == _numbered(blocks[at])
    ):
        last += 1
    return tuple(blocks[first : last + 1])


def whole_items(blocks: Sequence[Evidence]) -> list[Evidence]:
    """Return the blocks, merging the sentences of each list item."""
    whole: list[Evidence] = []
    for block in blocks:
        if whole and _goes_on(whole[-1], block):
            whole[-1] = _joined(whole[-1], block)
        else:
            whole.append(block)
    return whole


def _goes_on(item: Evidence, block: Evidence) -> bool:
    """Return True if a block is a further sentence of the item before it."""
    if item.kind != "item" or block.kind != "item" or item.passage.id != block.passage.id or BULLET.match(block.quote):
        return False
    between = item.passage.text[item.end - item.passage.start : block.start - item.passage.start]
    return "\n" not in between or (bool(BULLET.match(item.quote)) and "\n\n" not in between)


def _joined(item: Evidence, block: Evidence) -> Evidence:
    start = item.passage.start
    return replace(
        item,
        end=block.end,
        quote=item.passage.text[item.start - start : block.end - start],
        text=f"{item.text} {block.text}",
        score=max(item.score, block.score),
        offsets=(*item.offsets, block.start, *block.offsets) if item.offsets else (),
    )


def is_numbered(items: Sequence[Evidence]) -> bool:
    """Return True if the items are steps: their lines begin with numbers or letters."""
    return all(_numbered(item) for item in items)


def _numbered(block: Evidence) -> bool:
    return bool(STEP.match(block.quote))


def _bare(heading: str) -> str:
    return re.sub(r" › rows? \d+(?:–\d+)?\Z", "", heading)
