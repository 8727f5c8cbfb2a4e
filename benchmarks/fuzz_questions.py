"""Asks random and adversarial questions, alone and as follow-ups: each must be answered, refused or rejected, in time.

    python -m benchmarks.fuzz_questions [--random 10000] [--adversarial 1000] [--seed 20261127] [--model]

The documents are those of everyday/allotment: notes, tables, mail, a PDF. Encoder and reader are the test doubles,
which match words, so that many questions are answered; --model uses the real ones. A ValueError means that the question
was rejected (empty, too long). Failures are: any other exception, a sentence without a citation, a marker without its
own citation, a quote that is not in its file, and an answer that takes more than SLOWEST seconds of processor time. The
script exits with 1 if anything failed.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from rag import Answer, Rag, build
from rag.answer.markers import numbers_in
from tests.conftest import OverlapReader, WordEncoder

DOCUMENTS = Path(__file__).parent / "everyday" / "allotment" / "docs"
SLOWEST = 10  # seconds of processor time
FOLLOWS = 0.3  # share of the questions that are asked with a history
OPENERS = """who what when where why how which is are can may does did will should list compare count sum difference translate shorten
as-a-table shorter simpler thanks hello and or not no never between before after since until more less most least average total
wer wann wie viel qui quand combien quién cuánto 什么 谁 когда""".split()
PIECES = (
    "[1]", "[2] [3]", "](http://x.y)", "<|im_start|>", "[INST]", "{question}", "%s%n", "${x}", "../../etc/passwd", "\\", "'; --", "<script>",
    "```", "|a|b|", "# ", "- ", "((((((", "[[[[", "a.b.c.d", "1e308", "-0", "31/02/2026", "29.2.2027", "0000-00-00", "99999999999999999999", "½", "٣",
    "1,2,3,4", "12:60", "25:61 pm", "€", "°C", "\u200b", "\u202e", "\ufeff", "\U000e0041", "\x00", "\x1b[31m", "\ud800", "e\u0301" * 9, "🏴", "家", "שלום",
    "ﬃ", "İ", "ß", "\r\n", "\t", "\u2028", "?", "???", "…", "“", "v2.0", "E11", "§ 4", "no. 7", "I", "it", "they", "that one", "the second",
)  # fmt: skip
WISHES = (
    "as a table", "make it shorter", "translate it into German", "which documents do you have?", "summarise {word}", "write a letter about {word}",
    "what did I ask?", "are you sure?", "and {word}?", "the difference between {word} and {word}", "sum of {word}", "the next {word} after {number}",
    "how many {word} cost more than {number}?", "section {number}", "what is {word} [{number}]?", "{word} {word} {word}", "page {number} of {word}",
)  # fmt: skip


def random_question(chance: random.Random, words: Sequence[str]) -> str:
    """Return words of the documents, question words, punctuation and letters of any script in random order."""
    parts = []
    for _ in range(chance.choice((1, 2, 4, 8, 16, 40))):
        kind = chance.random()
        if kind < 0.55:
            parts.append(chance.choice(words))
        elif kind < 0.8:
            parts.append(chance.choice(OPENERS))
        elif kind < 0.9:
            parts.append(chance.choice(PIECES))
        else:
            parts.append("".join(chr(chance.choice((chance.randrange(32, 0x250), chance.randrange(0x20, 0xD7FF))))
                                 for _ in range(chance.randrange(1, 9))))  # fmt: skip
    return chance.choice((" ", " ", " ", "", ", ", "\n")).join(parts) + chance.choice(("", "?", "!", "??"))


def adversarial_question(chance: random.Random, words: Sequence[str]) -> str:
    """Return what is hard for a pattern or rule: long runs, deep nesting, format requests, nonsense, repetitions."""
    kind = chance.randrange(6)
    if kind == 0:
        piece = chance.choice(
            (*PIECES, "a", " ", "a ", "a-", "1.", "1,", "and ", "not ", "(a", "x x ", "Q: ", "A B ", "is it ")
        )
        return piece * (chance.choice((100, 1_000, 3_999)) // max(1, len(piece)))
    if kind == 1:
        wish = chance.choice(WISHES)
        while "{" in wish:
            wish = wish.replace("{word}", chance.choice((*words[:200], *PIECES)), 1).replace(
                "{number}", str(chance.choice((0, -1, 7, 10**9, 10**40))), 1
            )
        return wish
    if kind == 2:
        return " ".join(chance.choice(words) for _ in range(chance.choice((150, 400)))) + "?"
    if kind == 3:
        return f"{chance.choice(OPENERS)} {chance.choice(PIECES)} {chance.choice(words)} {chance.choice(PIECES)}?"
    if kind == 4:
        return " ".join(f"{chance.choice(OPENERS)} {chance.choice(words)}?" for _ in range(chance.choice((5, 50))))
    return "".join(chance.choice(PIECES) for _ in range(chance.choice((3, 30, 300))))


def faults(rag: Rag, answer: Answer) -> Iterator[str]:
    """Yield the faults of an answer."""
    markers = numbers_in(answer.text)
    if set(markers) != {citation.marker for citation in answer.citations} and not _is_code(answer):
        yield f"markers {sorted(set(markers))} for {len(answer.citations)} citations"
    if any(not sentence.citations for sentence in answer.sentences):
        yield "a sentence without a citation"
    if not answer.abstained and not answer.sentences and answer.trace.outcome not in ("conversation", "answered"):
        yield f"nothing said, and {answer.trace.outcome}"
    for c in answer.citations:
        if rag.documents[c.passage.source].text[c.start : c.end] != c.quote:
            yield f"a quote that is not in {c.passage.source}"


def _is_code(answer: Answer) -> bool:
    """Return True if the answer quotes code, whose brackets are not markers."""
    return "```" in answer.text


def timed_out(number: int, frame: FrameType | None) -> None:
    raise TimeoutError(f"more than {SLOWEST} seconds")


def ask_all(rag: Rag, questions: Sequence[str], chance: random.Random) -> tuple[Counter[str], list[str], float]:
    """Ask the questions, some as follow-ups; return the outcomes, the failures, and the longest time."""
    outcomes: Counter[str] = Counter()
    failed: list[str] = []
    slowest, history = 0.0, []
    for question in questions:
        history = history[-3:] if chance.random() < FOLLOWS else []
        started = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, SLOWEST)
        try:
            answer = rag.ask(question, history=history)
        except ValueError as error:
            outcomes["turned down"] += 1
            if isinstance(error, UnicodeError) or "\n" in str(error) or "question" not in str(error):
                failed.append(f"{question[:120]!r}: {traceback.format_exc()[-1500:]}")
        except Exception:  # noqa: BLE001 - any exception is a finding
            failed.append(f"{question[:120]!r}: {traceback.format_exc()[-1500:]}")
        else:
            outcomes["refused" if answer.abstained else answer.trace.outcome] += 1
            failed += [f"{question[:120]!r}: {fault}" for fault in faults(rag, answer)]
            history = [*history, (question, answer.text)]
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        slowest = max(slowest, time.process_time() - started)
    return outcomes, failed, slowest


def opened(index: Path, model: bool) -> Rag:
    """Return an index of the documents, with test doubles or the real models."""
    if model:
        build(DOCUMENTS, index)
        return Rag.open(index, generator=None)
    encoder = WordEncoder()
    build(DOCUMENTS, index, encoder=encoder)
    return Rag.open(index, encoder=encoder, reader=OverlapReader(), generator=None)


def main() -> None:
    """Build, ask, print; exit with 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--random", type=int, default=10_000)
    parser.add_argument("--adversarial", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=20261127)
    parser.add_argument("--model", action="store_true", help="use the real encoder and reader")
    given = parser.parse_args()
    signal.signal(signal.SIGPROF, timed_out)
    with TemporaryDirectory() as folder:
        rag = opened(Path(folder) / "index", given.model)
        words = sorted({word for document in rag.documents.values() for word in document.text.split()})
        chance = random.Random(given.seed)
        failures = 0
        for name, count, make in (
            ("random", given.random, random_question),
            ("adversarial", given.adversarial, adversarial_question),
        ):
            outcomes, failed, slowest = ask_all(rag, [make(chance, words) for _ in range(count)], chance)
            failures += len(failed)
            print(
                f"{count} {name} questions: {dict(outcomes.most_common())}, {len(failed)} failures, the slowest {slowest:.2f} s of the processor",
                flush=True,
            )
            print("\n".join(failed[:10]), flush=True)
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
