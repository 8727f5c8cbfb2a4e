"""Classifies table cells by form: a number, a period, a column name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

MAX_NAME = 60  # characters of a column name
NUMBER = re.compile(
    r"[\s$€£¥₹+\-–−(~<>≈±]*\d[\d.,\s'’:/-]*(?:[eE][+-]?\d+)?\s?(?:%|‰|°?[^\W\d_]{1,4}[²³]?(?:/[^\W\d_]{1,4})?|[$€£¥₹])?\)?"
)
PAUSES = tuple(".,:;!?。：；，、…-–—/&(")
TYPED = frozenset("true false yes no ja nein oui non sí si x ✓ ✔ ✗ – - — n/a na".split())
PERIOD = re.compile(
    r"(?:fy ?|in |year )?(?:1[5-9]|20|21)\d\d(?: ?[/–-] ?\d\d(?:\d\d)?)?e?|(?:[qhk]|kw|cw|week|wk|s|t)\s?[1-5]?\d(?:[ /'’-]+\d{2,4})?|"
    r"(?:1[5-9]|20)\d\d[ -]?[qht][1-4]|[1-4](?:st|nd|rd|th)? quarter(?: \d{4})?|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]{0,6}\.?(?:[ '’-]+\d{2,4})?|"
    r"(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?s?\.?|\d{4}-\d{2}(?:-\d{2})?",
    re.IGNORECASE,
)
UNIT = re.compile(r"[(\[][^()\[\]]{1,20}[)\]]\s*\Z|[%#№]|\b(?:no|nr)\b\.?", re.IGNORECASE)
# Common column names in tables of any subject. Used only if the form is not conclusive.
NAMES = frozenset(
    """account action active address age amount answer area built closed died opened established article author available average balance birthday born brand budget
    building capacity capital category cause chapter city class client code color colour column comment comments company
    condition contact content cost costs count country course currency customer date day deadline default definition delivery
    department depth description destination detail details diameter director discount distance duration effect email end
    entry error event example expiry explanation extension fax fee field figure file first flag floor format formula founded from
    function fuel gender grade group head height hours id index industry interest item key keys kind label language last lead
    leader length level limit line link location manager manufacturer material max maximum meaning member method min minimum
    mode model month name names note notes notice number occupation office option order orders origin output owner page part
    parts password path percent period person phone phones place plan point points population port position power price prices
    priority process product profession profit project property purpose quantity quantities question range rank rate rating
    reason reference region remark remarks requirement responsible result results revenue role room row rule salary sales
    score section sector serial series service session setting severity sex share shelf site size source speed staff
    standard start state status step stock street subject subtotal sum supplier surname symbol system table tariff tax
    team tel telephone temperature term time title to topic total town translation type types unit units until usage use user
    value values version village volume wage warehouse warranty website week weight width word year years zip
    name nom nombre nome nachname vorname bezeichnung beschreibung wert datum preis menge anzahl art typ größe ort land
    stadt straße telefon einheit bemerkung bedeutung begriff nummer jahr monat tag kosten betrag summe
    prix quantité valeur ville pays description unité année mois jour coût montant libellé
    precio cantidad valor ciudad país descripción unidad año mes día coste importe fecha""".split()
)


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """A cell of a table; a merged one is the same object in every place it covers."""

    text: str
    head: bool = False  # the file marks it as a heading
    strong: bool = False  # bold, or with its own background colour
    foot: bool = False  # the file marks it as a part of the table's foot


EMPTY = Cell("")
Grid: TypeAlias = "list[list[Cell]]"


def flat(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


def is_typed(text: str) -> bool:
    """Return True if a text has the form of a value: a number with or without a unit, a date, yes or no."""
    return NUMBER.fullmatch(text) is not None or text.casefold() in TYPED


def is_period(text: str) -> bool:
    """Return True if a text is a period, as over columns of figures: 2023, Q1, March, Monday."""
    return PERIOD.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Return True if a text is a common column name, or states a unit."""
    if not text or len(text) > MAX_NAME:
        return False
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return UNIT.search(text) is not None or any(word in NAMES for word in (*words[:1], *words[-1:]))


def filled(row: list[Cell]) -> list[Cell]:
    """Return the distinct non-empty cells of a row."""
    return list(dict.fromkeys(cell for cell in row if cell.text))


def joined(paragraphs: Iterable[str]) -> str:
    """Return the paragraphs of a cell on one line."""
    line = ""
    for paragraph in map(flat, paragraphs):
        if paragraph:
            line += ("" if not line else " " if line.endswith(PAUSES) else "; ") + paragraph
    return line
