"""Folds duplicate passages into one that keeps every place.

Texts are equal if they have the same words and numbers in the same order (case, spacing, punctuation and markup aside).
Nearly equal ones fold too, unless they differ in a fact: a number, a date, a name, a negation or a direction. Such
variants are kept, so that a conflict stays visible. The result depends only on the passages and their order.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.language import lists
from rag.language.words import ends_in_not
from rag.split.lazy import Lazy, Passages
from rag.types import Passage, Place

FOLDING_VERSION = "3"  # changes whenever the same text would give another Fingerprint
DIGEST = 16  # bytes of a fingerprint's digests: a million texts collide in one of 10**26 builds
Band: TypeAlias = tuple[int, ...]  # the number of the band, then its hashes
Digests: TypeAlias = NDArray[np.bytes_]
Numbers: TypeAlias = NDArray[np.int64]
# A number keeps its sign and its inner points and commas; symbols that change a meaning are separate words.
TOKEN = re.compile(r"(?<![\w.,])[-−+]?\d+(?:[.,:/’']\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*\d*|\d+|[%‰$€£¥°<>=≤≥±#@&]|\+\+")
ASCII_TOKEN = re.compile(  # the same for ASCII text, in half the time
    r"[A-Za-z]+(?:'[A-Za-z]+)*[0-9]*|(?<![\w.,])[-+]?[0-9]+(?:[.,:/'][0-9]+)*|[0-9]+|[%$<>=#@&]|\+\+"
)
MIN_SIMILARITY = 0.9  # share of words in common, in order: one changed word in ten
MIN_WORDS = 8  # shorter texts fold only if equal: one changed word is too large a share
HASHES = 64  # MinHash permutations
BANDS = 16  # of four hashes each: a pair that shares 0.7 of its word pairs is found with probability 0.99
MAX_CANDIDATES = 16  # compared with one passage, the earliest; texts with the same facts are rarely dissimilar
CASELESS = (  # compiled on first use: it takes longer than half of all other patterns at import
    r"[\u0590-\u08ff\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)


FACTS = frozenset(  # words that must not differ between two folded texts, besides numbers and names
    lists.NEGATIONS | lists.FOREIGN_NEGATIONS | lists.EXCEPTIONS | lists.DIRECTIONS | lists.NUMBER_WORDS | lists.FOREIGN_NUMBER_WORDS
    | {"one", "once", "double"}
)  # fmt: skip
NO_NAMES = lists.FUNCTION_WORDS.union(*lists.FREQUENT.values())  # not names, even when capitalised


class Fingerprint(NamedTuple):
    """What folding compares before the words; it depends on the text alone, so it can be stored."""

    words: str  # digest of its words and numbers in their order, without case
    facts: str  # digest of the facts that must not differ between two folded texts


def fingerprint(text: str) -> Fingerprint:
    """Return the fingerprint of a text; for most texts it suffices to rule out folding."""
    tokens = tokenize(text)
    return Fingerprint(_digest(_key(tokens)), _digest(facts(tokens)))


class Fingerprints:
    """The fingerprints of many texts, in order, in 2 * DIGEST bytes each."""

    def __init__(self, prints: Iterable[Fingerprint] = ()) -> None:
        self._digests = bytearray()
        self.extend(prints)

    def extend(self, prints: Iterable[Fingerprint]) -> None:
        """Append some more."""
        for words, said in prints:
            self._digests += bytes.fromhex(words + said)

    def __len__(self) -> int:
        return len(self._digests) // (2 * DIGEST)

    def columns(self) -> tuple[Digests, Digests]:
        """Return the digests of the words and of the facts: (n,) each."""
        table = np.frombuffer(self._digests, dtype=f"S{DIGEST}").reshape(-1, 2)
        return table[:, 0].copy(), table[:, 1].copy()


def drop_duplicates(passages: Passages, prints: Fingerprints | None = None) -> Passages:
    """Fold equal and nearly equal passages into the first of them, whose `places` lists every place, its own first.

    `prints` are the fingerprints of the passages' texts; None computes them. Only passages that state the same facts as another
    are computed here.
    """
    words, said = (prints or Fingerprints(fingerprint(passage.text) for passage in passages)).columns()
    _, firsts, text = np.unique(words, return_index=True, return_inverse=True)  # text: which one a passage has
    homes = _homes(passages, firsts, said[firsts])[text]  # (passages,), the one that each folds into
    at_home = homes == np.arange(len(homes))
    kept = array("q", np.flatnonzero(at_home).tobytes())
    others = np.flatnonzero(~at_home)
    others = others[np.argsort(homes[others], kind="stable")]  # by the passage they fold into, then in order
    into = array("q", homes[others].tobytes())

    def places(row: int) -> Sequence[Place]:
        same = range(bisect_left(into, kept[row]), bisect_right(into, kept[row]))
        own = passages.places[kept[row]]
        if not same:
            return own
        return tuple(dict.fromkeys([*own, *(place for i in same for place in passages.places[int(others[i])])]))

    def folded(row: int) -> Passage:
        passage, all_places = passages[kept[row]], tuple(places(row))
        return passage if passage.places == all_places else replace(passage, places=all_places)

    continued = bytes(passages.continued[first] for first in kept)
    return Passages(folded, places=Lazy(len(kept), places), continued=continued)


def _homes(passages: Sequence[Passage], firsts: Numbers, facts: Digests) -> Numbers:
    """Return, for each distinct text, the passage it folds into: its first, or an earlier one that is nearly equal.

    firsts[i] is the first passage that has text i, facts[i] the digest of what it states. Only texts that state the
    same facts can be nearly equal, so only these are compared; a group is freed after its last text.
    """
    homes = firsts.copy()
    _, groups, sizes = np.unique(facts, return_inverse=True, return_counts=True)
    shared = np.flatnonzero(sizes[groups] > 1)
    alike: dict[int, _Alike] = {}
    for i in shared[np.argsort(firsts[shared])].tolist():
        group = int(groups[i])
        known = alike.setdefault(group, _Alike())
        homes[i] = known.home(int(firsts[i]), passages[int(firsts[i])].text)
        sizes[group] -= 1
        if not sizes[group]:
            del alike[group]
    return homes


def tokenize(text: str) -> list[str]:
    """Return words, numbers and meaningful symbols in order, with their case."""
    if text.isascii():
        return ASCII_TOKEN.findall(text)
    return TOKEN.findall(unicodedata.normalize("NFKC", text).replace("’", "'").replace("−", "-"))


def facts(tokens: Sequence[str]) -> str:
    """Return the facts that must not differ in folded texts, in order: numbers, names, negations, directions."""
    return "\x1f".join(filter(_is_fact, tokens)).casefold()


def _key(tokens: Sequence[str]) -> str:
    return " ".join(tokens).casefold()


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=DIGEST).hexdigest()


@lru_cache(maxsize=1 << 14)  # texts repeat their words; the bound is some 3 MB, and a miss takes a microsecond
def _is_fact(token: str) -> bool:
    if not token[0].isalpha() or any(character.isdigit() for character in token):
        return True
    lower = token.casefold()
    if lower in FACTS or ends_in_not(lower):
        return True
    return token[0].isupper() and lower not in NO_NAMES


class _Alike:
    """The texts seen so far that state the same facts."""

    def __init__(self) -> None:
        self._by_band: dict[Band, list[int]] = {}
        self._words: dict[int, list[str]] = {}  # of the texts that others can fold into

    def home(self, number: int, text: str) -> int:
        """Return the number of the first text nearly equal to this one; else keep this one and return its number."""
        words = _key(tokenize(text)).split(" ")
        bands = _bands(text, words)
        found = sorted({at for band in bands for at in self._by_band.get(band, ())})
        for at in found[:MAX_CANDIDATES]:
            if _are_near(self._words[at], words):
                return at
        for band in bands:
            bucket = self._by_band.setdefault(band, [])
            if len(bucket) < MAX_CANDIDATES:  # later ones would never be among the earliest
                bucket.append(number)
                self._words[number] = words
        return number


def _bands(text: str, words: list[str]) -> list[Band]:
    """Return the LSH buckets of a text; texts that share one are compared word by word.

    Text in a script without capitals has no bucket: its names cannot be recognised, so it folds only if equal.
    """
    if len(words) < MIN_WORDS or len(re.findall(CASELESS, text)) * 4 > len(text):
        return []
    from rensa import RMinHash

    sketch = RMinHash(num_perm=HASHES, seed=1)
    sketch.update([f"{left} {right}" for left, right in zip(words, words[1:], strict=False)])
    digest = sketch.digest()
    width = HASHES // BANDS
    return [(band, *digest[band * width : (band + 1) * width]) for band in range(BANDS)]


def _are_near(before: list[str], words: list[str]) -> bool:
    matcher = SequenceMatcher(None, before, words, autojunk=False)
    return (
        matcher.real_quick_ratio() >= MIN_SIMILARITY
        and matcher.quick_ratio() >= MIN_SIMILARITY
        and matcher.ratio() >= MIN_SIMILARITY
    )
