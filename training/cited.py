"""Checks each worded sentence against its quotes, and shows the quote where the check fails.

Fails closed: whatever the rules cannot verify (another language, a word that is in no quote, a name out of order) is
not shown. The quote is shown instead, which is true by construction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from rag.evidence import Evidence
from rag.language.sentences import sentences as sentence_spans
from rag.language.words import Word, is_english, is_negated, names, words
from rag.types import Citation, Sentence

REMARK = re.compile(r"\([^()]*\w[^()]*\)")  # brackets often contain the answer: "a bonnet (hood)"
MARKER = re.compile(r"\s{0,4}\[\s*(\d+(?:\s*,\s*\d+)*)\s*\]")
HEDGES = frozenset(  # words that weaken a statement
    """may might could would should likely unlikely probably possibly perhaps allegedly alleged reportedly expected
    proposed planned plans if suggests suggested claims claimed believed believe appears seems rumoured rumored
    supposedly potential""".split()
)
SPACE = re.compile(r"\s+")
FULL_STOPS = (".", "!", "?", "。", "！", "？")
COVERED = 0.8  # share of a sentence's content words that must be in its quote; the others must be in the question
LONGEST_WORDING = 1.2  # times the quote's length: a longer wording adds information


@dataclass(frozen=True, slots=True)
class Cited:
    """The sentences to show, each with its citations, and the rejected wordings."""

    sentences: tuple[Sentence, ...]
    rejected: tuple[str, ...]


def cite(question: str, wording: str, evidence: Sequence[Evidence]) -> Cited:
    """Return one sentence for each piece of evidence: the model's wording if it passes the checks, else the quote.

    `wording` may be empty. Markers count from 1 in the order of the sentences.
    """
    accepted: dict[int, str] = {}
    rejected: list[str] = []
    for claim in _claims(wording):
        i = _best_evidence(claim, evidence)
        if i is not None and i not in accepted and _holds(question, claim, evidence[i]):
            accepted[i] = claim
        else:
            rejected.append(claim)
    shown = [_sentence(i + 1, item, accepted.get(i)) for i, item in enumerate(evidence)]
    return Cited(tuple(shown), tuple(rejected))


def quote_sides(sides: Sequence[Sequence[Evidence]]) -> tuple[Sentence, ...]:
    """Return one sentence per side of a contradiction: its first quote, citing every passage that agrees."""
    markers = count(1)
    return tuple(
        Sentence(shown_quote(side[0].quote), tuple(_citation(next(markers), item) for item in side), "quoted")
        for side in sides
    )


def compose(sentences: Iterable[Sentence]) -> str:
    """Join sentences into the text that is shown, each with its markers before the full stop."""
    return " ".join(_with_markers(sentence) for sentence in sentences)


def _with_markers(sentence: Sentence) -> str:
    markers = "".join(f" [{citation.marker}]" for citation in sentence.citations)
    if sentence.text.endswith(FULL_STOPS) and not sentence.text.endswith(".."):
        return f"{sentence.text[:-1]}{markers}{sentence.text[-1]}"
    return sentence.text + markers


def why_unsupported(question: str, claim: str, quote: str) -> str | None:
    """Return the first rule that a worded sentence breaks against its quote, or None if it breaks none."""
    claimed, quoted = words(claim), words(quote)
    if not is_english(quote) or not is_english(claim):
        return "the rules know English only"
    if len(claim) > LONGEST_WORDING * len(quote):
        return "it is longer than the quote"
    if missing := _missing_names_or_numbers(claim, claimed, quoted):
        return f"{missing!r} is not in the quote"
    if foreign := _foreign_words(question, claimed, quoted):
        return f"{', '.join(foreign)} not in the quote"
    if not _same_order(claimed, quoted):
        return "names or numbers stand in another order"
    if changed := _changed_polarity(claimed, quoted):
        return f"{changed!r} changes what is said"
    return None


def answers_as_well(question: str, claim: str, quote: str) -> bool:
    """Return True if a worded sentence still says what the question asks for, as far as its quote says it.

    Words shared by question and quote must be in the sentence: they are the subject of the answer. So must the quote's
    text in brackets. A list is never shortened to a sentence.
    """
    if "\n" in quote:  # a list
        return False
    if any(remark not in claim for remark in REMARK.findall(quote)):
        return False
    asked = {word.stem for word in words(question)}
    common = asked & {word.stem for word in words(quote) if word.is_content}
    if not common <= {word.stem for word in words(claim)}:
        return False
    claimed = [word for word in words(claim) if word.stem not in asked]
    quoted = [word for word in words(quote) if word.stem not in asked]
    wanted = _wanted(question)
    if any(wanted(word) for word in quoted):
        return any(wanted(word) for word in claimed)
    return any(word.is_content for word in claimed)


def _claims(wording: str) -> list[str]:
    """Return the sentences of a wording, without markers."""
    bare = MARKER.sub("", wording)
    return [bare[start:end] for start, end in sentence_spans(bare)]


def _best_evidence(claim: str, evidence: Sequence[Evidence]) -> int | None:
    """Return the index of the evidence that shares most words with a sentence; the model's markers are not trusted."""
    stems = {word.stem for word in words(claim) if word.is_content}
    shared = [len(stems & {word.stem for word in words(item.quote)}) for item in evidence]
    return max(range(len(shared)), key=lambda i: (shared[i], -i)) if any(shared) else None


