"""Attributes statements: the name of a file, its date, and its traits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from rag.answer.conflicts.contradictions import file_name
from rag.answer.doubt import is_hearsay
from rag.answer.markers import neutral
from rag.answer.reply import Reply
from rag.answer.situation import day_of
from rag.display import plain
from rag.evidence import Evidence
from rag.language.dates import in_words
from rag.language.planted import told, traits_near
from rag.types import Document, Trait


def introduced(sides: Sequence[Sequence[Evidence]], documents: Mapping[str, Document]) -> Callable[[str], str]:
    """Return the function that labels a file in a contradiction: `prices.md (3 May 2026)`.

    The date is the one the file states. If no file states one, it is the last change, provided that those differ.
    """
    evidence = {e.passage.source: e for side in sides for e in side}
    stated = {source: day_of(e, documents) for source, e in evidence.items()}
    changed = {source: documents[source].modified for source in evidence}
    tell_changes = not any(stated.values()) and len(set(changed.values())) > 1

    def named(source: str) -> str:
        day = _day(stated.get(source), changed.get(source) if tell_changes else None)
        strange = told(traits_of_evidence(evidence[source], documents)) if source in evidence else ""
        remarks = "; ".join(filter(None, [day, strange]))
        return f"{_name(source)} ({remarks})" if remarks else _name(source)

    return named


def attributed(reply: Reply, sources: Collection[str]) -> Reply:
    """Return a reply in which statements about another file are quoted with the name of the file that makes them."""
    return tuple(
        replace(said, text=f"{_name(said.evidence[0].passage.source)}: {said.text}")
        if said.layout == "text" and said.evidence and is_hearsay(said.evidence[0], sources)
        else said
        for said in reply
    )


def strange(reply: Reply, documents: Mapping[str, Document]) -> dict[str, tuple[Trait, ...]]:
    """Return the traits of a reply's evidence by passage id, for passages that have any."""
    passages = {evidence.passage.id: evidence for statement in reply for evidence in statement.evidence}
    found = {id: traits_of_evidence(evidence, documents) for id, evidence in passages.items()}
    return {id: traits for id, traits in found.items() if traits}


def traits_of_evidence(evidence: Evidence, documents: Mapping[str, Document]) -> tuple[Trait, ...]:
    """Return the traits of the file of a piece of evidence that occur near it."""
    passage = evidence.passage
    return traits_near(documents[passage.source], passage.start, passage.end)


def _day(stated: date | None, changed: date | None) -> str:
    return in_words(stated) if stated else f"changed {in_words(changed)}" if changed else ""


def _name(source: str) -> str:
    return neutral(plain(file_name(source)))
