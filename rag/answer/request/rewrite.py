"""Changes the form of an answer: shorter, simpler, as a table, as a list; says if it cannot be translated.

`wanted` returns the question to answer again; the other functions change the form of the reply. Nothing is reworded:
parts are left out, rows become a table, sentences become items.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answer.neighbours import run_of_items, section
from rag.answer.question.followup import Understand, last_question, standalone
from rag.answer.question.intent import LEANS, Intent
from rag.answer.reply import Reply, Statement, as_layout, table_row
from rag.answer.request.shortened import first_sentence, longer, shorter, simpler
from rag.answer.situation import Situation
from rag.language.own_words import language_of
from rag.language.quantities import counting_word
from rag.types import Turn

MOST_ITEMS = 12  # items of a list or rows of a table; more is a document
LABEL = 40  # most characters of a label
ASKS_FOR_TABLE = re.compile(
    r"^\W*(?:(?:please|can you|could you|can i|could i|i need|i want|i would like)\s+)*(?:(?:make|draw|draw up|create|give|show|prepare|generate|put|lay out|list|see|have|tabulate|turn|convert|change|rewrite|format|arrange|present|reduce|boil down|do|mach|fais|haz)\b\s*)?"
    r"(?:me\s+)?(?:(?:a|an|the|eine?|un|une|una)\s+)?(?:(?:short|small|bulleted|bullet|numbered|overview)\s+)*(?:(?:table|list|checklist|points?|tabelle|tableau|tabla|liste|lista)\s*)?(?:(?:of|with|for|from|comparing|der|des|de los|de las|de)\b\s*|:\s*)?",
    re.IGNORECASE,
)
IN_SIMPLE_WORDS = re.compile(
    r"^\W*(?:(?:please|can you|could you)\s+)*(?:explain|tell me|describe)\s+(?:(?:it|this|that)\s+)?(?:to me\s+)?(?:in (?:simple|plain|easy) (?:words|terms|language)|simply|"
    r"(?:like|as if|as though|as to)\s+(?:i['’]?m|i am|i were|i was|to|a|we['’]?re)?\s*(?:a\s+)?(?:\w+[\s-]?years?[\s-]?old|child|kid|beginner|five|six|seven|eight|nine|ten|twelve|\d{1,2})(?:\s+years?\s+old)?)[\s,:]+(?P<what>\S.+)$",
    re.IGNORECASE,
)
AS_FORM = re.compile(
    r"\b(?:in(?:to)?|as|to)\s+(?:a|an)?\s*(?:\w+\s+){0,3}?(?:table|list|checklist|columns?|bullet points|bullets|points)\b.*$",
    re.IGNORECASE,
)
TRANSLATE = re.compile(
    r"\b(?:please|can you|could you|translate|translation of|render|give me|i need|i want|put|say|übersetze|traduis|traduce)\b|\b(?:in(?:to)?|to|ins|en|al|auf)\s+(?P<language>[a-zäöüßéèêñç]+)\b[\s.?!]*(?:please|bitte)?[\s.?!]*$",
    re.IGNORECASE,
)
MAIN_POINTS = re.compile(
    r"(?:(?<![,;\s])[,;\s]+)?\b(?:but |just |only |and ){0,3}(?:the )?(?:main|key|most important|essential) (?:points|things|facts)\b(?: only)?|(?<![,;\s])[,;\s]+(?:in short|briefly|in brief)\b",
    re.IGNORECASE,
)
AS_LIKELY = 0.3  # of the best score: evidence above it may be in the list
LIKELIEST = 3  # pieces of evidence that may be in the list that is asked for
COUNTED = re.compile(
    r"\b(\w+)\s+(?:(?:short|brief|simple|clear|bullet)\s+)*(?:bullets?|points?|items|lines)\b", re.IGNORECASE
)
SHORT = re.compile(r"\b(?:short|brief|concise)\b", re.IGNORECASE)
LANGUAGES = {
    "german": "German", "deutsch": "German", "deutsche": "German", "allemand": "German", "alemán": "German", "french": "French",
    "französisch": "French", "französische": "French", "français": "French", "francés": "French", "spanish": "Spanish", "spanisch": "Spanish",
    "spanische": "Spanish", "espagnol": "Spanish", "español": "Spanish", "english": "English", "englisch": "English", "englische": "English",
    "anglais": "English", "inglés": "English", "italian": "Italian", "italienisch": "Italian", "dutch": "Dutch", "polish": "Polish",
    "portuguese": "Portuguese", "russian": "Russian", "turkish": "Turkish", "ukrainian": "Ukrainian", "romanian": "Romanian",
    "czech": "Czech", "hungarian": "Hungarian", "greek": "Greek", "danish": "Danish", "swedish": "Swedish", "japanese": "Japanese",
    "chinese": "Chinese", "korean": "Korean", "arabic": "Arabic",
}  # fmt: skip


CANNOT_TRANSLATE = {
    "de": "Mit dem kleinen eingebauten Modell kann ich nicht übersetzen; ein größeres Modell oder ein Server kann es, wenn du eines einstellst. "
    "So steht es im Original:",
    "fr": "Le petit modèle intégré ne sait pas traduire ; un modèle plus grand ou un serveur le peut, si vous en réglez un. Voici l’original :",
    "es": "El pequeño modelo integrado no sabe traducir; un modelo mayor o un servidor puede, si configuras uno. Este es el original:",
}  # in the languages in which the program says other things, too


@dataclass(frozen=True, slots=True)
class Wanted:
    """The question to answer before its reply changes form."""

    question: str  # stands alone
    again: bool  # True if it is the last question, False if a new one


def wanted(
    intent: Intent, question: str, history: Sequence[Turn], *, understand: Understand | None = None
) -> Wanted | None:
    """Return the question to answer for a request about form or language; None if there is nothing to refer to yet."""
    own = _own_subject(intent.act, question)
    if intent.leans < LEANS and own:
        return Wanted(own, again=False)
    last = last_question(history, understand=understand)
    if last:
        return Wanted(last, again=True)
    return Wanted(standalone(own, history, intent), again=False) if own else None


def reformed(act: str, reply: Reply, found: Situation, wish: str = "") -> Reply:
    """Return a reply in the form that an act asks for, in the words of a `wish`."""
    if act == "as-table":
        return as_table(reply)
    if act == "as-list":
        return as_list(reply)
    if act == "simpler":
        return simpler(reply, found)
    if act == "longer":
        return longer(reply, found)
    return shorter(reply, found, wish) if act == "shorter" else reply


def in_simple_words(question: str) -> str:
    """Return what is to be explained in simple words, as a question; "" if that is not asked for."""
    found = IN_SIMPLE_WORDS.match(question.strip().rstrip("?!. "))
    return f"{found['what'][:1].upper()}{found['what'][1:]}?" if found else ""


def as_list(reply: Reply) -> Reply:
    """Return the sentences, rows or steps as items."""
    told = tuple(statement for statement in reply if statement.layout != "head")
    steps = bool(told) and all(statement.layout == "step" for statement in told)
    return as_layout(told[:MOST_ITEMS], "step" if steps else "bullet")


def as_table(reply: Reply) -> Reply:
    """Return rows "Label: value | Label: value" under one head; parts without labels are numbered."""
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
    head = Statement(table_row(kept), (), layout="head")
    return (head, *(_row(statement, [found.get(label, "") for label in kept]) for statement, found in rows))


def cells(text: str) -> list[tuple[str, str]]:
    """Return the labels and values of a row "Label: value | Label: value"; nothing for other text."""
    if " | " not in text:
        return []
    pairs = (cell.partition(":") for line in text.splitlines() for cell in line.split("|"))
    return [
        (label.strip(), value.strip()) for label, colon, value in pairs if colon and 0 < len(label.strip()) <= LABEL
    ]


def language_wanted(question: str) -> str | None:
    """Return the English name of the language that is asked for."""
    words = re.findall(r"[^\W\d_]+", question.lower())
    return next((LANGUAGES[word] for word in reversed(words) if word in LANGUAGES), None)


def cannot_translate(question: str) -> str:
    """Return the notice before an answer that the model cannot translate."""
    language = language_wanted(question) or "another language"
    if own := CANNOT_TRANSLATE.get(language_of(question)):
        return own
    return (
        f"I cannot translate into {language} with the small built-in model; a larger model or a server can, if you set one. "
        "These are the original words:"
    )


def wants_points(question: str) -> bool:
    """Return True if only the main points are asked for."""
    return bool(MAIN_POINTS.search(question))


def whole_list(found: Situation, question: str) -> Reply:
    """Return the list that the best evidence is an item of, as many items as are asked for; () if it is in none."""
    asked = COUNTED.search(question)
    most = min(MOST_ITEMS, (counting_word(asked[1]) if asked else None) or MOST_ITEMS)
    for evidence in found.evidence[:LIKELIEST]:
        if evidence.score < AS_LIKELY * found.best.score:
            break
        run = run_of_items(section(found, evidence), evidence)
        if len(run) > 1:
            short = bool(SHORT.search(question))
            return tuple(
                Statement(first_sentence(e.text) if short else e.text, (e,), layout="bullet") for e in run[:most]
            )
    return ()


def _own_subject(act: str, question: str) -> str:
    """Return the subject of a request, without the words about its form."""
    stem = question.strip().rstrip("?!. ")
    if act in ("as-table", "as-list"):
        return ASKS_FOR_TABLE.sub("", AS_FORM.sub("", stem), count=1).strip(" ,:")
    if act == "translate":
        stem = MAIN_POINTS.sub("", stem).strip(" ,")
        return " ".join(TRANSLATE.sub(" ", stem).split()).strip(" ,:-")
    return ""


def _row(statement: Statement, values: Sequence[str]) -> Statement:
    return replace(statement, text=table_row(values), layout="row")
