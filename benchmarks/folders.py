"""Asks the questions of the held-out folders in training/documents/worlds, and counts what the replies cite.

    python -m benchmarks.folders [WORLD ...] [--limit 60] [--show]

A folder holds about twelve documents of one person or organisation that are easy to confuse; most questions use other
words than the answer. A reply is right if one of its citations overlaps a passage that the question's author marked as
the answer, or if it refuses what no document says; "outdated" if it cites instead what the author marked as a trap
(another year, person or product). One in six folders, by its name, trains nothing; `--limit` questions of each are
asked, alone and in the author's first wording. Columns: questions, right, first citation right, outdated, refused,
wrong; then the median of words in a reply.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from rag import Answer, Citation, Rag, build
from training.reader_written import World, worlds

WRITTEN = Path(__file__).parent.parent / "training" / "documents" / "worlds"
SEED = 7
VERDICTS = ("right", "first", "outdated", "refused", "wrong")
Places = Mapping[str, Sequence[tuple[int, int]]]  # by file: spans of characters


class Asked(NamedTuple):
    """A question that was asked, with the verdicts on its reply."""

    kind: str
    question: str
    answer: Answer
    verdicts: frozenset[str]


def places(world: World, file: str, quotes: Sequence[str], others: Sequence[Mapping[str, Any]]) -> Places:
    """Return where quotes stand: those of a file, and those of others in the form {"file": …, "quotes": […]}."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for name, some in [(file, quotes), *((other["file"], other["quotes"]) for other in others)]:
        found[name] += world.spans(name, some)
    return found


def cites(citation: Citation, of: Places) -> bool:
    """Return True if a citation overlaps one of the places."""
    return any(citation.start < end and citation.end > start for start, end in of.get(citation.passage.source, ()))


def verdicts(answer: Answer, gold: Places, traps: Places) -> frozenset[str]:
    """Return the verdicts on a reply; without a gold place, a refusal is right."""
    if not any(gold.values()):
        return frozenset({"right", "first"} if answer.abstained else {"wrong"})
    if answer.abstained:
        return frozenset({"refused"})
    right = [cites(citation, gold) for citation in answer.citations]
    if any(right):
        return frozenset({"right", "first"} if right[0] else {"right"})
    return frozenset({"outdated" if any(cites(citation, traps) for citation in answer.citations) else "wrong"})


def asked(world: World, limit: int) -> Iterator[Asked]:
    """Build the index of a folder, and ask at most `limit` of its questions."""
    every = [(document["file"], qa) for document in world.documents for qa in document["qa"]]
    chosen = random.Random(SEED).sample(every, min(limit, len(every)))
    with TemporaryDirectory() as folder:
        world.write(Path(folder) / "documents")
        build(Path(folder) / "documents", Path(folder) / "index")
        rag = Rag.open(Path(folder) / "index", generator=None)
        for file, qa in chosen:
            answer = rag.ask(qa["q"])
            gold = places(world, file, qa["quotes"], qa.get("also") or ())
            traps = places(world, file, (), qa.get("outdated") or ())
            yield Asked(qa["kind"] if qa["quotes"] else "absent", qa["q"], answer, verdicts(answer, gold, traps))


def table(of: Sequence[Asked]) -> str:
    """Return a table with a row for each kind of question, and one for all."""
    lines = [f"| kind | n | {' | '.join(VERDICTS)} | words |", f"|{'---|' * (len(VERDICTS) + 3)}"]
    for kind in [*sorted({one.kind for one in of}), "all"]:
        some = [one for one in of if kind in (one.kind, "all")]
        shares = [sum(name in one.verdicts for one in some) / len(some) for name in VERDICTS]
        words = [len(one.answer.text.split()) for one in some if not one.answer.abstained]
        cells = [f"{share:.3f}" for share in shares]
        lines.append(f"| {kind} | {len(some)} | {' | '.join(cells)} | {median(words) if words else 0:.0f} |")
    return "\n".join(lines)


def main() -> None:
    """Ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("worlds", nargs="*", help="names of folders; default: all that are held out")
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--show", action="store_true", help="print every reply that is not right")
    given = parser.parse_args()
    held_out = [world for world in worlds(WRITTEN) if world.part == "dev"]
    every: list[Asked] = []
    for world in held_out:
        if given.worlds and world.name not in given.worlds:
            continue
        some = list(asked(world, given.limit))
        every += some
        right = sum("right" in one.verdicts for one in some)
        print(f"{world.name}: {right} of {len(some)} right", flush=True)
        for one in some if given.show else ():
            if "right" not in one.verdicts:
                said = " ".join(one.answer.text.split())[:300]
                print(f"  [{one.kind}] {one.question}\n    {', '.join(sorted(one.verdicts))}: {said}")
    print(f"\n{table(every)}")


if __name__ == "__main__":
    main()
