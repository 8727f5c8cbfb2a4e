"""Finds what a question asks of a table: which rows, and which of their columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rag.answer.situation import Situation
from rag.answer.tables.relation import Relation, Thing, numeric, relations
from rag.language.column_names import heads, spoken
from rag.language.dates import NUMBER_OF_MONTH, WEEKDAYS
from rag.language.measures import MEASURES, column_words
from rag.language.opposites import synonym_stems
from rag.language.phrases import DETERMINERS, PLACES, PREPOSITIONS
from rag.language.words import content_stems, is_english, names, words
from rag.split.tables import tables_of

MOST_SOURCES = 10  # files whose tables are looked through
CLOSE = 1.5  # words of the question that a table must at least hold in its names, labels and values
CLOSEST = 2.5  # the same where a sentence tells a number already
TOLD = 0.3  # share of likelihood of such a sentence
READ = 0.1  # of the likelihood that the rows of a table have at least from which things are listed
CLOSER = 2.0  # the same where no attribute is named

PERIOD = re.compile(
    r"\b(?:this|last|next|past|previous|coming)\s{1,8}(?:year|month|week|season|quarter|day)s?\b", re.IGNORECASE
)
OPEN_A_PHRASE = DETERMINERS | PREPOSITIONS - {"to"} | {"which", "what", "many", "all", "and", "or"}
COMPARING = content_stems(f"{' '.join(MEASURES)} most least more less many much")
Stems: TypeAlias = frozenset[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks of one table."""

    relation: Relation
    source: str
    things: tuple[Thing, ...]  # those that the question names or filters
    attributes: tuple[str, ...]  # those that it names, numbers first
    named: bool  # True if things were named or filtered by the question


def candidates(found: Situation, *, enough: float = 9.0) -> list[tuple[float, Asked]]:
    """Return the tables of the best files with what the question asks of them and how close they are, closest first.

    `enough` is a closeness that is enough, whatever is told elsewhere.
    """
    asked = content_stems(PERIOD.sub(" ", found.question))  # "this year" names no column "A year"
    scored: list[tuple[float, Asked]] = []
    read = (evidence.passage.source for evidence in found.evidence)
    sources = list(dict.fromkeys([*read, *found.sources]))[:MOST_SOURCES]
    shares = {s: sum(e.score for e in found.evidence if e.passage.source == s and e.kind == "row") for s in sources}
    likely = sum(e.score for e in found.evidence)
    named = _named(found.question)
    for source in sources:
        title = found.documents[source].title
        for table in tables_of(found.documents[source]):
            for relation in relations(table):
                wanted = named | _qualifiers(found.question, relation)
                if wanted and not wanted <= _words_of(relation, f"{source} {title}"):
                    continue
                request = _request(found.question, asked, relation, source)
                if found.intent.form == "extreme" and not _is_about(asked, relation, source):
                    continue
                closeness = _closeness(found.question, asked, request) + shares[source]
                least = CLOSEST if _is_told(found, source) else CLOSE if request.attributes else CLOSER
                if found.intent.form in ("list", "which-rows") and shares[source] < READ * likely:
                    least = max(least, CLOSEST)
                if closeness >= min(least, enough) or shares[source] > 0.5:
                    scored.append((closeness, request))
    return sorted(scored, key=lambda pair: -pair[0])


def _named(question: str) -> Stems:
    """Return the names in an English question, without months and weekdays, which tables write in many ways."""
    told = names(question) if is_english(question) else []
    return frozenset(w.stem for w in told if w.text.casefold() not in NUMBER_OF_MONTH and w.text not in WEEKDAYS)


def _qualifiers(question: str, relation: Relation) -> Stems:
    """Return what an English question says right before what a table calls its things: "student" of "a student ticket"."""
    kind = content_stems(relation.kind)
    told = words(question) if kind and is_english(question) else []
    return frozenset(
        before.stem
        for first, before, word in zip(told, told[1:], told[2:], strict=False)
        if word.stem in kind
        and first.text.casefold() in OPEN_A_PHRASE
        and before.is_content
        and not before.is_number
        and before.stem not in kind | COMPARING
        and before.text.casefold() not in PLACES
        and question[before.start + len(before.text) : word.start] == " "
    )


def _words_of(relation: Relation, about: str) -> Stems:
    """Return the words of a whole table, and of what stands above it."""
    cells = (v.cell.text for thing in relation.things for v in thing.values.values())
    labels = (thing.label for thing in relation.things)
    return _names_of(relation, about) | content_stems(" ".join([*labels, *cells]))


def words_of(asked: Asked) -> Stems:
    """Return the words of the table that is asked, with those of its file's name."""
    return _words_of(asked.relation, re.sub(r"[\W_]+", " ", asked.source))


