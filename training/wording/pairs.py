"""Generates endless pairs of evidence and statement by rule: reworded sentences that hold, altered ones that do not.

A change is made in the statement, equally often in the evidence, or in both, so that no word by itself shows whether a
statement is true.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from training.wording import tables
from training.wording.alter import NUMBER, Alteration, alter, names
from training.wording.rewrite import reword, statement, yes_no

Record = dict[str, Any]


class Pair(NamedTuple):
    """A statement with its evidence, whether it holds, and the span that does not (-1: unknown)."""

    question: str
    blocks: list[str]  # each with its context before it
    claim: str
    holds: bool
    kind: str
    start: int = -1
    end: int = -1


def pairs(texts: Sequence[Record], chance: random.Random) -> Iterator[Pair]:
    """Yield endless pairs; each passage gives several."""
    while True:
        if chance.random() < 0.06:
            question, blocks, claim, holds, kind = tables.pair(chance)
            yield Pair(
                question,
                _with_context(blocks, chance.choice(("", "Price list", "Overview", "Services")), chance),
                claim,
                holds,
                kind,
            )
            continue
        record = chance.choice(texts)
        makers = (
            [_of_sentences, _of_sentences, _of_sentences, _of_question, _of_question, _of_yes_no]
            if record["qa"]
            else [_of_sentences, _of_sentences, _of_yes_no]
        )
        for _ in range(2):
            made = chance.choice(makers)(record, chance)
            if made:
                yield made


def human(rows: Sequence[Record], chance: random.Random) -> Iterator[Pair]:
    """Yield endless pairs that people wrote; right ones also reworded, or altered by rule."""
    weights = [COUNTS.get(row["set"], 1.0) for row in rows]
    while True:
        for row in chance.choices(rows, weights, k=64):
            yield _of_human(row, chance)


COUNTS = {"begin": 0.3, "wice": 1.0, "clapnq": 2.0, "own": 3.0, "written": 1.0}


def _of_human(row: Record, chance: random.Random) -> Pair:
    blocks = (
        _with_context(row["blocks"], row["context"] if chance.random() < 0.9 else "", chance)
        if row["context"]
        else row["blocks"]
    )
    claim, question = row["claim"], row["question"] if chance.random() < 0.95 else ""
    way = chance.random()
    if not row["label"] or way < 0.5:
        return Pair(row["question"], blocks, claim, bool(row["label"]), row["set"])
    if way < 0.65:
        return Pair(question, blocks, reword(claim, row["context"], chance, most=2), True, row["set"])
    made = alter(claim, " ".join(row["blocks"]), chance)
    if not made:
        return Pair(row["question"], blocks, claim, True, row["set"])
    return Pair(
        row["question"],
        blocks,
        made.applied(claim),
        False,
        f"{row['set']} {made.kind}",
        made.start,
        made.start + max(1, len(made.new)),
    )


def _evidence(record: Record, chance: random.Random, *, around: int | None = None) -> tuple[list[int], list[list[int]]]:
    """Return which sentences are cited, and how they are grouped into blocks."""
    count = len(record["sentences"])
    first = around if around is not None else chance.randrange(count)
    chosen = [first]
    if chance.random() < 0.45 and first + 1 < count:
        chosen.append(first + 1)
    if chance.random() < 0.25 and first > 0:
        chosen.insert(0, first - 1)
    blocks = [chosen]
    while chance.random() < 0.25 and len(blocks) < 3:
        other = chance.randrange(count)
        if all(other not in block for block in blocks):
            blocks.append([other])
            blocks.sort()
    return [i for block in blocks for i in block], blocks


def _with_context(blocks: Sequence[str], context: str, chance: random.Random) -> list[str]:
    if not context:
        return list(blocks)
    if chance.random() < 0.7:
        return [f"{context}: {block}" for block in blocks]
    return [f"{context}: {blocks[0]}", *blocks[1:]]


def _shown(
    record: Record, blocks: list[list[int]], chance: random.Random, *, replaced: dict[int, str] | None = None
) -> list[str]:
    said = [" ".join((replaced or {}).get(i, record["sentences"][i]) for i in block) for block in blocks]
    return _with_context(said, record["title"] if chance.random() < 0.85 else "", chance)


def _question(record: Record, chosen: Sequence[int], chance: random.Random) -> str:
    """Return a real question that one of the sentences answers, a generated one, or none."""
    own = [q for q, _, s in record["qa"] if any(record["sentences"][i] == s for i in chosen)]
    if own and chance.random() < 0.7:
        return str(chance.choice(own))
    way = chance.random()
    if way < 0.35:
        return ""
    if way < 0.5 and record["title"]:
        return f"what is {record['title'].lower()}"
    words = [w for i in chosen for w in re.findall(r"[\w’'-]+", record["sentences"][i]) if len(w) > 3]
    return " ".join(chance.sample(words, min(len(words), chance.randint(2, 5)))).lower() if words else ""


def _of_sentences(record: Record, chance: random.Random) -> Pair | None:
    """Return a sentence of the evidence reworded, or two of them joined; altered or not."""
    cited, blocks = _evidence(record, chance)
    main = chance.choice(cited)
    sentence = record["sentences"][main]
    if sentence.endswith("?") or len(sentence.split()) < 4:
        return None
    topic = record["title"]
    claim = reword(sentence, topic, chance)
    joined = [i for i in cited if i > main]
    if joined and chance.random() < 0.3:
        claim = _join(claim, reword(record["sentences"][joined[0]], topic, chance), chance)
    question = _question(record, [main], chance)
    fate = chance.random()
    if fate < 0.36:
        return Pair(question, _shown(record, blocks, chance), claim, True, "right")
    if fate < 0.46:
        return _elsewhere(record, cited, blocks, question, chance)
    if fate < 0.50:
        return _added(record, cited, blocks, claim, question, chance)
    made = alter(claim, " ".join(record["sentences"]), chance)
    if not made:
        return Pair(question, _shown(record, blocks, chance), claim, True, "right")
    return _altered(record, blocks, main, claim, made, question, chance)


def _altered(
    record: Record,
    blocks: list[list[int]],
    main: int,
    claim: str,
    made: Alteration,
    question: str,
    chance: random.Random,
) -> Pair:
    """Make the change in the statement, in the evidence instead, or in both (then the statement holds)."""
    false = made.applied(claim)
    way = chance.random()
    changed = _same_change(record["sentences"][main], claim, made) if way < 0.55 else None
    if changed and way < 0.3:
        return Pair(
            question,
            _shown(record, blocks, chance, replaced={main: changed}),
            claim,
            False,
            made.kind,
            made.start,
            max(made.end, made.start + 1),
        )
    if changed:
        return Pair(
            question, _shown(record, blocks, chance, replaced={main: changed}), false, True, f"both {made.kind}"
        )
    start, end = made.start, made.start + max(1, len(made.new))
    return Pair(question, _shown(record, blocks, chance), false, False, made.kind, start, end)


def _same_change(sentence: str, claim: str, made: Alteration) -> str | None:
    """Return the sentence with the same change as its wording, if the place is unambiguous."""
    for reach in (14, 8, 4):
        left, right = claim[max(0, made.start - reach) : made.start], claim[made.end : made.end + reach]
        around = left + claim[made.start : made.end] + right
        if sentence.count(around) == 1 and len(around) > 3:
            return sentence.replace(around, left + made.new + right)
    return None


def _elsewhere(
    record: Record, cited: Sequence[int], blocks: list[list[int]], question: str, chance: random.Random
) -> Pair | None:
    """Return a sentence of the same passage that is not cited."""
    others = [i for i in range(len(record["sentences"])) if i not in cited and i + 1 not in cited]
    if not others:
        return None
    claim = reword(record["sentences"][chance.choice(others)], record["title"], chance)
    return Pair(question, _shown(record, blocks, chance), claim, False, "elsewhere", 0, len(claim))


def _added(
    record: Record, cited: Sequence[int], blocks: list[list[int]], claim: str, question: str, chance: random.Random
) -> Pair | None:
    """Return the cited text with an addition from elsewhere."""
    others = [i for i in range(len(record["sentences"])) if i not in cited]
    if not others:
        return None
    other = reword(record["sentences"][chance.choice(others)], record["title"], chance)
    phrase = re.search(r" (?:in|for|because|with|by|at|from|to|on) [^,.;]{8,60}", other)
    if phrase and chance.random() < 0.6:
        said = claim.rstrip(".") + phrase.group() + "."
        return Pair(question, _shown(record, blocks, chance), said, False, "added", len(claim.rstrip(".")), len(said))
    said = _join(claim, other, chance)
    return Pair(
        question, _shown(record, blocks, chance), said, False, "added", min(len(claim), len(said) - 1), len(said)
    )


def _join(first: str, second: str, chance: random.Random) -> str:
    way = chance.random()
    if way < 0.5:
        return f"{first.rstrip('.')}. {second}"
    if way < 0.75:
        return f"{first.rstrip('.')}, and {second[:1].lower() + second[1:] if second.split()[0] in ('The', 'It', 'He', 'She', 'They', 'This', 'A', 'In') else second}"
    return f"{first.rstrip('.')}; {second[:1].lower() + second[1:] if second.split()[0] in ('The', 'It', 'He', 'She', 'They', 'This', 'A', 'In') else second}"


def _of_question(record: Record, chance: random.Random) -> Pair | None:
    """Return a real question with its answer, as a phrase or as a statement."""
    question, answer, sentence = chance.choice(record["qa"])
    if not answer or sentence not in record["sentences"] or len(answer) > 120:
        return None
    main = record["sentences"].index(sentence)
    cited, blocks = _evidence(record, chance, around=main)
    evidence = _shown(record, blocks, chance)
    said = statement(question, answer, chance) if record["set"] not in ("qadiscourse", "policyqa") else None
    way = chance.random()
    if way < 0.27 or (way < 0.6 and not said):
        phrase = _phrase(answer, chance)
        return Pair(question, evidence, phrase, True, "answer")
    if way < 0.5 and said:
        return Pair(question if chance.random() < 0.7 else "", evidence, said, True, "statement")
    if way < 0.6 and said:
        whole = _join(said, reword(record["sentences"][chance.choice(cited)], record["title"], chance), chance)
        return Pair(question, evidence, whole, True, "statement")
    if way < 0.78 and said:
        made = alter(said, " ".join(record["sentences"]), chance)
        if made:
            return _altered(record, blocks, main, said, made, question if chance.random() < 0.7 else "", chance)
    return _other_answer(record, question, answer, evidence, chance)


def _other_answer(
    record: Record, question: str, answer: str, evidence: list[str], chance: random.Random
) -> Pair | None:
    """Return the pair with another phrase of the passage, of the same kind, in place of the answer."""
    passage = " ".join(record["sentences"])
    pattern_names = [m.group() for m in names(passage)]
    if NUMBER.search(answer):
        pool = [m.group() for m in NUMBER.finditer(passage)]
        other = [p for p in pool if p not in answer]
        new = NUMBER.sub(lambda _: chance.choice(other), answer, count=1) if other else ""
    elif names(f"x {answer}"):
        other = [
            p for p in pattern_names if p.casefold() not in answer.casefold() and answer.casefold() not in p.casefold()
        ]
        new = chance.choice(other) if other else ""
    else:
        other = [
            a
            for q, a, _ in record["qa"]
            if a and q != question and not set(a.lower().split()) & set(answer.lower().split())
        ]
        words = passage.split()
        start = chance.randrange(max(1, len(words) - 6))
        new = (
            chance.choice(other)
            if other and chance.random() < 0.7
            else " ".join(words[start : start + max(1, len(answer.split()))])
        )
    if not new or new.casefold() in answer.casefold() or answer.casefold() in new.casefold():
        return None
    said = (
        statement(question, new, chance)
        if record["set"] not in ("qadiscourse", "policyqa") and chance.random() < 0.5
        else None
    )
    claim = said or _phrase(new, chance)
    at = claim.find(new) if new in claim else 0
    return Pair(question, evidence, claim, False, "other answer", at, at + len(new) if new in claim else len(claim))


def _phrase(answer: str, chance: random.Random) -> str:
    bare = answer.strip().rstrip(".,;")
    way = chance.random()
    if way < 0.6:
        return bare[:1].upper() + bare[1:] + "."
    return bare if way < 0.9 else f"It is {bare}."


def _of_yes_no(record: Record, chance: random.Random) -> Pair | None:
    """Return a question that a sentence answers with yes or no, and a right or wrong reply."""
    main = chance.randrange(len(record["sentences"]))
    made = yes_no(record["sentences"][main])
    if not made:
        return None
    question, yes = made
    _, blocks = _evidence(record, chance, around=main)
    if chance.random() < 0.35:  # ask about another thing of the same kind: the opposite answer
        turned = alter(
            question,
            " ".join(record["sentences"]),
            chance,
            ("direction", "comparative", "role", "quantifier") if chance.random() < 0.7 else ("number", "date"),
        )
        if turned and turned.kind in ("direction", "comparative") and chance.random() < 0.8:
            question, yes = turned.applied(question), not yes
    claim = reword(record["sentences"][main], record["title"], chance, most=2)
    lower = (
        claim[:1].lower() + claim[1:]
        if claim.split()[0] in ("The", "It", "He", "She", "They", "This", "A", "An", "In", "All", "Some")
        else claim
    )
    holds = chance.random() < 0.5
    word = "Yes" if yes == holds else "No"
    if chance.random() < 0.35:
        return Pair(question, _shown(record, blocks, chance), f"{word}.", holds, "yes-no", 0, len(word))
    if not holds and chance.random() < 0.5:
        changed = alter(claim, " ".join(record["sentences"]), chance)
        if changed:
            word = "Yes" if yes else "No"
            lead = f"{word}, "
            return Pair(
                question,
                _shown(record, blocks, chance),
                lead + changed.applied(claim),
                False,
                changed.kind,
                len(lead) + changed.start,
                len(lead) + changed.start + max(1, len(changed.new)),
            )
    return Pair(
        question,
        _shown(record, blocks, chance),
        f"{word}, {lower}" if chance.random() < 0.7 else f"{word}. {claim}",
        holds,
        "yes-no",
        0,
        len(word),
    )
