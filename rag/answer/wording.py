"""Lets a model word the reply, and keeps the sentences that the evidence supports.

What the model says is read part by part: a sentence, an item, a row or a piece of code. Each part is checked against the
evidence that shares most words with it; one that fails is replaced by that evidence itself. Where nothing that answers is left,
the reply made of quotes stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.answer.forms.phrase import phrase_of
from rag.answer.neighbours import run_of_items, section
from rag.answer.prompt import grounded_messages
from rag.answer.reply import Layout, Reply, Statement, without_markers
from rag.answer.situation import Situation
from rag.evidence import Evidence
from rag.language.sentences import sentences
from rag.language.words import content_stems, words
from rag.models.catalog import DEFAULT_GENERATOR
from rag.models.generator import TransformersGenerator
from rag.protocols import Generator

EARNED = {
    DEFAULT_GENERATOR: frozenset[str]()
}  # embedded model → forms in which it makes more answers right than quotes do
SHOWN = 6  # pieces of evidence that a model is given at most
WORTH = 0.04  # of the best one's share: evidence below it is not shown to a model
TOGETHER = 3  # pieces of evidence that one part may rest on
LONGEST = 4_000  # characters of a model's reply that are read
MOST_PARTS = 20
STEP = re.compile(r"\s{0,8}\d{1,2}[.)]\s+")
BULLET = re.compile(r"\s{0,8}[-*•]\s+")
MARKERS = re.compile(r"\[(\d{1,3})\]")
FENCE = re.compile(r"\s{0,8}```")
RULE = re.compile(r"[\s|:-]+")


class Verifier(Protocol):
    """Checks a worded part against the evidence that it rests on."""

    def why_not(
        self, question: str, claim: str, blocks: Sequence[Evidence], *, context: Sequence[str] = ()
    ) -> str | None:
        """Return None if the evidence supports the claim, else why not in a few words."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what a model said, without markers."""

    text: str
    layout: Layout
    markers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Worded:
    """What was kept of a model's words so far, and what was turned down."""

    reply: Reply
    rejected: tuple[str, ...]


def words_better(generator: Generator, form: str) -> bool:
    """Return True if a model's words are wanted for a form: always, but for an embedded model that was measured."""
    name = generator.name if isinstance(generator, TransformersGenerator) else ""
    return form in EARNED.get(name, frozenset({form}))


def word(found: Situation, quoted: Reply, generator: Generator, verifier: Verifier) -> Iterator[Worded]:
    """Yield what is kept of the model's words, part by part; `quoted` is the reply that stands where too little is.

    The last value is the whole reply.
    """
    evidence = presented(found, quoted)
    reply: list[Statement] = []
    rejected: list[str] = []
    passed = 0
    for part in parts(generator.generate(grounded_messages(found.question, evidence))):
        statement = checked(found.question, part, evidence, verifier)
        if statement is None:
            rejected.append(part.text)
            statement = _quoted_instead(part, evidence, reply)
        else:
            passed += 1
        if statement is not None:
            reply.append(statement)
            yield Worded(tuple(reply), tuple(rejected))
    if not passed or not _answers(found, reply) or _is_cut_short(reply, quoted):
        yield Worded(quoted, tuple(rejected))


def presented(found: Situation, quoted: Reply) -> tuple[Evidence, ...]:
    """Return the evidence that a model is given: what the quotes rest on, and what is nearly as likely; lists whole."""
    chosen = [evidence for statement in quoted for evidence in statement.evidence]
    chosen += [e for e in found.evidence[:SHOWN] if e.score >= WORTH * found.best.score]
    chosen += run_of_items(section(found, found.best), found.best)
    unique = {(e.passage.source, e.start, e.end): e for e in chosen}
    return tuple(unique.values())[: max(SHOWN, len(quoted))]


def parts(pieces: Iterable[str]) -> Iterator[Part]:
    """Yield the parts of a reply as soon as each is whole."""
    waiting, read = "", 0
    count = 0
    for piece in pieces:
        read += len(piece)
        waiting += piece
        whole, waiting = _split(waiting, ended=False)
        for part in whole:
            count += 1
            yield part
        if read > LONGEST or count >= MOST_PARTS:
            return
    yield from _split(waiting, ended=True)[0]


