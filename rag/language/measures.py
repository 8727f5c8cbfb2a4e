"""Detects questions for a maximum or minimum, and the column names that their adjectives and verbs refer to."""

from __future__ import annotations

import re

# Adjectives and verbs of a comparison → words in the names or units of columns with such values.
MEASURES = {
    "expensive cheap cheaper cheapest cost costs costly price pricey pay dear dearest afford teuer billig günstig kosten kostet cher coûte caro barato cuesta":
        "price cost fee rate rent amount charge total premium salary eur usd chf gbp € $ £ euro euros dollar dollars preis betrag gebühr prix precio",
    "heavy heavier heaviest light lighter lightest weigh weighs weight schwer leicht lourd pesado":
        "weight mass kg g lb gewicht poids peso",
    "long longer longest short shorter shortest lasts last takes take duration dauert":
        "length duration time hours minutes days min h km m life dauer länge durée duración",
    "big bigger biggest large larger largest small smaller smallest size groß klein grand petit grande pequeño":
        "size area capacity volume population inhabitants employees m² km² ha litres l seats",
    "high higher highest tall taller tallest low lower lowest deep deepest hoch niedrig":
        "height altitude elevation depth level m",
    "fast faster fastest slow slower slowest quick quicker quickest schnell langsam": "speed time duration km/h mph days minutes",
    "hot hotter hottest cold colder coldest warm warmer warmest": "temperature °c °f degrees",
    "old older oldest young younger youngest new newest latest earliest recent first":
        "year date age founded built opened born since started introduced",
    "strong stronger strongest powerful bright brightest weak weakest": "power output w kw lm strength",
    "stock available left sold-out": "stock quantity available inventory bestand",
    "sold sell sales popular": "sold sales units quantity",
}  # fmt: skip
MOST = re.compile(
    r"\b(?:most|highest|largest|biggest|greatest|maximum|max|longest|heaviest|fastest|tallest|hottest|warmest|oldest|strongest|brightest|"
    r"latest|newest|best-?selling|dearest|heavier|larger|bigger|longer|higher|older|faster|taller|warmer|dearer|stronger|"
    r"teuerste\w*|höchste\w*|größte\w*|längste\w*|meiste\w*|plus (?:cher|grand|haut|long)\w*|más (?:caro|grande|alto|largo)\w*)\b",
    re.IGNORECASE,
)
LEAST = re.compile(
    r"\b(?:least|fewest|lowest|smallest|minimum|min|shortest|lightest|slowest|coldest|youngest|weakest|earliest|cheapest|cheaper|"
    r"smaller|shorter|lighter|lower|younger|slower|colder|less|fewer|quickest|quicker|"
    r"billigste\w*|günstigste\w*|niedrigste\w*|kleinste\w*|kürzeste\w*|wenigste\w*|moins (?:cher|grand|haut|long)\w*|más (?:barato|pequeño|bajo|corto)\w*)\b",
    re.IGNORECASE,
)
NOTHING = re.compile(
    r"\b(?:out of stock|sold out|not available|unavailable|ausverkauft|nicht (?:auf Lager|verfügbar)|épuisé\w*|agotad\w+)\b",
    re.IGNORECASE,
)
LACKS = re.compile(  # "plots without a shed", "articles that have no supplier"
    r"\b(?:(?:has|have|had|with|got) no|without(?: an?| any)?|lacks?|ohne|sans|sin)\s+(?P<what>[^\W\d_]+)",
    re.IGNORECASE,
)
BOUND = re.compile(
    r"\b(?P<more>more than|over|above|at least|from|mehr als|über|mindestens|plus de|más de)\s+(?:EUR|[€$£])?\s?(?P<over>\d[\d.,]*)"
    r"|\b(?P<less>less than|fewer than|under|below|at most|up to|weniger als|unter|höchstens|moins de|menos de)\s+(?:EUR|[€$£])?\s?(?P<under>\d[\d.,]*)",
    re.IGNORECASE,
)
INCLUSIVE = frozenset("at least,from,at most,up to,mindestens,höchstens".split(","))


def column_words(question: str) -> frozenset[str]:
    """Return words in the names of columns that a question's adjectives and verbs refer to."""
    asked = set(re.findall(r"[\w-]+", question.casefold()))
    if NOTHING.search(question):
        asked.add("stock")
    return frozenset(word for cues, names in MEASURES.items() if asked & set(cues.split()) for word in names.split())


def wants_most(question: str) -> bool | None:
    """Return True if a question asks for the maximum, False for the minimum, None for neither."""
    most, least = MOST.search(question), LEAST.search(question)
    if re.search(r"\bleast expensive\b", question, re.IGNORECASE):
        return False
    if most and (not least or most.start() < least.start()):
        return True
    return False if least else None
