"""Makes questions from text by rule: a sentence of a passage, with a span of it asked for.

The span (a date, a number, a name, a phrase) is taken out, a question word that fits goes to the front or to its place, some
words are dropped so that the question is not the sentence over again. Swapping a name or a number for one that stands
elsewhere makes a question that the passage nearly answers.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.language.clues import FUNCTION_WORDS
from rag.language.sentences import sentences
from training.data import Example, part_of, read_all, texts_without_labels

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
SPANS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    (
        ("when", "in what year", "what year", "when did", "when was"),
        re.compile(
            rf"\b(?:(?:in|on|since|until|by) )?(?:\d{{1,2}} )?(?:(?:{MONTHS}) )?(?:\d{{1,2}}, )?(?:1[0-9]{{3}}|20[0-2][0-9])\b"
        ),
    ),
    (
        ("how many", "how much", "what number of", "what"),
        re.compile(r"\b\d[\d,.]*(?:%| percent| million| billion)?(?= [a-z])"),
    ),
    (
        ("who", "who was", "which person", "what is the name of"),
        re.compile(
            r"\bby [A-Z][\w’'-]+(?: [A-Z][\w’'.-]+)+|^[A-Z][a-z]+ [A-Z][a-z]+(?= (?:was|is|had|won|wrote|became))"
        ),
    ),
    (
        ("where", "in what country", "in which city", "what place"),
        re.compile(r"\b(?:in|at|near|from) (?:the )?[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*(?:, [A-Z]\w+)?"),
    ),
    (
        ("what", "which", "who", "what is"),
        re.compile(r"(?<=[a-z,] )[A-Z][\w’'-]+(?: (?:of|the|de) [A-Z][\w’'-]+| [A-Z][\w’'-]+)*"),
    ),
    (
        ("what", "what is", "what does", "what kind of"),
        re.compile(
            r"(?:(?<= is )|(?<= are )|(?<= was )|(?<= as )|(?<= of )|(?<= called )|(?<= include )|(?<= to ))(?:[\w’'-]+ ){1,5}[\w’'-]+(?=[.,;)])"
        ),
    ),
    (("why", "why did", "why is"), re.compile(r"\b(?:because|due to|so that|in order to)\b[^.;]{15,120}")),
)
KEPT_WORDS = 16  # a question is seldom longer
SHORTEST, LONGEST = 50, 300  # characters of a sentence that is asked about
DROPPED = 0.25  # share of the words left out at most
SWAPPED = 0.3  # share of the questions that are turned into near misses
PRONOUN = re.compile(r"^(?:It|He|She|They|This|The company|The city|The song|The film)\b")


def questions(root: Path, *, each: int, seed: int) -> Iterator[Example]:
    """Yield up to `each` questions for every passage of the training part."""
    chance = random.Random(seed)
    passages = {(e.title, e.passage) for e in read_all(root, "train")}
    passages |= {pair for pair in texts_without_labels(root) if part_of(pair[0]) == "train"}
    for title, passage in sorted(passages):
        spans = [(a, b) for a, b in sentences(passage) if SHORTEST <= b - a <= LONGEST]
        for a, b in chance.sample(spans, min(each, len(spans))):
            example = _ask(title, passage, a, b, chance)
            if example:
                yield example


def _ask(title: str, passage: str, a: int, b: int, chance: random.Random) -> Example | None:
    sentence = passage[a:b]
    for words, pattern in chance.sample(SPANS, len(SPANS)):
        found = [m.span() for m in pattern.finditer(sentence) if m.end() - m.start() < 0.6 * (b - a)]
        if found:
            c, d = chance.choice(found)
            question = _question(title, sentence, c, d, chance.choice(words), chance)
            swapped = swap(question, passage, chance) if chance.random() < SWAPPED else None
            if swapped:
                return Example("cloze", title, passage, swapped, (), (), False)
            return Example("cloze", title, passage, question, (sentence[c:d],), ((a + c, a + d),))
    return None


def _question(title: str, sentence: str, c: int, d: int, word: str, chance: random.Random) -> str:
    topic = re.sub(r" ?\(.*?\)", "", title)
    sentence = sentence[:c] + "\0" + sentence[d:]
    sentence = PRONOUN.sub(lambda _: topic, sentence) if chance.random() < 0.8 else sentence
    words = sentence.rstrip(".!?").split()
    at = next(i for i, w in enumerate(words) if "\0" in w)
    first = max(0, min(at - chance.randint(2, KEPT_WORDS), len(words) - KEPT_WORDS))
    words = words[first : first + KEPT_WORDS + chance.randint(-4, 4)]
    kept = [w for w in words if "\0" in w or chance.random() > chance.uniform(0, 2 * DROPPED) * _droppable(w)]
    text = " ".join(kept)
    text = f"{word} {text.replace(chr(0), '')}" if chance.random() < 0.75 else text.replace("\0", word)
    if first > 0 and chance.random() < 0.5 and topic.casefold() not in text.casefold():
        text += f" {chance.choice(['in', 'of', 'about'])} {topic}"
    text = re.sub(r"\s+", " ", re.sub(r'[,;:"“”()]', " ", text)).strip()
    text = text.lower() if chance.random() < 0.5 else text[0].upper() + text[1:]
    return text + ("?" if chance.random() < 0.6 else "")


def _droppable(word: str) -> float:
    return 1.0 if word.casefold() in FUNCTION_WORDS else 0.6


def swap(question: str, passage: str, chance: random.Random) -> str | None:
    """Return the question about something else: one of its names or numbers gives way to another of the passage's."""
    pattern = re.compile(r"\b\d[\d,]*\b|\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
    mine = [m for m in pattern.finditer(question) if m.start() > 0]
    if not mine:
        return None
    old = chance.choice(mine)
    others: Sequence[str] = sorted(
        {m.group() for m in pattern.finditer(passage) if m.group().isdigit() == old.group().isdigit() and m.start() > 0}
        - {m.group() for m in mine}
    )
    others = [o for o in others if o.casefold() not in FUNCTION_WORDS]
    return question[: old.start()] + chance.choice(others) + question[old.end() :] if others else None
