"""Replies to what is conversation and no question about the documents: greetings, what the program is, which documents it has.

A reply cites nothing. What a document is called is data: nothing in a title can pass for markup or for a citation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import PurePosixPath

from rag.answer.markers import numbers_in
from rag.answer.prompt import defang
from rag.answer.question.intent import Intent
from rag.answer.request.phrasebook import HOW_TO, SAYINGS, saying
from rag.language.own_words import language_of
from rag.language.phrases import TOKEN
from rag.language.words import words as words_of
from rag.types import Document, Turn

LONGEST_LIST = 140  # words of a list of documents
MOST_FOLDERS = 20
MOST_TITLES = 8  # of a folder
LONGEST_TITLE = 60  # characters
LONGEST_QUESTION = 160  # characters of a question that is repeated
QUESTIONS_SHOWN = 5
ACKNOWLEDGED = frozenset("ok okay alright fine yes no sorry understood got it i see".split())
KINDS = {
    ".pdf": "PDF", ".docx": "Word", ".doc": "Word", ".odt": "OpenDocument text", ".xlsx": "Excel", ".xls": "Excel", ".csv": "CSV", ".tsv": "TSV", ".md": "Markdown",
    ".markdown": "Markdown", ".txt": "text", ".html": "web page", ".htm": "web page", ".eml": "e-mail", ".mbox": "mailbox",
    ".epub": "book", ".pptx": "PowerPoint", ".json": "JSON", ".rtf": "RTF",
}  # fmt: skip
ASKED_KINDS = {
    "pdf": ".pdf", "word": ".docx", "docx": ".docx", "excel": ".xlsx", "spreadsheet": ".xlsx", "xlsx": ".xlsx", "csv": ".csv", "markdown": ".md", "mail": ".eml",
    "e-mail": ".eml", "email": ".eml", "html": ".html", "epub": ".epub", "powerpoint": ".pptx", "presentation": ".pptx",
}  # fmt: skip
MARKUP = re.compile(r"[*_`<>|\[\]#~\\]")
ABOUT = re.compile(r"\b(?:about|on|regarding|concerning|über|sur|sobre)\s+(?P<subject>.+?)[?.!\s]*$", re.IGNORECASE)
FIRST = re.compile(r"\b(first|start|beginning|erste|première|primera)\b", re.IGNORECASE)
EVERY = re.compile(
    r"\b(which questions|list|all|everything|history|so far|today|talk|discuss|conversation|recap|fragen|questions)\b",
    re.IGNORECASE,
)
ANSWERED = re.compile(r"\b(answer|you (?:just )?(?:say|said|tell|told)|repeat that|say that again)\b", re.IGNORECASE)
SOURCE = re.compile(
    r"\b(where|source|page|file|document|quote|reference|cite|based|know|wo|woher|quelle|dónde)\b", re.IGNORECASE
)
NOTHING_YET = {
    "shorter": "shorten", "simpler": "explain more simply", "longer": "say more about", "as-table": "put in a table", "as-list": "put in a list",
    "translate": "put in another language",
}  # fmt: skip


def reply(
    intent: Intent,
    question: str,
    history: Sequence[Turn],
    *,
    documents: Mapping[str, Document],
    generator_name: str | None = None,
    sources: Sequence[str] = (),
) -> str | None:
    """Return the reply in Markdown; None if the act is no conversation.

    The name of a generator on a server holds its address ("... at https://host"). `sources` are those of the last answer.
    """
    if intent.act == "what-can-you-do" and intent.form == "steps" and language_of(question) == "en":
        return HOW_TO
    if intent.act in SAYINGS:
        return _said(intent.act, question)
    if intent.act == "list-documents":
        return list_documents(documents, question)
    if intent.act == "count-documents":
        return count_documents(documents, question)
    if intent.act == "privacy":
        return privacy(generator_name)
    if intent.act == "what-did-i-ask":
        return what_was_asked(question, history)
    if intent.act == "doubt":
        return doubted(question, history, sources)
    if intent.act in NOTHING_YET and intent.leans >= 0.5 and not history:
        return f"There is no answer yet that I could {NOTHING_YET[intent.act]}. Ask me something about your documents first."
    return None


def list_documents(documents: Mapping[str, Document], question: str = "") -> str:
    """List the documents by folder, as many titles as fit; of a subject or folder that is named, those alone."""
    if not documents:
        return "There are no documents yet. Put files into the folder of documents and build the index."
    named = _named(documents, question)
    if named is not None and not named:
        return f"No document has that in its title, of {len(documents)}. Ask me about it all the same: I look into the texts."
    shown = list(documents) if named is None else named
    folders: dict[str, list[str]] = {}
    for source in sorted(shown, key=lambda source: (source.rpartition("/")[0], source)):
        folders.setdefault(source.rpartition("/")[0], []).append(source)
    head = f"I have {_counted(len(shown), 'document')}" + (f" in {len(folders)} folders" if len(folders) > 1 else "")
    sizes = (
        ((titles, MOST_FOLDERS) for titles in range(MOST_TITLES, 0, -1)),
        ((1, few) for few in range(MOST_FOLDERS, 0, -1)),
    )
    drafts = (_folder_lines(folders, documents, titles, few) for titles, few in chain(*sizes))
    lines = next(draft for draft in drafts if len(" ".join(draft).split()) <= LONGEST_LIST or len(draft) <= 2)
    return "\n".join([f"{head}{' about that' if named is not None else ''}:", "", *lines])


def count_documents(documents: Mapping[str, Document], question: str = "") -> str:
    """Say how many documents there are, of each kind of file; of a kind that is asked for, how many."""
    kinds = Counter(_suffix(source) for source in documents)
    asked = next((ASKED_KINDS[w] for w in _plain_words(question) if w in ASKED_KINDS), None)
    if asked:
        same = sum(many for suffix, many in kinds.items() if KINDS.get(suffix) == KINDS[asked])
        return f"{same} of my {_counted(len(documents), 'document')} {'is' if same == 1 else 'are'} {KINDS[asked]}."
    told = Counter[str]()
    for suffix, many in kinds.items():
        told[KINDS.get(suffix, suffix.lstrip(".") or "other")] += many
    parts = ", ".join(f"{many} {kind}" for kind, many in told.most_common(4))
    return f"I have {_counted(len(documents), 'document')}" + (
        f": {parts}{', and others' if len(told) > 4 else ''}." if len(told) > 1 else "."
    )


def privacy(generator_name: str | None = None) -> str:
    """Say where documents and questions go."""
    if generator_name and "://" in generator_name:
        return (
            f"Your documents and the index stay on this computer. But answers are worded by {generator_name}: your question and "
            "the passages found for it are sent there. Choose the local model, or none, and nothing leaves this computer."
        )
    return (
        "No, nothing is sent anywhere. Your documents, the index, the models and your questions stay on this computer; I work "
        "offline, without telemetry. Who can use this computer can read the documents, of course."
    )


def what_was_asked(question: str, history: Sequence[Turn]) -> str:
    """Repeat what was asked before; an answer is not repeated, as it would cite nothing."""
    asked = [" ".join(turn.question.split()) for turn in history]
    if not asked:
        return "You have not asked me anything before this in our conversation."
    if ANSWERED.search(question):
        return f"My last answer stands above, with its sources. Your question was: “{_cut(asked[-1])}”"
    if FIRST.search(question):
        return f"Your first question was: “{_cut(asked[0])}”"
    if EVERY.search(question) and len(asked) > 1:
        lines = [f"- {_cut(one)}" for one in asked[-QUESTIONS_SHOWN:]]
        return "\n".join([f"You asked {'these questions' if len(asked) <= QUESTIONS_SHOWN else 'last'}:", "", *lines])
    earlier = f" Before that: “{_cut(asked[-2])}”" if len(asked) > 1 else ""
    return f"Your last question was: “{_cut(asked[-1])}”{earlier}"


def doubted(question: str, history: Sequence[Turn], sources: Sequence[str] = ()) -> str:
    """Say what the last answer rests on and how it is checked, and ask what seems wrong."""
    if not history:
        return "There is no answer yet that I could check. Ask me something about your documents first."
    cited = bool(sources) or bool(numbers_in(history[-1].answer))
    named = ", ".join(dict.fromkeys(_quiet(source) for source in sources[:3]))
    if not cited:
        return (
            "Sorry if I was wrong. That reply cites no document, so check it yourself. Which part seems wrong to you?"
        )
    rests = f"My last answer rests on {named}" if named else "My last answer rests on the passages cited under it"
    if SOURCE.search(question):
        return f"{rests}. Open a source to see the exact words in the file. Which part do you want to check?"
    return (
        f"Sorry if something is wrong. {rests}: open a source and compare its words. The documents may be out of date or I may have "
        "picked the wrong place. What seems wrong to you?"
    )


def _said(act: str, question: str) -> str:
    if act == "thanks" and set(_plain_words(question)) <= ACKNOWLEDGED:
        return "All right. What else would you like to know?"
    return saying(act, question)


def _named(documents: Mapping[str, Document], question: str) -> list[str] | None:
    """Return the documents of the folder or subject that a question names; None if it names none."""
    asked = set(_plain_words(question))
    folders = {part for source in documents for part in PurePosixPath(source).parts[:-1]}
    within = {folder for folder in folders if folder.lower() in asked}
    if within and ("folder" in asked or "in" in asked):
        return [source for source in documents if within & set(PurePosixPath(source).parts[:-1])]
    about = ABOUT.search(question)
    stems = {word.stem for word in words_of(about["subject"]) if word.is_content} if about else set()
    if not stems - {"document", "file", "topic", "hand"}:
        return None
    return [
        s
        for s in documents
        if stems & {w.stem for w in words_of(f"{documents[s].title} {s.replace('/', ' ').replace('-', ' ')}")}
    ]


def _folder_lines(
    folders: Mapping[str, list[str]], documents: Mapping[str, Document], most: int, few: int
) -> list[str]:
    """Return a line for each of the `few` largest folders, with `most` titles at most."""
    largest = set(sorted(folders, key=lambda folder: -len(folders[folder]))[:few])
    lines = []
    for folder, sources in folders.items():
        if folder in largest:
            titles = dict.fromkeys(_title(documents[source]) for source in sources[:most])
            more = f" and {len(sources) - most} more" if len(sources) > most else ""
            lines.append(f"- **{_quiet(folder) or 'top folder'}** ({len(sources)}): {', '.join(titles)}{more}")
    return [*lines, f"- and {len(folders) - few} more folders"] if len(folders) > few else lines


def _title(document: Document) -> str:
    title = _quiet(document.title or PurePosixPath(document.source).stem)
    return (
        title
        if len(title) <= LONGEST_TITLE
        else f"{title[:LONGEST_TITLE].rpartition(' ')[0] or title[:LONGEST_TITLE]} …"
    )


def _quiet(text: str) -> str:
    """Return a text as one line without markup."""
    return " ".join(MARKUP.sub(" ", defang(text)).split())


def _cut(question: str) -> str:
    quiet = _quiet(question)
    return quiet if len(quiet) <= LONGEST_QUESTION else f"{quiet[:LONGEST_QUESTION].rpartition(' ')[0]} …"


def _suffix(source: str) -> str:
    return PurePosixPath(source).suffix.lower()


def _plain_words(question: str) -> list[str]:
    return [
        word.lower().removesuffix("s")
        if word.lower() in ("pdfs", "mails", "emails", "e-mails", "spreadsheets", "presentations")
        else word.lower()
        for word in TOKEN.findall(question)
    ]


def _counted(many: int, noun: str) -> str:
    return f"{many:,} {noun}{'' if many == 1 else 's'}"