def _holds(question: str, claim: str, evidence: Evidence) -> bool:
    return why_unsupported(question, claim, evidence.quote) is None and answers_as_well(question, claim, evidence.quote)


def _missing_names_or_numbers(claim: str, claimed: Sequence[Word], quoted: Sequence[Word]) -> str | None:
    """Return a number or name of the sentence that is not in the quote, letter for letter."""
    there = {word.text for word in quoted}
    numbers = [word for word in claimed if word.is_number]
    return next((word.text for word in [*numbers, *names(claim)] if word.text not in there), None)


def _foreign_words(question: str, claimed: Sequence[Word], quoted: Sequence[Word]) -> list[str]:
    """Return the content words that are not in the quote, if there are too many or the question lacks them too."""
    there = {word.stem for word in quoted}
    asked = {word.stem for word in words(question)}
    content = [word for word in claimed if word.is_content]
    foreign = [word for word in content if word.stem not in there]
    if all(word.stem in asked for word in foreign) and len(content) - len(foreign) >= COVERED * len(content):
        return []
    return [word.text for word in foreign]


def _same_order(claimed: Sequence[Word], quoted: Sequence[Word]) -> bool:
    """Return True if names and numbers are in the quote's order: "A pays B" must not become "B pays A"."""
    marked = {word.text for word in quoted if word.is_number or (word.is_capitalised and word.is_content)}
    rest = iter([word.text for word in quoted])
    return all(word.text in rest for word in claimed if word.text in marked)


def _changed_polarity(claimed: Sequence[Word], quoted: Sequence[Word]) -> str | None:
    """Return a negation or hedge that only one of them has, within the part of the quote that the sentence covers."""
    stems = {word.stem for word in claimed if word.is_content}
    about = [i for i, word in enumerate(quoted) if word.stem in stems]
    stretch = quoted[max(0, about[0] - 3) : about[-1] + 2] if about else quoted
    for kind in (is_negated, _is_hedge):
        there = {word.text.lower() for word in stretch if kind(word)}
        here = {word.text.lower() for word in claimed if kind(word)}
        if there ^ here:
            return min(there ^ here)
    return None


def _is_hedge(word: Word) -> bool:
    return word.text.lower() in HEDGES


def _wanted(question: str) -> Callable[[Word], bool]:
    """Return a test for the kind of word that the question asks for."""
    lower = question.lower()
    if re.search(
        r"\bhow (many|much|old|long|far|tall|large|big|high|often)\b|\bwhat (number|year|percentage|date)\b|\bwhen\b",
        lower,
    ):
        return lambda word: word.is_number
    if re.search(r"\b(who|whose|whom|where|which|what (is|was) the name)\b", lower):
        return lambda word: word.is_capitalised and word.is_content
    return lambda word: word.is_content


def _sentence(marker: int, evidence: Evidence, wording: str | None) -> Sentence:
    citation = _citation(marker, evidence)
    quote = shown_quote(evidence.quote)
    if wording is not None and shown_quote(wording) != quote:
        return Sentence(wording, (citation,), "supported")
    return Sentence(quote, (citation,), "quoted")  # a verbatim copy counts as a quote, even if the model wrote it


def _citation(marker: int, evidence: Evidence) -> Citation:
    return Citation(marker, evidence.passage, evidence.quote, evidence.start, evidence.end, evidence.passage.page)


def shown_quote(quote: str) -> str:
    """Return a quote on one line, with its own [n] changed to (n), so that it cannot be mistaken for a marker."""
    return SPACE.sub(" ", MARKER.sub(lambda match: f" ({match.group(1)})", quote)).strip()