def checked(question: str, part: Part, evidence: Sequence[Evidence], verifier: Verifier) -> Statement | None:
    """Return a part as a statement with the fewest pieces of evidence that support it, None if none do."""
    if part.layout == "code":
        return _copied_code(part, evidence)
    ranked = _ranked(part.text, evidence)
    for many in range(1, min(TOGETHER, len(ranked)) + 1):
        blocks = ranked[:many]
        context = [block.passage.heading for block in blocks]
        if verifier.why_not(question, part.text, blocks, context=context) is None:
            copied = any(_bare(part.text) in _bare(block.text) for block in blocks)
            return Statement(part.text, tuple(blocks), "quoted" if copied else "supported", part.layout)
    return None


def _split(text: str, *, ended: bool) -> tuple[list[Part], str]:
    """Return the parts that are whole, and the rest; the last line is whole only if the text has ended."""
    if FENCE.match(text) and not ended and not re.search(r"\n[ \t]{0,8}```[ \t]*(?:\[\d+\][ \t]*)*\n", text[3:]):
        return [], text
    lines = text.split("\n")
    rest = "" if ended else lines.pop()
    found: list[Part] = []
    code: list[str] | None = None
    for line in lines:
        if FENCE.match(line):
            if code is None:
                code = []
            else:
                found.append(Part("\n".join(code), "code"))
                code = None
        elif code is not None:
            code.append(line)
        else:
            found += _of_line(line)
    if code is not None:
        return found, "```\n" + "\n".join([*code, rest])
    if not ended and rest:  # sentences of an unfinished line are whole up to its last full stop
        spans = sentences(rest)
        if (
            len(spans) > 1
            and not STEP.match(rest)
            and not BULLET.match(rest)
            and "|" not in rest
            and not FENCE.match(rest)
        ):
            found += _of_line(rest[: spans[-1][0]])
            rest = rest[spans[-1][0] :]
    return found, rest


def _of_line(line: str) -> list[Part]:
    markers = tuple(int(number) for number in MARKERS.findall(line))
    text = without_markers(line).strip()
    if not any(map(str.isalnum, text)) or RULE.fullmatch(text):
        return []
    if text.startswith("|"):
        return [Part(text, "row", markers)]
    if match := STEP.match(text):
        return [Part(text[match.end() :], "step", markers)]
    if match := BULLET.match(text):
        return [Part(text[match.end() :], "bullet", markers)]
    return [Part(text[start:end], "text", markers) for start, end in sentences(text)]


def _ranked(claim: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence that shares words with a claim, most first."""
    stems = content_stems(claim)
    shared = [len(stems & {w.stem for w in words(f"{e.text} {e.passage.heading}")}) for e in evidence]
    order = sorted(range(len(evidence)), key=lambda i: (-shared[i], i))
    return [evidence[i] for i in order if shared[i]]


def _copied_code(part: Part, evidence: Sequence[Evidence]) -> Statement | None:
    """Return code as a statement if every line of it stands in one piece of evidence."""
    lines = [_bare(line) for line in part.text.split("\n") if line.strip()]
    for block in evidence:
        if lines and all(line in _bare(block.quote) for line in lines):
            return Statement(part.text, (block,), "quoted", "code")
    return None


def _quoted_instead(part: Part, evidence: Sequence[Evidence], said: Sequence[Statement]) -> Statement | None:
    """Return the evidence nearest to a part that failed, unless it was said already."""
    used = {(e.passage.source, e.start) for statement in said for e in statement.evidence}
    best = next(iter(_ranked(part.text, evidence)), None)
    if best is None or (best.passage.source, best.start) in used or best.kind in ("row", "code"):
        return None
    layout: Layout = part.layout if part.layout in ("step", "bullet") else "text"
    return Statement(best.text, (best,), "quoted", layout)


def _answers(found: Situation, reply: Sequence[Statement]) -> bool:
    """Return True if what the reader found to answer is among what is said."""
    said = _bare(" ".join(statement.text for statement in reply))
    phrase = _bare(phrase_of(found.best))
    return all(word in said for word in phrase.split() if len(word) > 2 or word.isdigit())


def _is_cut_short(reply: Sequence[Statement], quoted: Reply) -> bool:
    """Return True if the model left out steps or items of a list that is quoted whole."""
    wanted = [e for s in quoted if s.layout in ("step", "bullet") for e in s.evidence]
    used = {(e.passage.source, e.start) for s in reply for e in s.evidence}
    return any((e.passage.source, e.start) not in used for e in wanted)


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[*_`\"“”.,;:!?()]", " ", without_markers(text)).casefold().split())
