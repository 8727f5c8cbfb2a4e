"""Uses a custom reader to choose the quotes: here without a model, by the words shared by question and block."""

import re
from collections.abc import Sequence

from rag import Block, Evidence, Rag, Reading, build


class CommonWords:
    """A reader is any class with this method."""

    def read(self, question: str, blocks: Sequence[Block]) -> Reading:
        asked = set(re.findall(r"\w{4,}", question.lower()))
        shares = [len(asked & set(re.findall(r"\w{4,}", block.text.lower()))) / max(1, len(asked)) for block in blocks]
        total = sum(shares) or 1.0
        found = [Evidence.of(block, share / total) for block, share in zip(blocks, shares, strict=True)]
        return Reading(tuple(sorted(found, key=lambda one: -one.score)), confidence=max(shares, default=0.0))


build("seeds", "index")
rag = Rag.open("index", reader=CommonWords(), generator=None)
answer = rag.ask("How many North Koreans work in Russia?")
print(answer.text, f"(confidence {answer.trace.confidence:.2f})")
