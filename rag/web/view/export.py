"""Turns conversations into files that can be read, and checked, without this program."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict

from rag.display import plain
from rag.types import Answer, Citation
from rag.web import strings
from rag.web.session.conversations import Conversation, KeptTurn

FORMAT = "rag-conversation/1"
WWW = re.compile(r"(www)\.", re.IGNORECASE)  # GitHub makes links of these


def answer_markdown(answer: Answer, hashes: Mapping[str, str] | None = None) -> str:
    """Return an answer as Markdown with its sources under it, nothing in it live."""
    if not answer.sentences:
        return escaped(answer.text or strings.REFUSED_TITLE)
    lines = [escaped(answer.text), "", *(_source(citation, hashes or {}) for citation in answer.citations)]
    return "\n".join(lines)


def conversation_markdown(conversation: Conversation) -> str:
    """Return a whole conversation as Markdown."""
    parts = [f"# {escaped(conversation.title or strings.UNTITLED)}"]
    for turn in conversation.turns:
        parts += [f"## {escaped(turn.answer.question)}", answer_markdown(turn.answer, turn.hashes)]
    return "\n\n".join(parts) + "\n"


def conversation_json(conversation: Conversation) -> str:
    """Return a whole conversation as JSON: quotes, places and hashes, so that each can be checked against its file."""
    turns = [_checkable(turn) for turn in conversation.turns]
    value = {"format": FORMAT, "id": conversation.id, "title": conversation.title, "turns": turns}
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def escaped(text: str) -> str:
    """Escape a text for Markdown: no link, image, HTML or emphasis comes alive; `[1]` stays as it is."""
    text = " ".join(plain(text).split())
    for sign in "\\`*_<>!#|~$@":
        text = text.replace(sign, f"\\{sign}")
    return WWW.sub(r"\1\\.", text.replace("](", "]\\(").replace("://", "\\://"))


def _source(citation: Citation, hashes: Mapping[str, str]) -> str:
    page = f", {strings.PAGE.format(page=citation.page)}" if citation.page else ""
    digest = hashes.get(citation.passage.source)
    place = f"{citation.start}–{citation.end}" + (f", sha256 {escaped(digest)}" if digest else "")
    return f"- [{citation.marker}] {escaped(citation.passage.source)}{page} ({place}): “{escaped(citation.quote)}”"


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
