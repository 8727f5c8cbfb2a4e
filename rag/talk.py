"""Holds a conversation in the terminal: each question is understood with those before it; a number opens a citation."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress

from rich.text import Text

from rag.console import note, out, print_answer
from rag.display import escaped, plain
from rag.errors import RagError
from rag.pipeline import Rag
from rag.types import Answer, Citation, Turn, Where

HELP = "Ask a question. A number opens that citation, /new begins another conversation, Ctrl-D ends."
PROMPT = "> "
CONTEXT = 400  # characters of the document before and after a quote
MARKER = 4  # most digits of a citation's number
NEW, HELP_COMMANDS, ENDS = "/new", ("/help", "/?"), ("/quit", "/exit", "/bye")


def talk(rag: Rag, where: Where, *, json_lines: bool = False) -> bool:
    """Answer each line typed until input ends; with `json_lines` each answer is one line of JSON.

    A line that fails is named on stderr, and the next one is answered. Returns False if a line that was not typed by
    hand failed.
    """
    asking = sys.stdin.isatty() and not json_lines
    if asking:
        note.print(HELP)
    history: list[Turn] = []
    last: Answer | None = None
    failed = False
    for number, said in enumerate(lines(asking), start=1):
        if said in ENDS:
            break
        if said == NEW:
            history, last = [], None
        elif said in HELP_COMMANDS:
            note.print(HELP)
        elif said.isdecimal() and len(said) <= MARKER and last is not None:
            open_citation(rag, last, int(said))
        else:
            try:
                last = rag.ask(said, history=history, **where)
            except (RagError, ValueError, OSError) as error:
                failed = True
                note.print(f"rag: {error}" if asking else f"rag: line {number}: {error}")
                continue
            history.append(Turn(said, last.text))
            show(last, json_lines=json_lines)
    return asking or not failed


def lines(asking: bool) -> Iterator[str]:
    """Yield the lines typed or piped, without empty ones."""
    if asking:
        with suppress(ImportError):  # not available on every system
            import readline  # noqa: F401  arrow keys, and the questions before
    with suppress(EOFError):
        while True:
            said = input(PROMPT if asking else "").strip()
            if said:
                yield said


def show(answer: Answer, *, json_lines: bool) -> None:
    """Print an answer, for people or as one line of JSON."""
    if json_lines:
        text = json.dumps(dataclasses.asdict(answer), ensure_ascii=False, default=str)
        sys.stdout.write(escaped(text) + "\n")
        sys.stdout.flush()
    else:
        print_answer(answer)
        out.print()


def open_citation(rag: Rag, answer: Answer, marker: int) -> None:
    """Print the document around a citation of the last answer, with the quote marked."""
    cited = next((citation for citation in answer.citations if citation.marker == marker), None)
    if cited is None:
        note.print(f"the last answer has no citation {marker}; it has {_markers(answer.citations)}")
        return
    document = rag.documents.get(cited.passage.source)
    text = document.text if document else ""
    out.print(cited.place, style="bold")
    if text[cited.start : cited.end] != cited.quote:
        out.print(cited.quote)
        return
    around = Text(plain(text[max(0, cited.start - CONTEXT) : cited.start]))
    around.append(plain(cited.quote), style="reverse")
    around.append(plain(text[cited.end : cited.end + CONTEXT]))
    out.print(around)


def _markers(citations: Iterable[Citation]) -> str:
    return ", ".join(str(citation.marker) for citation in citations) or "none"
