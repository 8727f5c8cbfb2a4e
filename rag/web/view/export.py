"""Exports conversations to files that can be read and verified without this program."""

from __future__ import annotations

import json
import re
from dataclasses import asdict

from rag.answer.markers import fenced, without_markers
from rag.display import dead, plain
from rag.types import Answer, Citation
from rag.web import strings
from rag.web.session.conversations import Conversation, KeptTurn
from rag.web.view.reply import Part, cells, parts
from rag.web.view.sources import source_title

FORMAT = "rag-conversation/1"
WWW = re.compile(r"(www)\.", re.IGNORECASE)  # GitHub turns these into links


def answer_text(answer: Answer) -> str:
    """Return an answer as plain text with a short line for each cited place."""
    places: dict[str, list[int]] = {}
    for citation in answer.citations:
        places.setdefault(source_title(citation.passage), []).append(citation.marker)
    lines = [f"{''.join(f'[{marker}]' for marker in markers)} {dead(place)}" for place, markers in places.items()]
    return "\n".join([dead(answer.text), *([""] if lines else []), *lines])


def bare_text(answer: Answer) -> str:
    """Return an answer as plain text without markers."""
    return dead(without_markers(answer.text))


def answer_markdown(answer: Answer) -> str:
    """Return an answer as Markdown with its sources, all foreign text escaped."""
    said = "\n\n".join(_part(part) for part in parts(plain(answer.text or strings.REFUSED_TITLE)))
    return "\n".join([said, *([""] if answer.citations else []), *map(_source, answer.citations)])


def conversation_markdown(conversation: Conversation) -> str:
    """Return a whole conversation as Markdown."""
    told = [f"# {escaped(conversation.title or strings.UNTITLED)}"]
    for turn in conversation.turns:
        told += [f"## {escaped(turn.answer.question)}", *_turn(turn)]
    return "\n\n".join(told) + "\n"


def file_name(conversation: Conversation, form: str) -> str:
    """Return an export's file name: the conversation's title and the date of its last question."""
    day = conversation.turns[-1].asked[:10] if conversation.turns else ""
    title = re.sub(r"[^\w\s.,()-]+", " ", plain(conversation.title or strings.UNTITLED))
    return f"{' '.join([*title.split(), day]).strip('. ')}.{form}"


def conversation_json(conversation: Conversation) -> str:
    """Return a whole conversation as JSON, with quotes, places and hashes for verification against the files."""
    turns = [_checkable(turn) for turn in conversation.turns]
    value = {"format": FORMAT, "id": conversation.id, "title": conversation.title, "turns": turns}
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def escaped(text: str) -> str:
    """Escape links, images, HTML and emphasis for Markdown; `[1]` is unchanged."""
    text = " ".join(plain(text).split())
    for sign in "\\`*_<>!#|~$@":
        text = text.replace(sign, f"\\{sign}")
    return WWW.sub(r"\1\\.", text.replace("](", "]\\(").replace("]:", "]\\:").replace("://", "\\://"))


def _turn(turn: KeptTurn) -> list[str]:
    """Return what was said of a question; an answer that was stopped says so, and is no refusal."""
    if not turn.stopped:
        return [answer_markdown(turn.answer)]
    if not turn.answer.text:
        return [escaped(strings.STOPPED_EMPTY)]
    return [answer_markdown(turn.answer), escaped(strings.STOPPED)]


def _source(citation: Citation) -> str:
    return f"- [{citation.marker}] {escaped(source_title(citation.passage))}: “{escaped(citation.quote)}”"


def _part(part: Part) -> str:
    """Return a block as Markdown with escaped text."""
    if part.kind == "code":
        return fenced("\n".join(part.lines))
    if part.kind == "table":
        rows = [f"| {' | '.join(escaped(cell) for cell in cells(line))} |" for line in part.lines]
        under = f"|{'---|' * len(cells(part.lines[0]))}"
        return "\n".join([rows[0], under, *rows[1:]])
    if part.kind == "paragraph":
        return "  \n".join(map(escaped, part.lines))
    signs = [f"{part.first + i}." for i in range(len(part.lines))] if part.kind == "step" else ["-"] * len(part.lines)
    return "\n".join(f"{sign} {escaped(line)}" for sign, line in zip(signs, part.lines, strict=True))


def _checkable(turn: KeptTurn) -> dict[str, object]:
    answer = turn.answer
    return {
        "asked": turn.asked,
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "stopped": turn.stopped,
        "rating": turn.rating,
        "sentences": [
            {"text": s.text, "verdict": s.verdict, "markers": [c.marker for c in s.citations]} for s in answer.sentences
        ],
        "citations": [
            {"marker": c.marker, "source": c.passage.source, "start": c.start, "end": c.end, "page": c.page, "quote": c.quote,
             "sha256": turn.hashes.get(c.passage.source, "")} for c in answer.citations
        ],
        "trace": asdict(answer.trace),
    }  # fmt: skip
