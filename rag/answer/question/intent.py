"""Classifies what the user wants with a question.

A small network reads the question's words, word pairs and character trigrams, and the embedded encoder's vector. That
vector was dropped at random in training, so it also works with other encoders, slightly worse. `training/intents.py`
trains it on hand-written examples and prints its accuracy on unseen wordings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from rag.answer.question.topics import TIME, is_empty
from rag.language.phrases import AUXILIARIES, PLACES, noun_phrases
from rag.protocols import Encoder

ACTS = tuple(
    """ask greet how-are-you thanks bye joke who-are-you what-can-you-do list-documents count-documents privacy what-did-i-ask
    doubt shorter simpler longer as-table as-list translate write summarise overview""".split()
)
FORMS = tuple(
    """fact yes-no steps list compare definition why-how count sum average extreme difference which-rows product date-next still
    version opinion""".split()
)
WEIGHTS = Path(__file__).parents[2] / "weights" / "intent.safetensors"
ENCODER = "all-MiniLM-L6-v2@53aa51172d142c89"  # fingerprint of the encoder that the head was trained with
BUCKETS = 16_384  # of hashed features
DIMENSION = 384  # of the encoder's vectors
PLAIN = ("fact", "yes-no", "steps", "list", "definition", "why-how")  # forms that any evidence allows
SURE = (
    0.4  # minimum for a form that is not plain; else the likeliest plain form is used: a wrong sum is worse than a fact
)
LEANS = 0.5  # from here on a question depends on the conversation
POINTING = 0.7  # value of `leans` for a question with a pronoun that has no antecedent in it
LONGEST = 600  # characters of a question that are read
REMEMBERED = 512  # questions
WH = (
    r"who|whom|whose|what|whats|when|where|which|why|how|wer|wem|wen|was|wann|wo|wohin|welche\w?|warum|wieso|wie|wieviel|"
    r"qui|que|quoi|quand|où|quel\w*|pourquoi|comment|combien|quién\w*|qué|cuándo|dónde|cuál\w*|cómo|cuánt\w*"
)
OPENS_WITH_WH = re.compile(
    rf"\W*(?:(?:and|so|hi|hey|hello|ok|okay|please|sorry|tell me|quick question|und|et|y)\W+){{0,3}}"
    rf"(?:(?:at|in|on|by|until|from|for|to|with|of|about|since|under|ab|bis|mit|à|de|pour|con|a|en|hasta|desde)\s+)?(?:{WH})\b",
    re.IGNORECASE,
)
OR_NOT = re.compile(
    r"[,;.?!]\s+(?:can|could|may|must|should|shall|will|would|do|does|did|is|are|am|was|were|has|have)\b", re.IGNORECASE
)
KEY_WORDS = 5
ASKS_IF = re.compile(
    r"\b(?:can|could|may|must|should|shall|will|would|do|does|did|is|are|am|was|were|has|have|had|allow\w*|ok|okay|permit\w*|possible|"
    r"forbidden|included|covered|free|if|whether|or|darf|kann|muss|ist|sind|hat|haben|gibt|est|peut|peux|puis|dois|es|hay|puedo|tengo|debo)\b|\?",
    re.IGNORECASE,
)
PRONOUN = re.compile(r"\b(?:he|she|him|his|her|they|them|it|its)\b(?![’'-])", re.IGNORECASE)
EMPTY_IT = re.compile(  # "is it allowed to", "how long does it take to", "what time is it when"
    r"\bit\b.*\b(?:to|that|if|when|whether|\w{3,}ing)\b|\bit (?:is|was|rain|snow)|\btime is it\b", re.IGNORECASE
)
FRAGMENT = re.compile(  # "at what temperature", "by which date", "with whom"
    r"\W*(?:(?:and|but|so|or|then)\W+)?(?:at|in|on|by|until|till|from|for|to|with|of|about|since|under)\s+"
    r"(?:what|which|whom|who|when|where|how)(?P<rest>(?:\s+\w+){0,2})\W*$|"
    r"\W*(?:including|excluding|inclusive of|plus|per)(?:\s+\w+){1,2}\W*$|"
    r"\W*(?:and|but)\s+(?:if|when|for|with|without|on|in|at)(?:\s+[\w'’-]+){1,5}\W*$|"
    r"\W*(?:what|which)\s+(?:size|colou?r|kind|type|sort|brand|model|day|date|year|time|price|number|floor|room|part)\W*$",
    re.IGNORECASE,
)
DO_IT = re.compile(
    r"\b(?:i|we|you|they|he|she)\s+(?:(?:just|also|still|ever)\s+)?do\s+(?:it|that|this)\b", re.IGNORECASE
)
AGAIN = frozenset("twice again once alone myself ourselves yourself now soon later already".split())
TO_BE = re.compile(r"\bto be (?:on the )?\w+(?: side)?\b", re.IGNORECASE)
ONE_OF_THEM = re.compile(r"^\W*(?:and )?which ones?\b(?! of)(?!.*(?:\bor\b|\bamong\b|:))", re.IGNORECASE)
TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|[?!]")

Weights: TypeAlias = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Intent:
    """What a question wants: an act, the form of the answer for the act "ask", and its dependence on earlier turns."""

    act: str  # one of ACTS
    form: str  # one of FORMS; meaningful only for "ask"
    leans: float  # 0 to 1: it can only be understood with the earlier conversation
    certainty: float  # 0 to 1: of the act, and for "ask" of the form


class IntentHead:
    """The trained head, using the encoder's vectors if it was trained with that encoder."""

    def __init__(self, encoder: Encoder | None = None, *, weights: Weights | None = None) -> None:
        self._encoder = encoder if encoder and encoder.fingerprint == ENCODER else None
        self._weights = weights or shipped()
        self._read = lru_cache(REMEMBERED)(self._understand)

    def of(self, question: str, *, in_conversation: bool) -> Intent:
        """Classify a question without history."""
        intent = self._read(question[:LONGEST])
        return intent if in_conversation else Intent(intent.act, intent.form, 0.0, intent.certainty)

    def in_conversation(self, question: str) -> Intent:
        """Classify a question in a conversation."""
        return self.of(question, in_conversation=True)

    def _understand(self, question: str) -> Intent:
        vector = self._encoder.encode([question])[0] if self._encoder else np.zeros(DIMENSION, dtype=np.float32)
        act, form, leans = scores(self._weights, buckets(question), vector)
        if can_not_be_yes_no(question):
            form[FORMS.index("yes-no")] = 0.0
        best, shape = int(act.argmax()), _form(form)
        leans = max(leans, POINTING) if points(question) else leans
        certainty = float(act[best] * (form[shape] if ACTS[best] == "ask" else 1))
        return Intent(ACTS[best], FORMS[shape], leans, certainty)


