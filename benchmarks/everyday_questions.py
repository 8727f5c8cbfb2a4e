"""Asks everyday questions about invented documents, and counts how many replies are right.

    python -m benchmarks.everyday_questions [benchmarks/everyday/practice ...] [--generator NAME] [--every-form] [--show]

A collection is a folder with docs/ and questions.jsonl. A reply is right if it contains one alternative of every group
of `must` and none of `must_not`, has at most `max_words` words, begins with one of `starts`, keeps the `order`, and
cites one of `sources`; where `refuse` is true, it is right if it is a refusal. Questions with the same `chat` are one
conversation. The program was developed with `allotment`; `practice` was held out. `benchmarks/everyday/worlds/` has 22
small collections, each with questions of a few kinds; those in folders that end in 3 were put away while the others were
worked on, and counted before and after (some of their failures were read then). The embedded model (`--generator
SmolLM2-135M-Instruct`) words no form of reply by default; with `--every-form` it words all of them.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from rag import Answer, Rag, build
from rag.answer import wording
from rag.answer.question.intent import FORMS

HERE = Path(__file__).parent / "everyday"
COLLECTIONS = ("allotment", "practice")
MARKER = re.compile(r"\s?\[\d{1,3}\]")
MARKUP = re.compile(r"[*_`|]|\s+")


class Wanted(NamedTuple):
    """A question with the requirements for its reply."""

    id: str
    kind: str
    q: str
    chat: str | None = None
    must: Sequence[Sequence[str]] = ()
    must_not: Sequence[str] = ()
    refuse: bool = False
    max_words: int = 120
    starts: Sequence[str] = ()
    order: Sequence[str] = ()
    sources: Sequence[str] = ()


class Asked(NamedTuple):
    """A question that was asked: its verdict, the reply and the seconds it took."""

    wanted: Wanted
    verdict: str  # "right", "refused", "wrong" or "long"
    text: str
    seconds: float


def read(collection: Path) -> list[Wanted]:
    """Return the questions of a collection."""
    lines = (collection / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines if line.strip()]
    return [Wanted(**{name: value for name, value in r.items() if name in Wanted._fields}) for r in records]


def plain(text: str) -> str:
    """Return a text as it is compared: lower case, no markers, no markup, single blanks between words."""
    return MARKUP.sub(" ", MARKER.sub("", text)).casefold().replace("’", "'").strip()


def position(phrase: str, text: str) -> int:
    """Return the position of a phrase, as whole words, in a plain text; -1 if it is not found."""
    wanted = re.sub(r"\s+", " ", plain(phrase))
    found = re.search(rf"(?<![\w.,]){re.escape(wanted)}(?!\w|[.,]\d)", re.sub(r"\s+", " ", text))
    return found.start() if found else -1


def holds(alternatives: Iterable[str], text: str) -> bool:
    """Return True if a plain text contains one of the alternatives."""
    return any(position(alternative, text) >= 0 for alternative in alternatives)


def verdict(wanted: Wanted, answer: Answer) -> str:
    """Return the verdict on an answer: right, refused, wrong or long."""
    if wanted.refuse:
        return "right" if answer.abstained else "wrong"
    if answer.abstained:
        return "refused"
    text = plain(answer.text)
    places = [position(phrase, text) for phrase in wanted.order]
    cited = {citation.passage.source for citation in answer.citations}
    good = (
        all(holds(group, text) for group in wanted.must)
        and not holds(wanted.must_not, text)
        and (not wanted.starts or any(text.startswith(plain(start)) for start in wanted.starts))
        and -1 not in places
        and places == sorted(places)
        and (not wanted.sources or any(source.endswith(end) for source in cited for end in wanted.sources))
    )
    if not good:
        return "wrong"
    return "right" if len(MARKER.sub("", answer.text).split()) <= wanted.max_words else "long"


def ask(rag: Rag, questions: Sequence[Wanted]) -> list[Asked]:
    """Ask the questions; those of one chat get the earlier answers as history."""
    chats: dict[str, list[tuple[str, str]]] = defaultdict(list)
    asked = []
    for wanted in questions:
        history = chats[wanted.chat] if wanted.chat else []
        started = time.perf_counter()
        answer = rag.ask(wanted.q, history=history)
        asked.append(Asked(wanted, verdict(wanted, answer), answer.text, time.perf_counter() - started))
        history.append((wanted.q, answer.text))
    return asked


def table(asked: Sequence[Asked]) -> str:
    """Return a table with a row for each kind of question, and one for all."""
    lines = ["| kind | n | right | refused | wrong | long | seconds |", "|---|---|---|---|---|---|---|"]
    for kind in [*dict.fromkeys(one.wanted.kind for one in asked), "all"]:
        some = [one for one in asked if kind in (one.wanted.kind, "all")]
        count = Counter(one.verdict for one in some)
        cells = [str(count[name]) for name in ("right", "refused", "wrong", "long")]
        lines.append(f"| {kind} | {len(some)} | {' | '.join(cells)} | {median(one.seconds for one in some):.2f} |")
    return "\n".join(lines)


def main() -> None:
    """Build, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collections", type=Path, nargs="*", default=[HERE / name for name in COLLECTIONS])
    parser.add_argument("--generator", help="language model that words the replies; default: none")
    parser.add_argument("--every-form", action="store_true", help="let the embedded model word every form of reply")
    parser.add_argument("--show", action="store_true", help="print every reply that is not right")
    given = parser.parse_args()
    if given.every_form:
        wording.EARNED = frozenset(FORMS)
    for collection in given.collections:
        with TemporaryDirectory() as folder:
            build(collection / "docs", Path(folder) / "index")
            asked = ask(Rag.open(Path(folder) / "index", generator=given.generator), read(collection))
        for one in asked if given.show else ():
            if one.verdict != "right":
                print(f"{one.wanted.id} {one.verdict}: {one.wanted.q}\n    {' '.join(one.text.split())[:300]}")
        right = sum(one.verdict == "right" for one in asked)
        print(f"\n{collection.name}: {right} of {len(asked)} right ({right / len(asked):.2f})\n\n{table(asked)}")


if __name__ == "__main__":
    main()
