"""Puts two documents side by side, or what one sentence says of two things: offers, contracts, reports."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import PurePosixPath

from rag.answer.conflicts.scope import GENRES
from rag.answer.conflicts.versions import replaced
from rag.answer.reply import Reply, Statement, table_row
from rag.answer.situation import Situation
from rag.answer.tables.points import ASPECTS, COMPARING, MOST_WORDS, Point, alike, aspect, pairs, points_of, rarity_of
from rag.evidence import Evidence
from rag.language import lists
from rag.language.figures import figures
from rag.language.measures import MEASURES
from rag.language.phrases import COMMON_VERBS
from rag.language.words import content_stems, words
from rag.split.blocks import blocks_of

MOST_COLUMNS = 6
LONGEST = 40  # words of a sentence beside another
ALIKE = 0.5  # share of the words of the poorer one of two points about the same
BEGINNING = 4  # letters by which a name is looked for
TWO = re.compile(r"\b(?:two|both|2)\s+(?:of\s+)?(?:the\s+|our\s+|my\s+)?(?P<kind>[\w\s'’-]{3,60})", re.IGNORECASE)
PAPERS = COMPARING | content_stems(" ".join([*GENRES, *lists.OFFERS]))
GENERAL = PAPERS | content_stems(" ".join([*MEASURES, *COMMON_VERBS]))
WHOLE = re.compile(
    r"\b(?:compar\w*|side by side|differ\w*|versus|vs|(?:offer|quote|quotation|estimate)s?)\b", re.IGNORECASE
)
PART = re.compile(r"[\W\d_]+")


def side_by_side(found: Situation) -> Reply:
    """Return the documents that a comparison names side by side; () unless it names two by their files' names."""
    if found.intent.form not in ("compare", "difference"):
        return ()
    named = _named_files(found) or _two_of_a_kind(found)
    return _of_files(found, named) if named else _two_in_a_sentence(found)


def name_stems(found: Situation, source: str) -> frozenset[str]:
    """Return the stems of the words of a file's name and title."""
    name = PART.sub(" ", PurePosixPath(source).stem)
    return content_stems(f"{name} {PART.sub(' ', found.documents[source].title)}")


def searched(found: Situation) -> list[str]:
    """Return the files that are searched."""
    return [source for source in found.documents if found.files is None or source in found.files]


def _current(found: Situation) -> list[str]:
    every = searched(found)
    old = replaced(every)
    begins = [word.stem[:BEGINNING] for word in words(found.question) if word.is_content]
    return [s for s in every if s not in old and _is_named(f"{s} {found.documents[s].title}".casefold(), begins)]


def _is_named(name: str, begins: Sequence[str]) -> bool:
    return any(begin in name for begin in begins)


def _named_files(found: Situation) -> list[str]:
    """Return two files of one kind, each named by a word of the question that is not in the other's name."""
    asked = content_stems(found.question)
    names = {source: name_stems(found, source) for source in _current(found)}
    named = {source: stems & asked for source, stems in names.items() if stems & asked - COMPARING}
    ranked = [
        (len(names[a] & names[b]), [a, b])
        for a, b in combinations(named, 2)
        if named[a] - names[b] and named[b] - names[a] and names[a] & names[b]
    ]
    best = max((many for many, _ in ranked), default=0)
    pairs_found = [pair for many, pair in ranked if many == best]
    if len(pairs_found) != 1:
        return []
    return sorted(pairs_found[0], key=lambda source: _place(found.question, named[source]))


def _place(question: str, stems: frozenset[str]) -> int:
    return next((i for i, word in enumerate(words(question)) if word.stem in stems - COMPARING), 0)


def _two_of_a_kind(found: Situation) -> list[str]:
    """Return the only two files whose names hold what a question calls "the two …"."""
    match = TWO.search(found.question)
    kind = content_stems(match["kind"]) - COMPARING if match else frozenset[str]()
    held = [source for source in _current(found) if kind and kind & name_stems(found, source) >= kind]
    return held if len(held) == 2 else []