def scores(
    weights: Weights, features: NDArray[np.int64], vector: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """Return the probabilities of ACTS, of FORMS and of leaning, from feature ids and a vector of length 1 or 0."""
    hashed = weights["hashed"][features].astype(np.float32).sum(axis=0) / np.sqrt(max(1, len(features)))
    inner = np.maximum(hashed + vector @ weights["vector"].astype(np.float32) + weights["bias"], 0)
    outer = inner @ weights["outer"].astype(np.float32) + weights["outer_bias"]
    acts, forms, leans = np.split(outer, [len(ACTS), len(ACTS) + len(FORMS)])
    return _softmax(acts), _softmax(forms), float(1 / (1 + np.exp(-leans[0])))


def can_not_be_yes_no(question: str) -> bool:
    """Return True if a question begins with a question word, or is a few keywords without an auxiliary verb."""
    opening = OPENS_WITH_WH.match(question)
    if opening is None:
        return len(TOKEN.findall(question)) <= KEY_WORDS and not ASKS_IF.search(question)
    return not OR_NOT.search(question, opening.end())


def points(question: str) -> bool:
    """Return True if a question has a pronoun without an antecedent before it."""
    if ONE_OF_THEM.match(question) or _is_fragment(question) or _does_it(question):
        return True
    found = PRONOUN.search(question)
    if found is None or noun_phrases(question[: found.start()]):
        return False
    if found.group().lower() not in ("it", "they"):
        return True
    after = noun_phrases(question[found.end() :])
    things = [p for p in after if not is_empty(p.text) and not PLACES.issuperset(p.text.lower().split())]
    return not things and not EMPTY_IT.search(question)  # "is it high tide in the harbour?" asks about the harbour


def _is_fragment(question: str) -> bool:
    """Return True if a question has no verb: "at what temperature"."""
    found = FRAGMENT.match(question)
    return found is not None and not AUXILIARIES.intersection((found["rest"] or "").lower().split())


def _does_it(question: str) -> bool:
    """Return True if a question asks about doing it, and names nothing that "it" could be."""
    found = DO_IT.search(question)
    if found is None:
        return False
    around = TO_BE.sub("", question[: found.start()] + "," + question[found.end() :])
    return all(TIME.fullmatch(phrase.text) or phrase.text.lower() in AGAIN for phrase in noun_phrases(around))


def _form(likelihoods: NDArray[np.float32]) -> int:
    """Return the index of the likeliest form, among the plain ones if no form is likely."""
    best = int(likelihoods.argmax())
    return best if likelihoods[best] >= SURE else max(map(FORMS.index, PLAIN), key=lambda form: likelihoods[form])


def buckets(question: str) -> NDArray[np.int64]:
    """Return the distinct feature ids of a question, ascending."""
    return np.array(sorted({crc32(feature.encode()) % BUCKETS for feature in _features(question)}), dtype=np.int64)


@cache
def shipped() -> Weights:
    """Read the weights that come with the program."""
    from safetensors.numpy import load_file

    weights: Weights = load_file(WEIGHTS)
    return weights


def _features(question: str) -> Iterator[str]:
    """Yield words, pairs, the first and last words with their position, character trigrams, and the length."""
    tokens = TOKEN.findall(question.lower().replace("’", "'"))
    words = [token for token in tokens if token not in "?!"]
    yield from (f"w {token}" for token in tokens)
    yield from (f"p {a} {b}" for a, b in zip(["<", *words], [*words, ">"], strict=True))
    yield from (f"t {' '.join(words[i : i + 3])}" for i in range(len(words) - 2))
    yield from (f"{place} {word}" for place, word in zip(("1", "2", "3"), words, strict=False))
    yield f"e {' '.join(words[:2])}"
    yield f"n {min(len(words), 8)}"
    yield f"c {sum(word[:1].isupper() for word in question.split()[1:]) > 0}"  # a name in the question
    yield f"d {any(letter.isdigit() for letter in question)}"
    for word in words:
        yield from (f"3 {f'<{word}>'[i : i + 3]}" for i in range(len(word)))


def _softmax(values: NDArray[np.float32]) -> NDArray[np.float32]:
    raised = np.exp(values - values.max())
    shares: NDArray[np.float32] = raised / raised.sum()
    return shares
