"""Finds which rows and columns of a table the words of a question mean, and which of the words the table does not account for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from rag.answer.tables.relation import Relation, Thing, numeric
from rag.language.called import CALLED
from rag.language.column_names import spoken
from rag.language.dates import MONTH_NAMES, NUMBER_OF_MONTH, WEEKDAYS
from rag.language.measures import MEASURES, column_words
from rag.language.opposites import synonym_stems
from rag.language.units import is_known, size
from rag.language.words import content_stems, words

LONGEST = 8  # words of a cell in which a word of the question means the cell
YES = frozenset("yes y ja x true ✓ ✔ oui sí".split())
NO = frozenset("no n nein false – - — non".split())
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
FEWEST_LETTERS = 4  # of a verb that a name begins with: teachers teach
YEARLIKE = 10  # words that a column of years must have more than another to be meant
LETTERS = re.compile(r"[^\W\d_]+|[€$£]")
TO = re.compile(r"(?<![^\W\d_])(?P<first>[^\W\d_]+)\s*(?:\b(?:to|until|till|through)\b|[-–])\s*(?P<last>[^\W\d_]+)")
PART_OF_YEAR = re.compile(r"\b(?P<which>first|second|third|fourth|1st|2nd|3rd|4th)\s+(?P<part>half|quarter)\b", re.I)
PLACES = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3}


@dataclass(frozen=True, slots=True)
class Match:
    """What the words of a question mean in a table."""

    relation: Relation
    source: str
    things: tuple[Thing, ...]  # the rows that are meant
    columns: tuple[str, ...]  # those with numbers that are meant, best first
    texts: tuple[str, ...]  # the columns without numbers whose names are said
    cells: frozenset[str]  # stems that are found in cells and choose the rows
    named: frozenset[str]  # stems that are found in names of columns
    above: frozenset[str]  # stems that are found above the table, or in what its things are called
    left: frozenset[str]  # stems that the table does not account for

    @property
    def weight(self) -> float:
        """How much of the question the table itself accounts for."""
        return len(self.cells) + len(self.named) + 0.5 * len(self.above - self.cells - self.named)


def match(question: str, asked: frozenset[str], relation: Relation, source: str, title: str) -> Match:
    """Return what the stems of a question mean in a table whose things are rows."""
    asked = with_times(question, asked)
    texts = [relation.kind, *(a for a in relation.attributes if a not in numeric(relation))]
    kind = content_stems(relation.kind)  # "which loaf" does not mean the tin loaf
    things, cells = _rows(question, asked - kind - _title_in(question, f"{title} {relation.heading}"), relation, texts)
    columns = _columns(question, asked - cells, relation)
    wide = widened(asked)
    named = {stem for a in [relation.kind, *relation.attributes] for stem in _said(asked, content_stems(spoken(a)))}
    named |= {stem for stem in asked if any(_refers(stem, a, relation) for a in columns)}
    about = re.sub(r"[\W_]+", " ", f"{source} {title} {relation.heading} {relation.kind}")
    above = _said(asked, content_stems(about))
    units = {word for t in relation.things for v in t.values.values() for word in LETTERS.findall(v.unit.casefold())}
    by_unit = {stem for stem in asked if is_known(stem) and any(size(stem) == size(unit) for unit in units)}
    by_unit |= {"pound"} & asked if "£" in units else set()
    left = asked - cells - named - above - by_unit
    left = frozenset(
        s for s in left if not any(len(s) >= FEWEST_LETTERS and own.startswith(s) for own in named | above)
    )
    chosen = tuple(t for t in texts if _said(asked, content_stems(spoken(t))))
    return Match(
        relation, source, things, columns, chosen, cells, frozenset(named & wide), frozenset(above), frozenset(left)
    )


def _title_in(question: str, title: str) -> frozenset[str]:
    """Return the stems of words side by side that a title has too: "church hall" names the table, not the hall in it."""
    own = content_stems(title)
    told = [w.stem for w in words(question)]
    return frozenset(s for pair in pairwise(told) if own.issuperset(pair) for s in pair)


def with_times(question: str, asked: frozenset[str]) -> frozenset[str]:
    """Return the stems with the months between those that a question names: "January to March", "the first half"."""
    found = set(asked)
    for span in TO.finditer(question.casefold()):
        first, last = NUMBER_OF_MONTH.get(span["first"]), NUMBER_OF_MONTH.get(span["last"])
        if first and last and first < last:
            found |= {*_months(first - 1, last)}
    for part in PART_OF_YEAR.finditer(question.casefold()):
        length = 6 if part["part"] == "half" else 3
        start = length * PLACES[part["which"]]
        found = (found | {*_months(start, start + length)}) - content_stems(part.group())
    return frozenset(found)


def _months(start: int, end: int) -> Iterable[str]:
    return (stem for name in MONTH_NAMES[start:end] for stem in content_stems(f"in {name}"))


def stems_in(text: str) -> frozenset[str]:
    """Return the stems of a cell, with weekdays and months in full: "Tue" is Tuesday."""
    full = [day for day in WEEKDAYS for word in LETTERS.findall(text) if len(word) >= 2 and _is_day(word, day)]
    months = [MONTH_NAMES[NUMBER_OF_MONTH[w] - 1] for w in LETTERS.findall(text.casefold()) if w in NUMBER_OF_MONTH]
    return content_stems(f"{text} {' '.join([*full, *months])}")


def _is_day(word: str, day: str) -> bool:
    return word[0].isupper() and len(word) <= 4 and day.startswith(word)


@cache
def _called() -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for row in CALLED.split():
        stems = content_stems(row.replace("|", " "))
        found |= {one: found.get(one, frozenset()) | stems for one in stems}
    return found


def widened(stems: Iterable[str]) -> frozenset[str]:
    """Return stems with those of other words for the same things."""
    stems = frozenset(stems)
    return stems | synonym_stems(stems) | frozenset().union(*(_called().get(one, frozenset()) for one in stems))


def _said(asked: frozenset[str], own: frozenset[str]) -> frozenset[str]:
    """Return the stems of a question that a name has, or another word for the same."""
    return frozenset(stem for stem in asked if own & widened([stem]))


def cell_of(thing: Thing, column: str, relation: Relation) -> str:
    """Return the text of a row in a column; the label in the column that names the things."""
    if column == relation.kind:
        return thing.label
    value = thing.values.get(column)
    return value.cell.text if value else ""


def _rows(
    question: str, asked: frozenset[str], relation: Relation, texts: Sequence[str]
) -> tuple[tuple[Thing, ...], frozenset[str]]:
    """Return the rows whose cells a question's words choose, and those words; the column with most of them chooses first."""
    kept, used = tuple(relation.things), frozenset[str]()
    open_columns = list(texts)
    while open_columns:
        hits = {c: _hits(question, asked - used, relation, kept, c) for c in open_columns}
        best = max(open_columns, key=lambda c: max((len(h) for h in hits[c]), default=0))
        told = hits[best]
        if not any(told):
            break
        full = [not any(h < other for other in told) and bool(h) for h in told]
        kept = tuple(thing for thing, keep in zip(kept, full, strict=True) if keep)
        used |= frozenset().union(*(h for h, keep in zip(told, full, strict=True) if keep))
        open_columns.remove(best)
    return kept, used


