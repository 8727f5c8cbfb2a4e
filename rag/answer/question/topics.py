"""Finds the topic of a question, which "it" can refer to in the next one."""

from __future__ import annotations

import re

from rag.language.phrases import AUXILIARIES, QUESTION_WORDS, TITLES, TOKEN, Phrase, noun_phrases

TIME = re.compile(
    r"\b(?:(?:in|on|at|during|last|next|this|since|until|by|every)\s+)*(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|"
    r"march|april|may|june|july|august|september|october|november|december|spring|summer|autumn|winter|weekends?|weekdays?|"
    r"holidays|good friday|easter(?: monday| sunday)?|christmas|year|month|week|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
EMPTY = re.compile(  # "a year", "three weeks", "the end", "the first": how long, when or which, but no thing
    r"(?:(?:the|an?|this|that|each|every|some|no|one|two|three|four|five|six|seven|eight|nine|ten|\d+)\s+)?"
    r"(?:(?:first|second|third|last|next|other|same|new|old|few|long|short)\s*)*"
    r"(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|times?|moment|end|beginning|start|way|case|somebody|"
    r"someone|anybody|anyone|nobody|everybody|everyone)?",
    re.IGNORECASE,
)
STANDS_IN = re.compile(r"\s+ones?\b", re.IGNORECASE)  # "a new one" names nothing itself
WHO = re.compile(r"\W*who\s+", re.IGNORECASE)
ORDERS = frozenset("list compare name give show tell explain find describe define".split())
WHICH = re.compile(r"\W*(?:which (\w+)|what (?:is|are|was) the \w+est\b)", re.IGNORECASE)
ROW = re.compile(
    r"\s*(?:(?!\S*\s?– )[^:;.\n]{1,40}: (?P<label>[^;:\n]{1,80}); [^:;\n]{1,40}: )"
)  # "Glue: bone; Price: 4"
LONGEST_TOPIC = 80  # characters


def topic_of(question: str, answer: str = "", *, of_phrases_only: bool = False) -> str:
    """Return the topic: the answer's name if the question asks which, else its first phrase but for persons and
    times."""
    first, _, rest = question.partition(" ")
    if first.lower() in ORDERS:
        return _short(re.sub(r"^(?:me|all|us|about)\s+", "", rest.rstrip("?!. ")))
    which = WHICH.match(question)
    if which:
        kind = which.group(1) or ""
        asked = "" if of_phrases_only and not is_noun(kind) else content_of(question)
        return asked if "\n" in answer else _which(question, answer, kind if is_noun(kind) else "") or asked
    phrases = [p for p in _subjects(question) if not is_empty(p.text) and not STANDS_IN.match(question, p.end)]
    things = [p for p in phrases if not is_person(p)] or phrases
    if things:
        return _short(_with_what_follows(question, things[0]))
    return "" if of_phrases_only else content_of(question)


def is_noun(word: str) -> bool:
    """Return True if a word after "which" can say what is asked for."""
    return word.lower() not in AUXILIARIES


def is_empty(phrase: str) -> bool:
    """Return True if a phrase names no thing, only a time or a place in an order."""
    return bool(TIME.fullmatch(phrase) or EMPTY.fullmatch(phrase))


def _subjects(question: str) -> list[Phrase]:
    """Return the noun phrases of a question; the word after "who" is a verb, and none of them."""
    who, found = WHO.match(question), noun_phrases(question)
    return [p for p in found if not (who and p.start == who.end() and p.text.islower() and len(found) > 1)]


def _which(question: str, answer: str, kind: str) -> str:
    """Return what the answer to "which" names, with its kind; "" if it names nothing."""
    row = row_label(answer)
    if row:
        return inside_sentence(row)
    told = noun_phrases(answer)
    named = next((p.text for p in told if not is_known(p, question)), told[0].text if told else "")
    if not named:
        return ""
    known = not kind or kind.lower() in ("one", "of") or kind.lower() in named.lower()
    return inside_sentence(named) if known else f"{inside_sentence(named)} ({kind})"


def row_label(answer: str) -> str:
    """Return what the row of a table that an answer shows is about: its first cell; "" if it shows no row."""
    row = ROW.match(answer)
    return _short(row["label"].strip()) if row else ""


def is_person(phrase: Phrase) -> bool:
    """Return True if a phrase may name a person: a title with a name, or two or three names without a determiner."""
    words = TOKEN.findall(phrase.text)
    if words[0].lower().rstrip(".") in TITLES:
        return True
    return (
        phrase.is_name and words[0].lower() != "the" and 1 < len(words) <= 3 and not any(w[0].isdigit() for w in words)
    )


def is_known(phrase: Phrase, text: str) -> bool:
    return all(word.lower() in text.lower() for word in phrase.words)


def inside_sentence(phrase: str) -> str:
    """Return a phrase in its form inside a sentence."""
    return re.sub(r"^(The|A|An|My|Our)\b", lambda first: first.group().lower(), phrase)


def content_of(question: str) -> str:
    """Return a question without question words and auxiliaries, as a fallback topic."""
    words = (w for w in TOKEN.findall(question) if w.lower() not in AUXILIARIES | QUESTION_WORDS and w[0].isalnum())
    return _short(" ".join(words))


def _with_what_follows(question: str, phrase: Phrase) -> str:
    """Return a phrase with the prepositional phrases directly after it."""
    end = phrase.end
    for later in noun_phrases(question):
        if (
            later.start > end
            and later.preposition
            and not is_empty(later.text)
            and question[end : later.start].split() == [later.preposition]
        ):
            end = later.end
    return question[phrase.start : end]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TOPIC else text[:LONGEST_TOPIC].rpartition(" ")[0]
