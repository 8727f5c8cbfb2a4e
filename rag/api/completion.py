"""Writes answers as OpenAI chat completions, complete or streamed in chunks.

Sent text cannot be withdrawn, so a stream sends text only after the answer is complete: then one statement at a time,
with the annotations of its markers. A refusal is text that ends with "stop".
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.api.asked import Asked
from rag.api.cited import Source, annotations_of, content_of, pieces, sources_of, within
from rag.api.library import Library
from rag.types import Answer

DONE = b"data: [DONE]\n\n"
WAITING = b": reading\n\n"  # a comment that keeps proxies from closing the stream
ID_BYTES = 12


@dataclass(frozen=True, slots=True)
class Head:
    """The fields common to all parts of one completion."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(ID_BYTES)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def as_(self, kind: str) -> dict[str, object]:
        """Return the common fields for an object type."""
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def whole(head: Head, asked: Asked, library: Library, base: str, answer: Answer) -> dict[str, object]:
    """Return an answer as one completion."""
    content, sources = content_of(answer, listed=asked.listed), sources_of(answer, library, base)
    annotations = annotations_of(content, sources)
    message = {"role": "assistant", "content": content, "refusal": None, "annotations": annotations}
    return {
        **head.as_("chat.completion"),
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": usage(asked, content),
        **told(answer, sources),
    }


def first(head: Head) -> bytes:
    """Return the first chunk of a stream, with the role and no text."""
    return _event(_chunk(head, {"role": "assistant", "content": ""}))


def rest(head: Head, asked: Asked, library: Library, base: str, answer: Answer) -> list[bytes]:
    """Return the chunks of an answer, to the end of the stream."""
    content, sources = content_of(answer, listed=asked.listed), sources_of(answer, library, base)
    chunks = []
    spans = pieces(content)
    for (start, end), notes in zip(spans, within(annotations_of(content, sources), spans), strict=True):
        delta: dict[str, object] = {
            "content": content[start:end],
            **({"annotations": notes} if notes else {}),
        }
        chunks.append(_event(_chunk(head, delta)))
    chunks.append(_event(_chunk(head, {}, end="stop") | told(answer, sources)))
    if asked.usage:
        chunks.append(_event(head.as_("chat.completion.chunk") | {"choices": [], "usage": usage(asked, content)}))
    return [*chunks, DONE]


def told(answer: Answer, sources: Sequence[Source]) -> dict[str, object]:
    """Return the fields besides the message: URLs in marker order, the sources, and the outcome."""
    trace = answer.trace
    how = {
        "abstained": answer.abstained,
        "outcome": trace.outcome,
        "confidence": trace.confidence,
        "question": trace.question,
    }
    return {"citations": [source["url"] for source in sources], "sources": sources, "rag": how}


def usage(asked: Asked, content: str) -> dict[str, int]:
    """Return the usage that clients expect; it counts words."""
    said = [asked.question, *(text for turn in asked.history for text in (turn.question, turn.answer))]
    prompt, made = sum(len(text.split()) for text in said), len(content.split())
    return {"prompt_tokens": prompt, "completion_tokens": made, "total_tokens": prompt + made}


def trouble(body: object) -> bytes:
    """Return the error event and the end of a stream that has already started."""
    return _event(body) + DONE


def _chunk(head: Head, delta: dict[str, object], *, end: str | None = None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "finish_reason": end, "logprobs": None}
    return {**head.as_("chat.completion.chunk"), "choices": [choice]}


def _event(value: object) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()
