"""Measures how many follow-up questions of our own conversations are rewritten correctly as standalone questions.

    python -m training.conversations [--part dev|test] [--show]

A rewriting is correct if it contains all required words and no forbidden ones; "=" before a question means that it must
stay unchanged.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.answer.question.followup import standalone
from rag.answer.question.intent import IntentHead
from rag.models.catalog import DEFAULT_ENCODER
from rag.models.encoder import SentenceEncoder
from rag.types import Turn

FILE = Path(__file__).parent / "conversations.jsonl"


@dataclass(frozen=True, slots=True)
class Check:
    """A question with the turns before it, and the required and forbidden words of its standalone wording."""

    question: str
    history: tuple[Turn, ...]
    must: tuple[str, ...]
    must_not: tuple[str, ...]

    def fault(self, wording: str) -> str:
        """Return what is wrong with a wording; "" if it is correct."""
        if self.must[:1] and self.must[0].startswith("="):
            return "" if wording == self.must[0][1:] else "changed"
        text = f" {wording.lower()} "
        lacks = [word for word in self.must if word.lower() not in text]
        says = [word for word in self.must_not if word.lower() in text]
        return f"lacks {lacks}, says {says}" if lacks or says else ""


def checks(part: str) -> Iterator[Check]:
    """Yield the questions of one part, "dev" or "test", that have a check."""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        conversation = json.loads(line)
        history: tuple[Turn, ...] = ()
        for turn in conversation["turns"] if conversation["part"] == part else ():
            if turn["must"] is not None:
                yield Check(turn["q"], history, tuple(turn["must"]), tuple(turn["must_not"]))
            history = (*history, Turn(turn["q"], turn["a"]))


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("dev", "test"), default="dev")
    parser.add_argument("--show", action="store_true", help="print every wording that is wrong")
    options = parser.parse_args()
    head = IntentHead(SentenceEncoder.named(DEFAULT_ENCODER))
    faults = []
    for check in checks(options.part):
        wording = standalone(check.question, check.history, understand=head.in_conversation)
        faults.append(check.fault(wording))
        if options.show and faults[-1]:
            print(f"{check.question!r} -> {wording!r}: {faults[-1]}")
    print(f"{options.part}: understood {faults.count('')} of {len(faults)}")


if __name__ == "__main__":
    main()