def _two_in_a_sentence(found: Situation) -> Reply:
    """Return the parts of the sentence that tells of two things, "Two offers: A, 780; B, 655", each as an item."""
    match = TWO.search(found.question)
    kind = content_stems(match["kind"]) - COMPARING if match else frozenset[str]()
    if len(kind) < 2:
        return ()
    telling: dict[int, list[tuple[Evidence, list[str]]]] = defaultdict(list)
    for source in dict.fromkeys([*(e.passage.source for e in found.evidence), *found.sources]):
        for passage in found.passages_of(source):
            if ";" not in passage.text:
                continue
            for block in blocks_of(found.documents[source], passage):
                parts = [part.strip(" .") for part in block.text.rpartition(": ")[2].split(";")]
                held = len(kind & content_stems(f"{block.text} {passage.heading}"))
                if len(parts) == 2 and all(figures(part) for part in parts) and held >= max(2, len(kind) - 1):
                    telling[held].append((Evidence.of(block), parts))
    best = telling[max(telling)] if telling else []
    if len(best) != 1:
        return ()
    return tuple(Statement(part, (best[0][0],), layout="bullet") for part in best[0][1])


def _of_files(found: Situation, files: Sequence[str]) -> Reply:
    """Return what both files say: on the subject of the question, or on what such documents settle."""
    points = [points_of(found, source) for source in files]
    names = name_stems(found, files[0]) | name_stems(found, files[1])
    subject = content_stems(found.question) - names - PAPERS
    labels = labels_of(files, found.question)
    if subject - GENERAL:
        said = content_stems(" ".join(found.documents[source].text for source in files))
        reply = on_a_subject(found, points, labels, subject)
        if reply or not subject - GENERAL <= said or not WHOLE.search(found.question):
            return reply
    told = [(name, [aspect(of, name) for of in points]) for name in ASPECTS]
    columns = [(name, both) for name, both in told if all(p and len(p.value.split()) <= MOST_WORDS for p in both)]
    shown = {p.evidence for _, both in columns for p in both if p}
    for one, other in pairs(*points):
        short = max(len(p.value.split()) for p in (one, other)) <= MOST_WORDS
        if one.label and other.label and short and not {one.evidence, other.evidence} & shown:
            columns.append((one.label, [one, other]))
    columns = columns[:MOST_COLUMNS]
    if not columns:
        return ()
    head = Statement(table_row(["", *(name for name, _ in columns)]), (), layout="head")
    rows = []
    for i, label in enumerate(labels):
        cells = [p for _, both in columns if (p := both[i])]
        evidence = tuple(dict.fromkeys(p.evidence for p in cells))
        rows.append(Statement(table_row([label, *(p.value for p in cells)]), evidence, layout="row"))
    return (head, *rows)


def on_a_subject(
    found: Situation, points: Sequence[list[Point]], labels: Sequence[str], subject: frozenset[str]
) -> Reply:
    """Return what each of two files says about a subject; () if one does not say it in as many words."""
    rarity = rarity_of(*points)
    chosen: list[Point] = []
    for of in points:
        shares = [
            sum(1 / (1 + rarity[s]) for s in subject & (p.stems | content_stems(f"{p.label} {p.value}"))) for p in of
        ]
        best = max(shares, default=0.0)
        if best <= 0 or shares.count(best) > 1:
            return ()
        chosen.append(of[shares.index(best)])
    like, _ = alike(chosen[0], [chosen[1]], rarity)
    subject = subject - GENERAL
    both = [subject & (p.stems | content_stems(f"{p.label} {p.value}")) for p in chosen]
    if like < ALIKE or 2 * len(both[0] & both[1]) < len(subject):
        return ()
    return beside(chosen, labels)


def beside(points: Sequence[Point], labels: Sequence[str]) -> Reply:
    """Return points as items, each after the label of its thing; () if one is too long to be read beside the other."""
    if any(len(f"{p.label} {p.value}".split()) > LONGEST for p in points):
        return ()
    told = [f"{p.label}: {p.value}" if p.label else p.value for p in points]
    return tuple(
        Statement(f"{label}: {text}", (p.evidence,), layout="bullet")
        for label, text, p in zip(labels, told, points, strict=True)
    )


def labels_of(files: Sequence[str], question: str) -> list[str]:
    """Return what tells the names of files apart: the words that the question uses, or the others lack."""
    parts = [re.findall(r"[^\W_]+", PurePosixPath(source).stem) for source in files]
    common = set.intersection(*(set(part) for part in parts))
    asked = content_stems(question)
    labels = []
    for source, part in zip(files, parts, strict=True):
        own = [word for word in part if word not in common]
        named = [word for word in own if content_stems(word) & asked]
        text = " ".join(named or own) or PurePosixPath(source).stem
        labels.append(text[:1].upper() + text[1:])
    return labels
