"""Words a German, Spanish or French question in English, and an English one in these languages, word by word.

That is rough, but documents in the other language are found by it. Of several words the first is taken that the
documents hold. Names, numbers and codes stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.language.everyday import LANGUAGES, Words, fold, into, tokens_of, words_in
from rag.language.lists import FUNCTION_WORDS
from rag.language.own_words import language_of
from rag.language.spelling import Vocabulary
from rag.language.stems import stem

PIECE = re.compile(r"\S*\d\S*|[^\W_]+|[,;.?!]")
LONGEST = 4  # words of a phrase
SHORTEST_PART = 3  # letters of a part of a compound
LINKS = ("", "s", "es", "n", "en", "er", "e")  # between the parts of a German compound
FEWEST = 2  # content words that the documents must hold in the other language
DOING = frozenset((("do",), ("doe",), ("did",)))  # stems of the verb that only English questions have
UNDERSTOOD = 0.6  # share of the words that must be understood
LONG = 6  # letters of a word from which a similar word of the documents is taken for the same
SIMILAR = 1.1  # most distance of such a word


def in_english(question: str, vocabulary: Vocabulary) -> str:
    """Return an English wording of a question in German, Spanish or French; "" for others, and if too little is known."""
    language = language_of(question)
    if language not in LANGUAGES:
        return ""
    known = words_in(language)
    pieces = _joined(PIECE.findall(question.replace("’", "'")), known) if language == "de" else PIECE.findall(question)
    said = list(_glossed(pieces, language, vocabulary))
    words = [understood for text, understood in said if re.search(r"\w", text)]
    if not words or sum(words) < UNDERSTOOD * len(words):
        return ""
    text = re.sub(r" (?=[,;.?!])", "", " ".join(text for text, _ in said if text))
    return text[:1].upper() + text[1:]


def in_language(question: str, language: str, vocabulary: Vocabulary) -> str:
    """Return an English question worded in de, es or fr; "" if fewer than FEWEST of its words are in the documents so."""
    known = into(language)
    pieces = PIECE.findall(question.replace("’", "'"))
    told: list[str] = []
    at = held = 0
    while at < len(pieces):
        for size in range(min(LONGEST, len(pieces) - at), 0, -1):
            some = tuple(stem(piece.lower()) for piece in pieces[at : at + size])
            if some in known:
                break
        words = [word for word in known.get(some, ()) if all(map(vocabulary.knows, word.split()))]
        if not words and some not in known and pieces[at].islower() and not vocabulary.knows(pieces[at]):
            at += size  # a word that neither the list nor a document has
            continue
        content = not FUNCTION_WORDS.issuperset(piece.lower() for piece in pieces[at : at + size])
        held += bool(words) and content
        told.append("" if some in DOING else words[0] if words else next(iter(known.get(some, ())), pieces[at]))
        at += size
    return " ".join(filter(None, told)) if held >= FEWEST else ""


def _glossed(pieces: list[str], language: str, vocabulary: Vocabulary) -> Iterator[tuple[str, bool]]:
    """Yield each word or phrase in English, and whether it is understood."""
    known, at = words_in(language), 0
    while at < len(pieces):
        if not pieces[at].isalpha():
            yield pieces[at].rstrip(",;.?!") if re.search(r"\d", pieces[at]) else pieces[at], True
            at += 1
            continue
        for size in range(min(LONGEST, len(pieces) - at), 0, -1):
            some = pieces[at : at + size]
            if all(map(str.isalpha, some)) and (meanings := known.of(tokens_of(" ".join(some)))):
                yield _chosen(meanings, vocabulary), True
                at += size
                break
        else:
            yield _alone(pieces[at], language, vocabulary)
            at += 1


def _alone(word: str, language: str, vocabulary: Vocabulary) -> tuple[str, bool]:
    """Return a word that is not listed in English: by its stem, its parts, or as a word of the documents."""
    known, lower = words_in(language), word.lower()
    if vocabulary.knows(word) and word[0].isupper() and language != "de":
        return word, True
    if meanings := known.stems.get(stem(lower, LANGUAGES[language])):
        return _chosen(meanings, vocabulary), True
    if language == "de" and (parts := _parts(fold(word), known, vocabulary)):
        return parts, True
    if vocabulary.knows(word):
        return word, True
    bare = fold(word)
    near = vocabulary.speller.nearest(bare, SIMILAR) if bare.isascii() and len(bare) >= LONG else bare
    return (near, True) if near != bare and vocabulary.knows(near) else (word, False)


def _parts(word: str, known: Words, vocabulary: Vocabulary) -> str:
    """Return the parts of a compound in English, "" if they are not listed."""
    for at in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
        last = _content(word[at:], known)
        if not last:
            continue
        for link in LINKS:
            first = word[:at].removesuffix(link) if link else word[:at]
            if len(first) < SHORTEST_PART or not word[:at].endswith(link):
                continue
            head = _content(first, known)
            told = _chosen(head, vocabulary) if head else _parts(first, known, vocabulary)
            if told:
                return f"{told} {_chosen(last, vocabulary)}"
    return ""


def _content(word: str, known: Words) -> tuple[str, ...]:
    return known.content.get(word) or known.stems.get(stem(word, "german"), ())


def _chosen(meanings: tuple[str, ...], vocabulary: Vocabulary) -> str:
    """Return the first meaning that the documents hold, or the likeliest."""
    return next((each for each in meanings if all(map(vocabulary.knows, each.split()))), meanings[0])


def _joined(pieces: list[str], known: Words) -> list[str]:
    """Return a German question with a verb's particle beside the verb: "macht ... auf" as "macht auf ..."."""
    end = next((i for i in range(len(pieces) - 1, -1, -1) if pieces[i].isalpha()), -1)
    for at, word in enumerate(pieces[: max(0, end - 1)]):
        if known.exact.get((word.lower(), pieces[end].lower())):
            return [*pieces[: at + 1], pieces[end], *pieces[at + 1 : end], *pieces[end + 1 :]]
    return pieces
