"""Finds which document a request for a summary means, by its name, its words, and the passages found for the request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from math import log
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from rag.language.dates import NUMBER_OF_MONTH, WEEKDAYS, in_words, mentions
from rag.language.lists import NUMBER_WORDS
from rag.language.sentences import language_of
from rag.language.spelling import Vocabulary
from rag.language.words import content_stems, names, words
from rag.protocols import Encoder
from rag.types import Document, Hit

BRIEF = re.compile(
    r"\btl;?dr\b|\bbrief(?:ly)?\b|\bshort\w{0,3}\b|\bquick\w{0,3}\b|\bin a nutshell\b|\bone sentence\b|\bin (\w+)(?: (?:or|to) \w+)? (?:\w+ )?(?:sentences|points|lines)\b",
    re.IGNORECASE,
)
GENERIC = frozenset(
    """summari summaris summariz summar pleas summary sum overview document text articl file paper report page main key point about say give tl dr tldr
    sentenc write tell whole import nutshel gist content thing""".split()
)
OF_A_REQUEST = frozenset(  # stems that say what one wants of a document or what kind it is, not what the summary is about
    """know read want need look find see rough boil condens essenti line sheet list tabl rule term word note book booklet letter email contract
    agreement minut version wrote written sign sent agre settl decid chang happen result condit plan price cost money plain kurz bitt incl mind
    now new old current origin long half first last time year month week day evening someth somebodi peopl everyth mr mrs ms""".split()
)
CALLED = {"german": "de", "spanish": "es", "french": "fr"}  # what a request calls a document by its language
# What a request calls a document → words that the name or the beginning of such a document has. English only.
KINDS_OF_DOCUMENTS = {
    word: frozenset(others.split())
    for words, others in {
        "letter mail email": "letter letters mail mails email",
        "minutes meeting": "minutes meeting evening assembly protocol",
        "study paper report survey": "study paper report abstract article review survey",
        "contract lease agreement": "contract lease agreement addendum",
        "diary log notes": "diary log logbook journal notes book",
        "rules policy": "rules statutes policy regulations",
        "offer quote estimate": "offer quote quotation estimate",
        "manual guide handbook instructions": "manual guide handbook instructions book",
        "plan": "plan programme itinerary schedule",
        "chat": "chat messages",
        "story": "story tale",
    }.items()
    for word in words.split()
}
UNCERTAIN_MONTHS = frozenset(("may", "mar", "sun"))  # words that are mostly no months
DATES = frozenset(NUMBER_OF_MONTH) | frozenset(map(str.casefold, WEEKDAYS))
NAMED = 0.5  # share of a request's words in the name of a document from which it is considered, found or not
BEGINNING = 300  # characters at the start of a document that show its topic
READ = 20_000  # characters of a document whose words are compared
BEST = 3  # passages of a document whose scores count
NAMES_KIND = 150  # characters at the start of a document that tell what kind it is
SHORTEST_PART = 4  # letters of a word that counts as a part of another
FEATURES = ("named", "held", "best", "first", "beginning", "title", "parts", "kind", "month", "year")
# Fitted to 578 of the requests of `python -m training.summaries`, none from the folders that it holds out.
WEIGHTS = np.array([0.05, 5.49, 1.28, 2.64, 5.09, 3.91, 4.28, 0.99, 1.99, 0.97], dtype=np.float32)


def documents_asked_for(
    request: str, documents: Mapping[str, Document], given: Sequence[str], hits: Sequence[Hit], encoder: Encoder
) -> list[str]:
    """Return the document to summarise, or those of a series that are named alike ("the product meetings").

    `given` are the files that may be meant, `hits` the passages found for the request. [] if nothing was found.
    """
    if len(given) == 1:
        return list(given)
    asked = _asked(request)
    shares = {source: len(asked & _name(documents[source])) / max(1, len(asked)) for source in given}
    most = max(shares.values(), default=0.0)
    alike = [source for source in given if shares[source] == most]
    if most >= NAMED and len(alike) > 1 and _is_series(alike):
        return alike
    likely = dict.fromkeys([hit.passage.source for hit in hits] + [s for s in given if shares[s] >= NAMED])
    if not likely:
        return []
    told = {CALLED[word] for word in re.findall(r"[a-z]+", request.lower()) if word in CALLED}
    likely = {s: None for s in likely if language_of(documents[s].text) in told} or likely
    scores = features(request, {source: documents[source] for source in likely}, hits, encoder) @ WEIGHTS
    return [list(likely)[int(scores.argmax())]]


def names_nothing_held(request: str, vocabulary: Vocabulary) -> bool:
    """Return True if a request names somebody or something that no document holds; months and weekdays are no names."""
    told = [lower for name in names(request) if (lower := name.text.lower()) not in DATES | CALLED.keys()]
    return any(not vocabulary.knows(name) for name in told)


def names_it(request: str, document: Document) -> bool:
    """Return True if a request names a document: most words of the request are in its name, or it says what kind it is."""
    asked, name = _asked(request) - OF_A_REQUEST, _name(document)
    kind = _of_kind_and_date(request, document, name)[0]
    return bool(asked) and (bool(kind) or len(asked & name) >= NAMED * len(asked))


def without_brevity(request: str) -> str:
    """Return a request without the words that ask for a short reply."""
    return re.sub(r"\s+", " ", BRIEF.sub(" ", request)).replace(" ?", "?").strip(" ,;:-")


def about(request: str) -> str:
    """Return the words of a request that say what to summarise; the request if it has no others."""
    told = [w.text for w in words(BRIEF.sub(" ", request)) if w.is_content and w.stem not in GENERIC]
    return " ".join(told) or request


def asked_beside_the_name(request: str, document: Document) -> frozenset[str]:
    """Return the stems of a request that are not in the document's name, dates or numbers: what it wants to know."""
    told = _asked(request) - _name(document) - OF_A_REQUEST - DATES - NUMBER_WORDS
    return frozenset(stem for stem in told if not any(map(str.isdigit, stem)))


