"""Finds the sentences of a text, with exact offsets.

Boundaries come from sentencex; a line with a bullet, or in a table, is its own sentence. A list announced by a colon,
and consecutive numbered lines, are one sentence: half of them answers nothing.
"""

from __future__ import annotations

import re
from collections import Counter

LANGUAGE_OF_SCRIPT = (  # the most frequent script of a sample selects the rules; Latin script uses the English ones
    ("zh", r"[\u3400-\u9fff]"),
    ("ja", r"[\u3040-\u30ff]"),
    ("ko", r"[\uac00-\ud7af]"),
    ("ru", r"[\u0400-\u04ff]"),
    ("ar", r"[\u0600-\u06ff]"),
    ("he", r"[\u0590-\u05ff]"),
    ("hi", r"[\u0900-\u097f]"),
    ("th", r"[\u0e00-\u0e7f]"),
    ("el", r"[\u0370-\u03ff]"),
)
LANGUAGE_OF_WORDS = {  # the most common small words distinguish the Latin-script languages; English is the default
    "de": "der die das und ist nicht ein eine mit von zu den auf für sich dem im wird auch als",
    "fr": "le la les et est des une un dans pour que qui sur pas au avec ce il du sont",
    "es": "el la los las y es una un en que por para con del se no como su al más",
    "it": "il la le e è un una di che per con non del della nel sono gli anche come si",
    "pt": "o a os as e é um uma de que para com não do da em no na por mais",
    "nl": "de het een en is van niet dat op te in voor met zijn die aan er ook als bij",
    "pl": "i w na z nie się do jest to że o jak za po co ale od dla przez są",
    "en": "the of and to in is was that for it with as on by at from are this be an",
}
SAMPLE = 2_000  # characters that determine the script
TOLD_LETTERS = 8  # letters in a script of one language only, from which the language is certain
TOLD_WORDS = 4  # the same for different ones of the most common words, or with an accent
TOLD_ACCENTS = 0.1  # share of the words in lower case with an accent, from which a text is not English
MAX_STRETCH = 5_000  # characters per call of sentencex, whose time can be quadratic: 4 s for 120,000 backticks
MAX_LIST = 1_000  # characters of a list kept whole, about as many as in a passage for the embedded encoder
LONGEST_NUMBER = 5  # characters of a line's number: "(12)."
NUMBER = re.compile(r"[ \t]*\(?(?:\d{1,3}|[a-z])[.)](?=[ \t])")
OWN_LINE = re.compile(r"[ \t]*(?:[-*+•‣▪●○◦]|\(?\d{1,3}[.)]|\(?[a-z][.)]|\|)[ \t]*\S")
DECIMAL = re.compile(
    r"[ \t]*\d{1,3}\.\d{1,2}(?![.\d])(?:[,;)]|[ \t]+[a-zäöüß])"
)  # a time or price: "17.45, and", "6.50 crowns"
END = (".", "!", "?", ":")
WRAPPED = 40  # characters of a line, from which it may have been wrapped before a time or price
BREAK = re.compile(r"\r\n|[\r\n\u2028\u2029]")
LINE = re.compile(r"[^\r\n\u2028\u2029]+")