def _hits(
    question: str, asked: frozenset[str], relation: Relation, things: Sequence[Thing], column: str
) -> list[frozenset[str]]:
    """Return the words of a question that each row's cell has, or another word for the same."""
    told = [cell_of(thing, column, relation) for thing in things]
    if is_yes_no(told):
        return _answers(question, asked, column, told)
    name = content_stems(spoken(column))
    said = content_stems(question)
    found = []
    for text in told:
        own = stems_in(text) if len(text.split()) <= LONGEST else frozenset[str]()
        hit = frozenset(stem for stem in asked if stem in own) or frozenset(
            stem for stem in asked if own & widened([stem]) and not name & widened([stem])
        )
        is_bare = all(any(letter.isdigit() for letter in stem) for stem in hit)
        found.append(frozenset[str]() if is_bare and not (_said(said, name) or LETTERS.search(text)) else hit)
    return found


def is_yes_no(texts: Sequence[str]) -> bool:
    """Return True if a column says yes or no of each row."""
    told = {text.strip().casefold() for text in texts}
    return bool(told & (YES | {"no"})) and told <= YES | NO | {""}


def _answers(question: str, asked: frozenset[str], column: str, told: Sequence[str]) -> list[frozenset[str]]:
    """Return the word that names a yes-or-no column for each row that is as the question says."""
    name = content_stems(spoken(column))
    positive = asked & name
    negative = frozenset(stem for stem in asked if re.sub(r"^(?:un|in|non-?)", "", stem) in name) - positive
    denied = any(
        re.search(rf"(?:\b(?:not|never|no|yet|to be)|n['’]t)\s+(?:\w+\s+)?{re.escape(stem)}", question, re.IGNORECASE)
        for stem in positive
    )
    wanted = NO | {""} if negative or denied else YES
    said = positive or negative
    return [said if text.strip().casefold() in wanted else frozenset[str]() for text in told]


def _columns(question: str, asked: frozenset[str], relation: Relation) -> tuple[str, ...]:
    """Return the columns of numbers that a question names, the one named in full first; else those of its adjectives."""
    scored: list[tuple[int, int, str]] = []
    for attribute in numeric(relation):
        own = content_stems(spoken(attribute))
        hit = _said(asked, own)
        if hit:
            missing = len([stem for stem in own if not widened([stem]) & asked])
            exact = len(own & asked)
            scored.append((-len(hit) - exact + YEARLIKE * _are_years(attribute, relation), missing, attribute))
    scored.sort(key=lambda entry: entry[:2])
    if scored:
        return tuple(attribute for *_, attribute in scored)
    return tuple(a for a in numeric(relation) if _is_meant(a, relation, column_words(question)))


def _are_years(attribute: str, relation: Relation) -> bool:
    """Return True if all numbers of a column may be years."""
    told = [v for t in relation.things if (v := t.values.get(attribute)) and v.number is not None]
    return all(YEAR.fullmatch(v.cell.text.strip()) for v in told)


def _is_meant(attribute: str, relation: Relation, meant: frozenset[str]) -> bool:
    units = {v.unit.casefold() for t in relation.things if (v := t.values.get(attribute)) and v.unit}
    return bool(meant & ({*LETTERS.findall(attribute.casefold())} | units))


@cache
def _cues() -> Mapping[str, frozenset[str]]:
    """Return the words in names of columns to which an adjective or verb refers, by its stem."""
    found: dict[str, frozenset[str]] = {}
    for cues, names in MEASURES.items():
        for cue in content_stems(cues):
            found[cue] = found.get(cue, frozenset()) | frozenset(names.split())
    return found


def _refers(stem: str, attribute: str, relation: Relation) -> bool:
    return _is_meant(attribute, relation, _cues().get(stem, frozenset()))