def features(
    request: str, documents: Mapping[str, Document], hits: Sequence[Hit], encoder: Encoder
) -> NDArray[np.float32]:
    """Return what speaks for each document: (documents, features) float32, all from 0 to 1.

    - named: the share of the request's words, by rarity, in its title, file name and dates
    - held: the same share in its text as well
    - best, first: the mean score of its three best passages, and of the best
    - beginning, title: the cosine of the request and its title and beginning; and its title and file name
    - parts: the share of the request's words that are parts of words of its name: "yard" of "shipyard"
    - kind, month, year: 1 if it is of the kind, or of a month or year, that the request names
    """
    asked = _asked(request)
    names = {source: _name(document) for source, document in documents.items()}
    held = {s: names[s] | content_stems(document.text[:READ]) for s, document in documents.items()}
    begun = [f"{document.title}. {document.text[:BEGINNING]}" for document in documents.values()]
    titles = [re.sub(r"[\W_]+", " ", f"{d.title} {PurePosixPath(s).stem}") for s, d in documents.items()]
    told, *vectors = encoder.encode([request, *begun, *titles])
    scores = {source: [hit.score for hit in hits if hit.passage.source == source] for source in documents}
    rows = [
        (
            _share(asked, names[source], names.values()),
            _share(asked, held[source], held.values()),
            sum(sorted(scores[source], reverse=True)[:BEST]) / BEST,
            max(scores[source], default=0.0),
            float(told @ vector),
            float(told @ vectors[len(documents) + i]),
            _parts(asked, names[source]),
            *_of_kind_and_date(request, documents[source], names[source]),
        )
        for i, (source, vector) in enumerate(zip(documents, vectors, strict=False))
    ]
    return np.array(rows, dtype=np.float32)


def _asked(request: str) -> frozenset[str]:
    return content_stems(BRIEF.sub(" ", request)) - GENERIC


def _share(asked: frozenset[str], held: frozenset[str], every: Iterable[frozenset[str]]) -> float:
    """Return the share of the stems asked for that are held; stems that few documents hold count more."""
    every = list(every)
    rarity = {stem: log(1 + len(every) / (0.5 + sum(stem in one for one in every))) for stem in asked}
    return sum(rarity[stem] for stem in asked & held) / (sum(rarity.values()) or 1.0)


def _parts(asked: frozenset[str], name: frozenset[str]) -> float:
    """Return the share of the stems asked for that are in a word of a name, or hold one."""
    long = [stem for stem in asked if len(stem) >= SHORTEST_PART]
    held = [
        s
        for s in long
        if any(s in one or one.endswith(s.rstrip("e")) or (len(one) >= SHORTEST_PART and one in s) for one in name)
    ]
    return len(held) / max(1, len(asked))


def _of_kind_and_date(request: str, document: Document, name: frozenset[str]) -> tuple[float, float, float]:
    """Return 1 or 0 for: of the kind, of a month, of a year that a request names."""
    told = re.findall(r"[a-z]+", request.lower())
    kinds = frozenset().union(*(KINDS_OF_DOCUMENTS.get(w) or KINDS_OF_DOCUMENTS.get(w[:-1], frozenset()) for w in told))
    months = {NUMBER_OF_MONTH[word] for word in told if word in NUMBER_OF_MONTH and word not in UNCERTAIN_MONTHS}
    years = {int(year) for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", request)}
    beginning = f"{document.title} {document.source} {document.text[:BEGINNING]}"
    dates = list(mentions(beginning)) if months or years else []
    return (
        float(bool(content_stems(" ".join(kinds)) & (name | content_stems(document.text[:NAMES_KIND])))),
        float(any(mention.month in months for mention in dates)),
        float(any(mention.year in years for mention in dates)),
    )


def _name(document: Document) -> frozenset[str]:
    """Return the stems of the words that name a document, with its dates in words and numbers."""
    file = re.sub(r"[\W_]+", " ", str(PurePosixPath(document.source).with_suffix("")))
    text = f"{document.title} {file}"
    days = [in_words(m.last_day(m.year)) for m in mentions(f"{document.title} {document.source}") if m.year]
    return content_stems(" ".join([text, *days]))


def _is_series(sources: Sequence[str]) -> bool:
    """Return True if the names of files differ only in numbers."""
    return len({re.sub(r"[\d\W_]+", "", source) for source in sources}) == 1