def sentences(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each sentence in order, without the white space around it; together they cover the text."""
    language, runs = language_of(text), _stretches(text)
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(runs):
        found, last = _numbered(text, _boundaries(language, text, *runs[at])), _end_of_list(text, runs, at)
        if last > at and found:
            whole = runs[last][0] + len(text[slice(*runs[last])].rstrip())
            first = 0 if NUMBER.match(text, *runs[at]) else -1  # a step may have several sentences; a colon ends one
            found[first:] = [(found[first][0], whole)]
        spans += found
        at = last + 1
    return spans


def _boundaries(language: str, text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the sentences that sentencex finds in a run of lines."""
    import sentencex

    spans: list[tuple[int, int]] = []
    while start < end:
        body = text[start : min(end, start + MAX_STRETCH)]
        found = [(item["start_index"], item["end_index"]) for item in sentencex.get_sentence_boundaries(language, body)]
        if start + len(body) < end and len(found) > 1:
            found.pop()  # the last one may continue, so the next call begins with it
        for first, last in found:
            sentence = text[start + first : start + last]
            first += len(sentence) - len(sentence.lstrip())
            last -= len(sentence) - len(sentence.rstrip())
            if first < last:
                spans.append((start + first, start + last))
        start += found[-1][1] if found else len(body)
    return spans


def _numbered(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join a number at the start of a line to the sentence that it numbers."""
    if len(spans) > 1 and NUMBER.match(text[slice(*spans[0])] + " ") and spans[0][1] - spans[0][0] <= LONGEST_NUMBER:
        return [(spans[0][0], spans[1][1]), *spans[2:]]
    return spans


def _end_of_list(text: str, runs: list[tuple[int, int]], at: int) -> int:
    """Return the last run of the list that begins with this run; this one if there is no list or it is too long."""
    start, end = runs[at]
    announces = text[start:end].rstrip().endswith((":", "："))
    last = at
    for i in range(at + 1, len(runs)):
        line = text[slice(*runs[i])]
        listed = OWN_LINE.match(line) and not line.lstrip().startswith("|")
        plain = announces and i == at + 1 and not listed and not line.lstrip().startswith("|")
        if not plain and not (listed and (announces or (NUMBER.match(line) and NUMBER.match(text, start, end)))):
            break
        if runs[i][1] - start > MAX_LIST:  # each line of a long list looks no further than that
            return at
        last = i
        if plain:
            break  # items without bullets, one per line
    return last if runs[last][1] - start <= MAX_LIST else at


def _stretches(text: str) -> list[tuple[int, int]]:
    """Return the runs of lines that a sentence may span; bullets, table rows and empty lines end a run."""
    runs: list[tuple[int, int]] = []
    joins, before, last = False, 0, ""  # the end of the line before, and that line
    for match in LINE.finditer(text):
        line = match.group()
        goes_on = DECIMAL.match(line) and len(last) >= WRAPPED and not last.endswith(END) and not OWN_LINE.match(last)
        joins = joins and len(BREAK.findall(text, before, match.start())) == 1
        before = match.end()
        if not line.strip():
            joins = False
        elif (OWN_LINE.match(line) and not goes_on) or not joins:
            runs.append((match.start(), match.end()))
            joins = not line.lstrip().startswith("|")
        else:
            runs[-1] = (runs[-1][0], match.end())
        last = line
    return runs


def language_of(text: str) -> str:
    """Return the language of a text by its script or most common words; "en" by default."""
    counts = Counter({language: len(re.findall(script, text[:SAMPLE])) for language, script in LANGUAGE_OF_SCRIPT})
    if counts["ja"]:
        counts["ja"] += counts["zh"]  # Japanese mixes both scripts
    language, count = counts.most_common(1)[0]
    if count * 4 > len(text[:SAMPLE].strip()):
        return language
    return _latin_language(text[:SAMPLE])


def language_told(text: str) -> str:
    """Return the language of a text if it is certain, else an empty string.

    Names, numbers and the cells of tables tell nothing: a column of "no" is one word of Spanish, however long it is.
    """
    language, sample = language_of(text), text[:SAMPLE]
    script = dict(LANGUAGE_OF_SCRIPT).get(language)
    if script:
        return language if len(re.findall(script, sample)) >= TOLD_LETTERS else ""
    words = set(re.findall(r"[^\W\d_]+", sample))
    told = _small_words(" ".join(word for word in {word.casefold() for word in words} if len(word) > 1))
    if told[language] >= TOLD_WORDS and (language == "en" or told[language] >= 2 * told["en"]):
        return language
    small = [word for word in words if word[0].islower()]
    accented = sum(not word.isascii() for word in small)
    return language if accented >= max(TOLD_WORDS, TOLD_ACCENTS * len(small)) and language != "en" else ""


def _latin_language(sample: str) -> str:
    hits = _small_words(sample)
    return max(hits, key=lambda language: (hits[language], language == "en"))


def _small_words(sample: str) -> dict[str, int]:
    """Count the most common words of each language in a text."""
    words = Counter(re.findall(r"[^\W\d_]+", sample.casefold()))
    return {language: sum(words[word] for word in small.split()) for language, small in LANGUAGE_OF_WORDS.items()}
