"""Finds the sentences of a text, with exact offsets.

Boundaries come from sentencex; a line that opens with a bullet or belongs to a table is a sentence of its own.
"""

from __future__ import annotations

import re
from collections import Counter

LANGUAGE_OF_SCRIPT = (  # a sample's most frequent script names the rules; Latin text is read by the English ones
    ("zh", re.compile(r"[\u3400-\u9fff]")),
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
)
LANGUAGE_OF_WORDS = {  # the commonest small words tell the Latin languages apart; where none leads, English rules
    "de": "der die das und ist nicht ein eine mit von zu den auf für sich dem im wird auch als",
    "fr": "le la les et est des une un dans pour que qui sur pas au avec ce il du sont",
    "es": "el la los las y es una un en que por para con del se no como su al más",
    "it": "il la le e è un una di che per con non del della nel sono gli anche come si",
    "pt": "o a os as e é um uma de que para com não do da em no na por mais",
    "nl": "de het een en is van niet dat op te in voor met zijn die aan er ook als bij",
    "pl": "i w na z nie się do jest to że o jak za po co ale od dla przez są",
    "en": "the of and to in is was that for it with as on by at from are this be an",
}
SAMPLE = 2_000  # characters looked at to tell a script
MAX_STRETCH = 5_000  # characters for sentencex at once: on 120,000 backticks its time is quadratic, 4 s
OWN_LINE = re.compile(r"[ \t]*(?:[-*+•‣▪●○◦]|\(?\d{1,3}[.)]|\(?[a-z][.)]|\|)[ \t]*\S")
LINE = re.compile(r"[^\r\n\u2028\u2029]+")


def sentences(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each sentence in order, without the white space around it; together they cover the text."""
    import sentencex

    language = _language(text)
    spans: list[tuple[int, int]] = []
    for start, end in _stretches(text):
        while start < end:
            body = text[start : min(end, start + MAX_STRETCH)]
            found = [
                (item["start_index"], item["end_index"]) for item in sentencex.get_sentence_boundaries(language, body)
            ]
            if start + len(body) < end and len(found) > 1:
                found.pop()  # the last one may go on; the next look begins with it
            for first, last in found:
                sentence = text[start + first : start + last]
                first += len(sentence) - len(sentence.lstrip())
                last -= len(sentence) - len(sentence.rstrip())
                if first < last:
                    spans.append((start + first, start + last))
            start += found[-1][1] if found else len(body)
    return spans


def _stretches(text: str) -> list[tuple[int, int]]:
    """Return the runs of lines that sentences may reach across: bullets, table rows and empty lines end a run."""
    runs: list[tuple[int, int]] = []
    joins = False
    for match in LINE.finditer(text):
        line = match.group()
        if not line.strip():
            joins = False
        elif OWN_LINE.match(line) or not joins:
            runs.append((match.start(), match.end()))
            joins = not line.lstrip().startswith("|")
        else:
            runs[-1] = (runs[-1][0], match.end())
    return runs


def _language(text: str) -> str:
    counts = Counter({language: len(script.findall(text[:SAMPLE])) for language, script in LANGUAGE_OF_SCRIPT})
    if counts["ja"]:
        counts["ja"] += counts["zh"]  # Japanese mixes both scripts
    language, count = counts.most_common(1)[0]
    if count * 4 > len(text[:SAMPLE].strip()):
        return language
    return _latin_language(text[:SAMPLE])


def _latin_language(sample: str) -> str:
    words = Counter(re.findall(r"[^\W\d_]+", sample.casefold()))
    hits = {language: sum(words[word] for word in small.split()) for language, small in LANGUAGE_OF_WORDS.items()}
    return max(hits, key=lambda language: (hits[language], language == "en"))
