"""Verifies worded sentences against the blocks they cite: the rules and a trained check must both agree.

Fails closed. Without the trained check the rules are stricter: every word, and the order of names, must come from the
evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from rag.answer.verify.rules import broken_rule, departs, strays
from rag.evidence import Evidence
from rag.models.entailment import WEIGHTS, EntailmentModel

# Thresholds on the trained check's probability, usual and strict; chosen on development data, see rag/weights/CHECK.md.
SUPPORTED, SURE = 0.2, 0.5
DEPARTING = 0.5  # if words change their order, or a name moves to another sentence
BARE = 0.7  # for a bare yes or no, which the rules cannot check


def least(question: str, claim: str, texts: Sequence[str], context: Sequence[str]) -> float:
    """Return the threshold of the trained check for a claim."""
    if claim.strip().casefold().rstrip(".!") in ("yes", "no"):
        return BARE
    return DEPARTING if departs(question, claim, texts, context=context) else SUPPORTED


class Verifier:
    """Decides if a sentence may be shown as supported by its citations."""

    def __init__(self, model: EntailmentModel | None) -> None:
        self.model = model

    @classmethod
    @cache
    def named(cls) -> Verifier:
        """Return the verifier with the built-in trained check, or with rules only if it is missing.

        It is the same one for the whole process.
        """
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
        """Return None if these blocks support the claim, else what it fails, in one plain phrase.

        `context` is text that names things besides the blocks: titles, headings, the sentence before. `at_least` raises
        the threshold of the trained check for a doubtful claim.
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
