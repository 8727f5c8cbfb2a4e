"""Makes sentences false: one word or phrase is replaced by another with a different meaning.

Every alteration is (kind, start, end, new): the span of the sentence that is replaced, and the new text. The altered
characters are known exactly, so that training can mark them, and the same change can be made in the evidence instead.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from training.wording.lists import (
    COMPARATIVES,
    DIRECTIONS,
    MODALS,
    MONTHS,
    NUMBER_WORDS,
    QUANTIFIERS,
    TENSES,
    UNITS,
    WEEKDAYS,
)

NUMBER = re.compile(r"(?<![\w.,:/-])\d[\d,]*(?:\.\d+)?(?![\w:/]|\.\d)")
YEAR = re.compile(r"(?<![\d.,-])(?:1[0-9]|20)\d\d(?!\d|,\d)")
COUNT_WORD = re.compile(rf"\b(?:{'|'.join(NUMBER_WORDS)})\b")
CALENDAR = re.compile(rf"\b(?:{'|'.join(MONTHS + WEEKDAYS)})\b")
NAME = re.compile(
    r"(?<=[\w,’'(] )[A-Z][\w’'-]*[a-z][\w’'-]*(?: [A-Z][\w’'-]+)*|^[A-Z][a-z]+ [A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*"
)
PHRASE = re.compile(
    r"\b(?:[Tt]he|[Aa]n?|[Oo]ur|[Mm]y|[Hh]is|[Hh]er|[Tt]heir|[Ee]ach|[Ee]very) (?:[a-z-]+ )?[a-z-]{3,}\b"
)
AUXILIARY = r"(?:is|are|was|were|has|have|had|can|could|will|would|should|must|may|might|did|does|do)"
COMMON = frozenset("The A An In On At It He She They This That These Those We You I For And But As By Of To From With His Her".split())  # fmt: skip
PASSIVE = re.compile(r"\b(?:was|were|is|are|been|being) (\w+(?:ed|en|wn|de|ld|nt|ght)) by\b")
ACTIVE = re.compile(r"\b(\w{3,}ed)(?= (?:the|a|an|[A-Z]\w+)\b)")
WORD = re.compile(r"\b[a-z]{4,}\b")
EMPTY = frozenset(
    """about above after again against also among another around because been before being below between both came
