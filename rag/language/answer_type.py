"""Says what kind of thing a question asks for by its question word, and whether a text holds one: a number, a time, a name.

English, German, French and Spanish; in other languages nothing is expected.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from rag.language.dates import NUMBER_OF_MONTH
from rag.language.quantities import counting_word

AnswerType: TypeAlias = Literal["number", "time", "name"]
NUMBER = re.compile(
    r"\b(?:how\s+(?:much|many|tall|long|far|big|large|wide|deep|heavy|old|high|fast|often|hot|warm|cold|thick|late|early|soon|loud|strong|frequently)"
    r"|what(?:'s|\s+is|\s+are|\s+was)?\s+(?:the\s+)?(?:price|cost|fee|rent|temperature|percentage|number|distance|weight|height|size|length|age|dose)"
    r"|(?:what|wat)\s+(?:does|do|did|will|would|dose)\b.{0,60}\b(?:cost|costs|charge|weigh)|wie\s?viele?|wie\s+(?:hoch|lange|oft|groß|schwer|weit|alt|teuer|warm)"
    r"|was\s+kostet|combien|quel\s+(?:prix|âge)|cuánt[oa]s?)\b",
    re.IGNORECASE,
)
TIME = re.compile(
    r"\b(?:when|what\s+(?:time|day|date|year|month)|(?:which|what)\s+(?:weekday|days|hours)|until\s+when|how\s+(?:late|early|soon)|wann|um\s+wie\s?viel\s+uhr"
    r"|bis\s+wann|quand|à\s+quelle\s+heure|cuándo|a\s+qué\s+hora)\b",
    re.IGNORECASE,
)
NAME = re.compile(
    r"^\W*(?:(?:and|so|hi|hey|please)\W+)?(?:who|whose|whom|who's|wer|wem|wen|qui|quién(?:es)?)\b", re.IGNORECASE
)
UNCOUNTED = frozenset(
    """no none nothing free never always once twice daily weekly monthly yearly annually half every each quarterly unlimited
    kein keine kostenlos nie immer einmal zweimal täglich gratuit jamais toujours gratis nunca siempre""".split()
)
TIMES = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays weekday
    weekdays weekend weekends today tomorrow yesterday noon midnight midday morning mornings afternoon evening night dusk dawn spring summer
    autumn fall winter christmas easter always never daily weekly monthly montag dienstag mittwoch donnerstag freitag samstag sonntag lundi
    mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo""".split()
)
WORD = re.compile(r"[^\W\d_]+")
CAPITAL = re.compile(r"(?<=[\w,;:|)] )(?!I\b)[A-ZÄÖÜÉ][\w'’-]+|^[A-ZÄÖÜÉ]\w+ [A-ZÄÖÜÉ]\w+")


def asked_type(question: str) -> AnswerType | None:
    """Return what kind of thing a question asks for, None where its words do not say."""
    if NUMBER.search(question):
        return "number"
    if TIME.search(question):
        return "time"
    return "name" if NAME.search(question) else None


def holds(text: str, wanted: AnswerType) -> bool:
    """Return True if a text holds something of a kind."""
    if wanted == "name":
        return CAPITAL.search(text) is not None
    if any(map(str.isdigit, text)):
        return True
    words = [word.casefold() for word in WORD.findall(text)]
    if wanted == "time":
        return any(word in TIMES or word in NUMBER_OF_MONTH for word in words)
    return any(word in UNCOUNTED or (word not in ("a", "an") and counting_word(word) is not None) for word in words)
