"""Puts an answer into another form: simpler, as a table, as a list; says so when it cannot be translated.

`wanted` says what has to be answered again, the other functions change the form of the reply. Nothing is worded freely here: parts
are left out, rows become a table, sentences become items.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answer.followup import Understand, last_question, standalone
from rag.answer.intent import LEANS, Intent
from rag.answer.reply import Reply, Statement, as_layout
from rag.types import Turn

MOST_ITEMS = 12  # of a list or rows of a table; more is a document
LABEL = 40  # characters of a label at most
ASIDE = re.compile(
    r"\s{0,2}\((?![^()]{0,200}\d{4})[^()]{3,200}\)|\s{1,2}[–—]\s[^–—]{1,300}\s[–—](?=\s)"
)  # in brackets or between dashes; years stay
ASKS_FOR_TABLE = re.compile(
    r"^\W*(?:(?:please|can you|could you|can i|could i|i need|i want|i would like)\s+)*(?:(?:make|draw|draw up|create|give|show|prepare|generate|put|lay out|list|see|have|tabulate|do|mach|fais|haz)\b\s*)?"
    r"(?:me\s+)?(?:(?:a|an|the|eine?|un|une|una)\s+)?(?:(?:short|small|bulleted|bullet|numbered|overview)\s+)*(?:(?:table|list|checklist|points?|tabelle|tableau|tabla|liste|lista)\s*)?(?:(?:of|with|for|from|comparing|der|des|de los|de las|de)\b\s*|:\s*)?",
    re.IGNORECASE,
)
AS_FORM = re.compile(
    r"\b(?:in(?:to)?|as)\s+(?:a|an)?\s*(?:\w+\s+)?(?:table|list|checklist|columns?|bullet points|bullets|points)\b.*$",
    re.IGNORECASE,
)
TRANSLATE = re.compile(
    r"\b(?:please|can you|could you|translate|translation of|render|give me|i need|i want|put|say|übersetze|traduis|traduce)\b|\b(?:in(?:to)?|to|ins|en|al|auf)\s+(?P<language>[a-zäöüßéèêñç]+)\b[\s.?!]*(?:please|bitte)?[\s.?!]*$",
    re.IGNORECASE,
)
LANGUAGES = {
    "german": "German", "deutsch": "German", "deutsche": "German", "allemand": "German", "alemán": "German", "french": "French",
    "französisch": "French", "französische": "French", "français": "French", "francés": "French", "spanish": "Spanish", "spanisch": "Spanish",
    "spanische": "Spanish", "espagnol": "Spanish", "español": "Spanish", "english": "English", "englisch": "English", "englische": "English",
    "anglais": "English", "inglés": "English", "italian": "Italian", "italienisch": "Italian", "dutch": "Dutch", "polish": "Polish",
    "portuguese": "Portuguese", "russian": "Russian", "turkish": "Turkish", "ukrainian": "Ukrainian", "romanian": "Romanian",
    "czech": "Czech", "hungarian": "Hungarian", "greek": "Greek", "danish": "Danish", "swedish": "Swedish", "japanese": "Japanese",
    "chinese": "Chinese", "korean": "Korean", "arabic": "Arabic",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What has to be answered before it can be put into another form."""

    question: str  # stands alone
    again: bool  # it is the last question; else a question of its own


def wanted(
    intent: Intent, question: str, history: Sequence[Turn], *, understand: Understand | None = None
) -> Wanted | None:
    """Return what to answer for a wish about form or language; None if there is nothing yet that it could mean."""
    own = _own_subject(intent.act, question)
    if intent.leans < LEANS and own:
        return Wanted(own, again=False)
    last = last_question(history, understand=understand)
    if last:
        return Wanted(last, again=True)
    return Wanted(standalone(own, history, intent), again=False) if own else None


def simpler(reply: Reply) -> Reply:
    """Return the answer in at most two sentences, without what stands in brackets."""
    plain = tuple(_without_asides(statement) for statement in reply if statement.layout != "code")
    return plain if plain and plain[0].layout != "text" else plain[:2]


def as_list(reply: Reply) -> Reply:
    """Return the sentences, rows or steps as items."""
    told = tuple(statement for statement in reply if statement.layout != "head")
    steps = bool(told) and all(statement.layout == "step" for statement in told)
    return as_layout(told[:MOST_ITEMS], "step" if steps else "bullet")


def as_table(reply: Reply) -> Reply:
    """Return rows "Label: value | Label: value" under one head; what has no labels is numbered."""
    if any(statement.layout == "head" for statement in reply):
        return reply
    rows = [(statement, dict(cells(statement.text))) for statement in reply if statement.evidence][:MOST_ITEMS]
    labels = list(dict.fromkeys(label for _, found in rows for label in found))
    if not labels or any(len(found) < 2 for _, found in rows):
        numbered = (_row(statement, [str(n), statement.text]) for n, (statement, _) in enumerate(rows, start=1))
        return (Statement("| No. | |", (), layout="head"), *numbered) if rows else reply
    kept = [
        label for label in labels if len({found.get(label, "") for _, found in rows}) > 1 or len(rows) == 1
    ] or labels
    head = Statement(f"| {' | '.join(_cell(label) for label in kept)} |", (), layout="head")
    return (head, *(_row(statement, [found.get(label, "") for label in kept]) for statement, found in rows))


def cells(text: str) -> list[tuple[str, str]]:
    """Return the labels and values of a row that is written "Label: value | Label: value"; nothing of other text."""
    if " | " not in text:
        return []
    pairs = (cell.partition(":") for line in text.splitlines() for cell in line.split("|"))
    return [
        (label.strip(), value.strip()) for label, colon, value in pairs if colon and 0 < len(label.strip()) <= LABEL
    ]


def language_wanted(question: str) -> str | None:
    """Return the language, by its English name, into which something is wanted."""
    words = re.findall(r"[^\W\d_]+", question.lower())
    return next((LANGUAGES[word] for word in reversed(words) if word in LANGUAGES), None)


def cannot_translate(question: str) -> str:
    """Return what is said before the answer where the model cannot translate it."""
    language = language_wanted(question) or "another language"
    return (
        f"I cannot translate into {language} with the small built-in model; a larger model or a server can, if you set one. "
        "These are the original words:"
    )


def _own_subject(act: str, question: str) -> str:
    """Return what a wish is about without the words that say the form."""
    stem = question.strip().rstrip("?!. ")
    if act in ("as-table", "as-list"):
        return ASKS_FOR_TABLE.sub("", AS_FORM.sub("", stem), count=1).strip(" ,:")
    if act == "translate":
        return " ".join(TRANSLATE.sub(" ", stem).split()).strip(" ,:-")
    return ""


def _without_asides(statement: Statement) -> Statement:
    """Leave out what stands in brackets or between dashes; a table's row and code stay."""
    if statement.layout not in ("text", "bullet", "step"):
        return statement
    text = ASIDE.sub("", statement.text)
    return replace(statement, text=text) if text.strip() else statement


def _row(statement: Statement, values: Sequence[str]) -> Statement:
    return replace(statement, text=f"| {' | '.join(map(_cell, values))} |", layout="row")


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