def _names_of(relation: Relation, about: str) -> Stems:
    """Return the words of a table's heading, of its file, of its columns and of what it calls its things."""
    return content_stems(" ".join([relation.heading, relation.kind, about, *map(spoken, relation.attributes)]))


def _is_about(asked: Stems, relation: Relation, source: str) -> bool:
    """Return True if a table's names hold a word of what is compared; a question like "which is cheapest?" names nothing."""
    things = {stem for stem in asked if stem not in COMPARING}
    above = _names_of(relation, source)
    labels = content_stems(" ".join(thing.label for thing in relation.things))
    return not things or bool(things & (above | labels))


def _is_told(found: Situation, source: str) -> bool:
    """Return True if a sentence of another file tells already what is listed, or the number that is counted."""
    form = found.intent.form
    if form not in ("count", "sum", "list", "which-rows") or not found.evidence:
        return False
    best = found.best
    if best.kind == "row" or best.passage.source == source or best.score < TOLD:
        return False
    return form in ("list", "which-rows") or bool(re.search(r"\d", best.text))


def _request(question: str, asked: Stems, relation: Relation, source: str) -> Asked:
    things = relation.things
    named = named_things(asked, things)
    filtered = _filtered(asked, named or things, relation.attributes) or named
    numbers = numeric(relation)
    attributes = _named_attributes(question, asked, relation, numbers)
    return Asked(relation, source, filtered or things, attributes, bool(filtered))


def _closeness(question: str, asked: Stems, request: Asked) -> float:
    """Return how many of the question's words a table holds, in its names and in the labels that are meant."""
    relation = request.relation
    above = _names_of(relation, request.source)
    labels = content_stems(" ".join(thing.label for thing in request.things)) if request.named else frozenset()
    cells = (
        content_stems(" ".join(v.cell.text for t in request.things for v in t.values.values()))
        if request.named
        else frozenset()
    )
    meant = bool(
        column_words(question) & set(re.findall(r"[^\W\d_]+", f"{relation.heading} {request.source}".casefold()))
    )
    kind = bool(content_stems(relation.kind) & asked)  # "which hive" asks for things that the table calls hives
    return len(asked & (above | labels | cells)) + 0.5 * bool(request.attributes) + 0.5 * request.named + meant + kind


def named_things(asked: Stems, things: Sequence[Thing]) -> tuple[Thing, ...]:
    """Return the things whose label the question names by the words that tell it from the others; the fullest names first."""
    labels = [content_stems(label) for label in heads([thing.label for thing in things])]
    if len(things) < 2:
        return ()
    common = frozenset.intersection(*labels)
    shares = [len((label - common) & asked) / max(1, len(label - common)) for label in labels]
    best = max(shares, default=0)
    named = [i for i, share in enumerate(shares) if share == best and best >= 0.5]
    alike = [len((labels[i] - common) & (asked | synonym_stems(asked))) / len(labels[i] - common) for i in named]
    return tuple(things[i] for i, share in zip(named, alike, strict=True) if share == max(alike))


def _filtered(asked: Stems, things: Sequence[Thing], attributes: Sequence[str]) -> tuple[Thing, ...]:
    """Return the things whose cells of words the question names whole, `Category: Accessory`; () if that leaves out none."""
    kept = tuple(things)
    for attribute in attributes:
        matching = tuple(
            thing
            for thing in kept
            if (value := thing.values.get(attribute))
            and value.number is None
            and (s := frozenset(stem for stem in content_stems(value.cell.text) if len(stem) > 1))
            and s <= asked
        )
        kept = matching or kept
    return kept if len(kept) < len(things) else ()


def _named_attributes(question: str, asked: Stems, relation: Relation, numbers: Sequence[str]) -> tuple[str, ...]:
    """Return the attributes that the question names; those that its adjectives and verbs are about where it names none."""
    own = {a: content_stems(spoken(h)) for a, h in zip(relation.attributes, heads(relation.attributes), strict=True)}
    common = frozenset.intersection(*own.values()) if len(own) > 1 else frozenset[str]()
    named = [a for a, s in own.items() if s - common and s - common & asked and (s - common) & asked]
    if not any(a in numbers for a in named):
        meant = column_words(question)
        named += [a for a in numbers if a not in named and _names_measure(a, relation, meant)]
    return tuple(sorted(named, key=lambda a: a not in numbers))


def _names_measure(attribute: str, relation: Relation, meant: frozenset[str]) -> bool:
    units = {value.unit.casefold() for t in relation.things if (value := t.values.get(attribute)) and value.unit}
    return bool(meant & (set(re.findall(r"[^\W\d_]+|[€$£]", attribute.casefold())) | units))


def measure(asked: Asked) -> str | None:
    """Return the attribute whose numbers are compared: the one that is named, or the only one there is."""
    numbers = numeric(asked.relation)
    named = [attribute for attribute in asked.attributes if attribute in numbers]
    return named[0] if named else numbers[0] if len(numbers) == 1 else None