come could does done down during each either even ever every from further have having here hers into just like made make many
might more most much must near only onto other others over own same shall should since some such than that their them then there
these they this those through thus till under until upon used very were what when where which while whom whose will with within
would your according called known however although including""".split()
)


class Alteration(NamedTuple):
    """A span of a sentence, and its replacement."""

    kind: str
    start: int
    end: int
    new: str

    def applied(self, sentence: str) -> str:
        return sentence[: self.start] + self.new + sentence[self.end :]


Maker = Callable[[str, str, random.Random], "Alteration | None"]  # (sentence, passage, random generator)


def alter(sentence: str, passage: str, chance: random.Random, kinds: Sequence[str] = ()) -> Alteration | None:
    """Return one alteration of the sentence, of a random kind among those that apply, or None."""
    wanted = list(kinds or MAKERS)
    while wanted:
        kind = chance.choices(wanted, [WEIGHTS.get(k, 1.0) for k in wanted])[0]
        wanted.remove(kind)
        made = MAKERS[kind](sentence, passage, chance)
        if made and made.new.casefold() != sentence[made.start : made.end].casefold():
            return made
    return None


def _number(sentence: str, passage: str, chance: random.Random) -> Alteration | None:
    found = [*NUMBER.finditer(sentence), *COUNT_WORD.finditer(sentence)]
    if not found:
        return None
    old = chance.choice(found)
    if old.group().isalpha():
        others = [w for w in NUMBER_WORDS[2:13] if w != old.group()]
        return Alteration("number", old.start(), old.end(), chance.choice(others))
    others = sorted({m.group() for m in NUMBER.finditer(passage)} - {m.group() for m in found})
    alike = [o for o in others if abs(len(o) - len(old.group())) <= 1]
    new = chance.choice(alike) if alike and chance.random() < 0.6 else _other_number(old.group(), chance)
    return Alteration("number", old.start(), old.end(), new)


def _other_number(number: str, chance: random.Random) -> str:
    if re.fullmatch(r"\d{1,2}", number) and chance.random() < 0.5:
        return str(max(1, int(number) + chance.choice((-3, -2, -1, 1, 2, 3, 5, 10))))
    at = chance.choice([i for i, c in enumerate(number) if c.isdigit()])
    digit = chance.choice([d for d in "123456789" if d != number[at]])
    changed = number[:at] + digit + number[at + 1 :]
    if chance.random() < 0.15:
        changed = number + "0" if "." not in number and "," not in number else changed
    return changed


def _date(sentence: str, passage: str, chance: random.Random) -> Alteration | None:
    found = [*YEAR.finditer(sentence), *CALENDAR.finditer(sentence)]
    if not found:
        return None
    old = chance.choice(found)
    if old.group().isdigit():
        others = sorted({m.group() for m in YEAR.finditer(passage)} - {old.group()})
        near = str(int(old.group()) + chance.choice((-10, -3, -2, -1, 1, 2, 3, 10)))
        return Alteration(
            "date", old.start(), old.end(), chance.choice(others) if others and chance.random() < 0.6 else near
        )
    group = MONTHS if old.group() in MONTHS else WEEKDAYS
    return Alteration("date", old.start(), old.end(), chance.choice([m for m in group if m != old.group()]))


def names(text: str) -> list[re.Match[str]]:
    """Return the names in a text, without months and words that only start a sentence."""
    return [m for m in NAME.finditer(text) if m.group() not in COMMON and not CALENDAR.fullmatch(m.group())]


def _name(sentence: str, passage: str, chance: random.Random) -> Alteration | None:
    mine = names(sentence)
    if not mine:
        return None
    old = chance.choice(mine)
    said = sentence.casefold()
    others = sorted({m.group() for m in names(passage) if m.group().casefold() not in said})
    others = [o for o in others if o.casefold() not in old.group().casefold()]
    alike = [o for o in others if o.count(" ") == old.group().count(" ")] or others
    if not alike:
        return None
    new = chance.choice(alike)
    if chance.random() < 0.25 and " " in old.group() and " " in new:  # replace only one half
        new = old.group().split(" ", 1)[0] + " " + new.split(" ", 1)[1]
    return Alteration("name", old.start(), old.end(), new)


def _role(sentence: str, passage: str, chance: random.Random) -> Alteration | None:
    """Two names or things are swapped, or the passive becomes the active."""
    turned = list(PASSIVE.finditer(sentence))
    if turned and chance.random() < 0.6:
        old = chance.choice(turned)
        return Alteration("role", old.start(), old.end(), old.group(1))
    active = [
        m for m in ACTIVE.finditer(sentence) if not re.search(rf"\b{AUXILIARY} (?:\w+ )?$", sentence[: m.start()])
    ]
    if active and chance.random() < 0.3:
        old = chance.choice(active)
        return Alteration("role", old.start(), old.end(), f"was {old.group(1)} by")
    for found in chance.sample(([*names(sentence)], [*PHRASE.finditer(sentence)]), 2):
        pairs = [(a, b) for i, a in enumerate(found) for b in found[i + 1 :] if _can_swap(sentence, a, b)]
        if pairs:
            a, b = chance.choice(pairs)
            first, second = a.group(), b.group()
            new = second[:1].upper() + second[1:] if a.start() == 0 else second
            last = (
                first[:1].lower() + first[1:]
                if a.start() == 0 and not first[1:].count(" ") and first.split()[0] in COMMON
                else first
            )
            last = last[:1].lower() + last[1:] if PHRASE.fullmatch(first) else last
            return Alteration("role", a.start(), b.end(), new + sentence[a.end() : b.start()] + last)
    return None


def _can_swap(sentence: str, a: re.Match[str], b: re.Match[str]) -> bool:
    between = sentence[a.end() : b.start()].strip()
    if a.group().casefold() in b.group().casefold() or b.group().casefold() in a.group().casefold():
        return False
    alike = re.fullmatch(
        r"(?:,|and|or|&|with|,? ?and|is|was|are|were|,? ?(?:also )?(?:known|called)(?: as)?|\(|/|-|–)*", between
    )
    return not alike and not re.search(r"\bbetween\b", sentence) and len(between) < 90


def _negation(sentence: str, passage: str, chance: random.Random) -> Alteration | None:
    gone = list(re.finditer(r"\b(?:not |never |no longer )|n[’']t\b", sentence))
    if gone and chance.random() < 0.8:
        old = chance.choice(gone)
        return Alteration(
            "negation", old.start(), old.end(), "always " if old.group() == "never " and chance.random() < 0.3 else ""
        )
    swaps = (
        (r"\b[Nn]o (?=[a-z])", "a "),
        (r"\bwithout\b", "with"),
        (r"\bnone\b", "all"),
        (r"\bneither\b", "both"),
        (r"\bnobody\b", "everybody"),
    )
    for pattern, new in swaps:
        if found := re.search(pattern, sentence):
            return Alteration("negation", found.start(), found.end(), new if found.start() else new.capitalize())
    auxiliary = list(re.finditer(rf"\b{AUXILIARY}(?= (?!not\b)\w)", sentence))
    verbs = [m for m in ACTIVE.finditer(sentence) if not re.search(rf"\b{AUXILIARY} (?:\w+ )?$", sentence[: m.start()])]
    if auxiliary and (not verbs or chance.random() < 0.7):
        old = chance.choice(auxiliary)
        return Alteration(
            "negation", old.end(), old.end(), chance.choice((" not", " not", " not", " never", " no longer"))
        )
    if verbs:
        old = chance.choice(verbs)
        return Alteration("negation", old.start(), old.start(), "never ")
    return None


def _of_rows(kind: str, rows: Sequence[Sequence[str]]) -> Maker:
    """Return a maker that replaces one entry of a row by another."""
    where: dict[str, list[str]] = {}
    for row in rows:
        for word in row:
            where.setdefault(word, []).extend(o for o in row if o != word)
    ordered = sorted(where, key=len, reverse=True)
    pattern = re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, ordered)) + r")(?![\w-])", re.IGNORECASE)

    def make(sentence: str, passage: str, chance: random.Random) -> Alteration | None:
        found = [m for m in pattern.finditer(sentence) if m.group().lower() in where or m.group() in where]
        found = [
            m
            for m in found
            if m.group() not in ("to", "from") or re.match(r" (?:the|[A-Z0-9€$£])", sentence[m.end() :])
        ]
        if kind == "unit":
            found = [
                m
                for m in found
                if re.search(r"\d\s*$|\b(?:" + "|".join(NUMBER_WORDS) + r") $", sentence[: m.start()])
                or sentence[m.end() : m.end() + 1].isdigit()
            ]
        if not found:
            return None
        old = chance.choice(found)
        new = chance.choice(where.get(old.group()) or where[old.group().lower()])
        if old.group()[:1].isupper() and new[:1].islower() and old.start() == 0:
            new = new[:1].upper() + new[1:]
        return Alteration(kind, old.start(), old.end(), new)

    return make


_drop_quantifier = re.compile(
    r"\b(?:at least|at most|up to|more than|less than|fewer than|over|only|half of|some of|most of|part of|nearly|almost) (?=\w)"
)
_from_rows = _of_rows("quantifier", QUANTIFIERS)


def _quantifier(sentence: str, passage: str, chance: random.Random) -> Alteration | None:
    dropped = list(_drop_quantifier.finditer(sentence))
    if dropped and chance.random() < 0.25:
        old = chance.choice(dropped)
        return Alteration("quantifier", old.start(), old.end(), "")
    numbers = [m for m in NUMBER.finditer(sentence) if m.start() and not YEAR.fullmatch(m.group())]
    if numbers and chance.random() < 0.3:
        at = chance.choice(numbers).start()
        if sentence[at - 1] == " ":
            return Alteration(
                "quantifier",
                at,
                at,
                chance.choice(("more than ", "less than ", "at least ", "up to ", "only ", "over ")),
            )
    if chance.random() < 0.15 and (found := list(re.finditer(r"\b(?:the|The) (?=[a-z]+s )", sentence))):
        old = chance.choice(found)
        return Alteration(
            "quantifier",
            old.start(),
            old.end(),
            chance.choice(("All " if old.start() == 0 else "all ", "Only " if old.start() == 0 else "only ")),
        )
    return _from_rows(sentence, passage, chance)


def _pronoun(sentence: str, passage: str, chance: random.Random) -> Alteration | None:
    other = {
        "he": "she",
        "she": "he",
        "his": "her",
        "him": "her",
        "her": "his",
        "himself": "herself",
        "herself": "himself",
    }
    found = list(re.finditer(r"\b(?:he|she|his|him|her|himself|herself)\b", sentence, re.IGNORECASE))
    if not found:
        return None
    old = chance.choice(found)
    new = other[old.group().lower()]
    return Alteration("pronoun", old.start(), old.end(), new.capitalize() if old.group()[0].isupper() else new)


def _word(sentence: str, passage: str, chance: random.Random) -> Alteration | None:
    """A content word is replaced by another from the passage with the same ending."""
    mine = [m for m in WORD.finditer(sentence) if m.group() not in EMPTY and len(m.group()) > 4]
    if not mine:
        return None
    old = chance.choice(mine)
    said = {m.group() for m in mine}
    others = sorted({m.group() for m in WORD.finditer(passage)} - said - EMPTY)
    ending = old.group()[-2:] if old.group()[-2:] in ("ed", "ng", "ly", "al", "on", "es") else old.group()[-1]
    alike = [o for o in others if o.endswith(ending) and o[:4] != old.group()[:4]]
    return Alteration("word", old.start(), old.end(), chance.choice(alike)) if alike else None


def _code(sentence: str, passage: str, chance: random.Random) -> Alteration | None:
    found = list(re.finditer(r"\b(?=[\w./-]*\d)(?=[\w./-]*[A-Za-z])[A-Za-z0-9][\w./-]*[A-Za-z0-9]\b", sentence))
    if not found:
        return None
    old = chance.choice(found)
    at = chance.choice([i for i, c in enumerate(old.group()) if c.isalnum()])
    pool = (
        "0123456789"
        if old.group()[at].isdigit()
        else "abcdefghkmnprstuvwxz"
        if old.group()[at].islower()
        else "ABCDEFGHKLMNPRSTVWX"
    )
    new = old.group()[:at] + chance.choice(pool) + old.group()[at + 1 :]
    return Alteration("code", old.start(), old.end(), new)


def _subject(sentence: str, passage: str, chance: random.Random) -> Alteration | None:
    """The sentence gets another subject from the passage."""
    opening = re.compile(
        rf"^((?:[A-Z][\w’'-]*)(?: (?!{AUXILIARY}\b)[\w’'-]+){{0,4}}) (?={AUXILIARY}\b|\w{{3,}}(?:ed|s)\b)"
    )
    mine = opening.search(sentence)
    if not mine:
        return None
    found = {m.group(1) for part in re.split(r"(?<=[.!?]) ", passage) if (m := opening.search(part))}
    found |= {m.group() for m in names(passage) if " " in m.group()}
    others = sorted(
        o
        for o in found
        if o.casefold() not in sentence.casefold() and o.split()[0] not in ("It", "He", "She", "They", "This")
    )
    return Alteration("role", mine.start(1), mine.end(1), chance.choice(others)) if others else None


def _condition(sentence: str, passage: str, chance: random.Random) -> Alteration | None:
    """A condition or restriction of the statement is left out or reversed."""
    found = re.search(r",? (?:if|unless|except|only if|provided that|as long as) [^.;]{5,80}(?=[.;]|$)", sentence)
    if found and found.start() > 20 and chance.random() < 0.5:
        return Alteration("condition", found.start(), found.end(), "")
    turned = re.search(r"\b(?:if|unless)\b", sentence)
    if turned:
        new = {"if": "unless", "unless": "if"}[turned.group()]
        return Alteration("condition", turned.start(), turned.end(), new)
    return None


MAKERS: dict[str, Maker] = {
    "number": _number,
    "date": _date,
    "name": _name,
    "role": _role,
    "subject": _subject,
    "negation": _negation,
    "quantifier": _quantifier,
    "direction": _of_rows("direction", DIRECTIONS),
    "comparative": _of_rows("comparative", COMPARATIVES),
    "modal": _of_rows("modal", MODALS),
    "tense": _of_rows("tense", TENSES),
    "unit": _of_rows("unit", UNITS),
    "pronoun": _pronoun,
    "word": _word,
    "code": _code,
    "condition": _condition,
}
WEIGHTS = {"pronoun": 1.0, "code": 2.0, "role": 2.0, "subject": 1.0, "direction": 1.5, "quantifier": 2.5, "modal": 2.0, "name": 2.5, "comparative": 2.0, "word": 1.2, "unit": 8.0,
           "number": 3.5, "date": 2.5, "negation": 2.0, "condition": 2.0, "tense": 1.2}  # fmt: skip
