"""Measures refusals in conversations: turns that the passages answer, and turns that they do not.

    python -m benchmarks.unanswerable QA [--work FOLDER]

QA holds `mtrag` (MTRAG-UN, Apache-2.0: conversations over four domains; people marked each turn as answerable,
unanswerable, partly answerable or underspecified). Each turn is asked with the conversation before it, over all
passages. Precision is the share of refusals that are for unanswerable turns, recall the share of unanswerable turns
that are refused; both exclude the other two kinds, which are printed separately. Precision depends on the share of
unanswerable turns, so it is also printed for the share on which haiku.rag publishes its own (16 of 224). No model words
the answers, because the refusal is decided before.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.followups import _turns, mtrag, opened
from rag import Rag

KINDS = ("ANSWERABLE", "UNANSWERABLE", "PARTIAL", "UNDERSPECIFIED")
THEIRS = 16 / 224  # share of unanswerable turns in haiku.rag's docs/benchmarks.md


def refusals(rag: Rag, root: Path) -> Iterator[tuple[str, bool]]:
    """Yield the kind of each turn, and whether the program refused it."""
    for line in (root / "mtragun_reference.jsonl").read_text(encoding="utf-8").splitlines():
        task: dict[str, Any] = json.loads(line)
        *before, last = task["input"]
        answer = rag.ask(last["text"].strip(), history=_turns(before))
        yield task["answerability"][0], answer.abstained
        print(task["answerability"][0], answer.abstained, last["text"].strip()[:80], file=sys.stderr, flush=True)


def report(made: list[tuple[str, bool]]) -> None:
    """Print the share refused for each kind, then precision and recall."""
    refused = {kind: [abstained for each, abstained in made if each == kind] for kind in KINDS}
    for kind, each in refused.items():
        print(f"{kind:<16}{sum(each):>4} of {len(each):>4} refused")
    right, wrong = sum(refused["UNANSWERABLE"]), sum(refused["ANSWERABLE"])
    recall, false = right / len(refused["UNANSWERABLE"]), wrong / len(refused["ANSWERABLE"])
    alike = recall * THEIRS / max(1e-9, recall * THEIRS + false * (1 - THEIRS))
    print(f"recall {recall:.2f}, precision {right / max(1, right + wrong):.2f}; at 16 of 224 unanswerable {alike:.2f}")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("qa", type=Path)
    parser.add_argument("--work", type=Path, help="folder for the index; default: a temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        opened(mtrag(options.qa / "mtrag"), work)
        report(list(refusals(Rag.open(work / "mtrag-index", generator=None), options.qa / "mtrag")))


if __name__ == "__main__":
    main()
