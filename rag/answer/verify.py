"""Verifies worded sentences against the blocks that they cite: the rules and a trained check both have to agree.

Fails closed. Without the trained check the rules demand more: every word and the order of names have to be the evidence's own.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.rules import broken_rule, departs, strays
from rag.evidence import Evidence
from rag.models.entailment import WEIGHTS, EntailmentModel

SUPPORTED, SURE = (
    0.2,
    0.5,
)  # least probability of the trained check, and where it has to be sure; chosen on development data, see rag/weights/CHECK.md
DEPARTING = 0.5  # where words stand in another order than in the evidence, or a name in another sentence
BARE = 0.7  # for a bare yes or no, which the rules cannot read


def least(question: str, claim: str, texts: Sequence[str], context: Sequence[str]) -> float:
    """Return how sure the trained check has to be of a claim."""
    if claim.strip().casefold().rstrip(".!") in ("yes", "no"):
        return BARE
    return DEPARTING if departs(question, claim, texts, context=context) else SUPPORTED


class Verifier:
    """Decides whether a sentence may be shown as supported by what it cites."""

    def __init__(self, model: EntailmentModel | None) -> None:
        self.model = model

    @classmethod
    def named(cls) -> Verifier:
        """Return the verifier with the trained check that comes with the program, or the rules alone if it does not."""
        return cls(EntailmentModel() if WEIGHTS.is_file() else None)

    def why_not(
        self,
        question: str,
        claim: str,
        blocks: Sequence[Evidence],
        *,
        context: Sequence[str] = (),
        at_least: float = SUPPORTED,
    ) -> str | None:
        """Return None if the claim may be shown citing these blocks, else which rule or check it fails, in one plain phrase.

        `context` is what names things beside the blocks: a title or heading above, the sentence before. `at_least` is how sure the
        trained check has to be where more speaks against the claim than for it.
        """
        texts = [block.text or block.quote for block in blocks]
        rows = [block.kind == "row" for block in blocks]
        headings = [*context, *(block.passage.heading for block in blocks)]
        wrong = broken_rule(question, claim, texts, rows=rows, context=headings)
        if wrong is None and self.model is None:
            return strays(question, claim, texts, context=headings)
        if wrong is not None or self.model is None:
            return wrong
        return self._doubted(question, claim, texts, context, at_least)

    def _doubted(
        self, question: str, claim: str, texts: Sequence[str], context: Sequence[str], at_least: float
    ) -> str | None:
        assert self.model is not None
        named = [f"{context[min(i, len(context) - 1)]}: {text}" if context else text for i, text in enumerate(texts)]
        score = self.model.score(question, claim, named)
        needed = max(at_least, least(question, claim, texts, context))
        return None if score >= needed else f"the trained check doubts it ({score:.2f})"
