"""Writes the prompts for a generator, and the texts of refusals.

A document is data: chat template tokens, and brackets that look like our citations, are replaced before a quote enters
a message. A quote is always one line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rag.answer.markers import neutral
from rag.evidence import Evidence
from rag.types import Message, Outcome

NO_ANSWER = "The sources do not say."  # what a generator writes if the evidence does not answer
INSTRUCTION = (
    "Answer the question in one short sentence that says only what the numbered sources say. "
    "Copy names and numbers exactly. End the sentence with the number of its source, like [1]. "
    f"If no source answers the question, write: {NO_ANSWER}"
)
REPLY_INSTRUCTION = (
    "Answer the question from the numbered sources alone, in the language of the question, as briefly as a helpful person would. "
    "A fact: a phrase or one sentence. Yes or no: begin with it. How to do something: all steps, numbered, in order. "
    "A list: one bullet an item. A comparison: a small Markdown table. A summary: three to seven bullets. "
    "Copy names, numbers, units and conditions exactly. End every sentence, item and row with the number of its source, like [1]. "
    f"If the sources do not answer the question, write only: {NO_ANSWER} Today is {{today}}."
)
HEADING_LENGTH = 60  # characters; a heading only explains "it" and "he"
REFUSALS: dict[Outcome, str] = {
    "not_found": "I could not find an answer to this in the documents.",
    "not_verified": "The documents touch on this, but no sentence in them could be verified as an answer.",
    "disagree": "The documents disagree on this.",
}

# <|im_start|> and similar (DeepSeek's full-width bars too), Llama's <s>, [INST], <<SYS>>, Gemma's turns
CHAT_TOKEN = re.compile(
    r"<\s*[|｜][^<>\n]{0,60}[|｜]\s*>|<\s*/?\s*(?:s|bos|eos|pad|unk|mask|think|tools?|tool_(?:call|response)s?|"
    r"(?:start|end)_of_(?:turn|role|text|image)|\w{1,20}_of_(?:turn|text))\s*>|<</?SYS>>|\[/?(?:INST|SYSTEM_PROMPT|TOOL_\w{1,20}|"
    r"AVAILABLE_TOOLS|SYSTEM)\]",
    re.IGNORECASE,
)
HARMLESS = str.maketrans("<>[]|｜", "‹›()¦¦")  # look-alikes that no chat template uses


def grounded_messages(question: str, evidence: Sequence[Evidence], *, instruction: str = INSTRUCTION) -> list[Message]:
    """Return messages that ask for a reply from the evidence only, with [n] after each statement.

    Source n is `evidence[n - 1]`. Only the last message differs between questions, so the others can be cached. The
    default asks for one sentence, as the embedded model was tuned for; `reply_instruction` asks a larger model for a
    whole reply.
    """
    return [
        Message("system", instruction),
        Message("user", f"{_numbered(evidence)}\n\nQuestion: {defang(question)}"),
    ]


def reply_instruction(today: date) -> str:
    """Return the instruction for a model that can write more than a sentence."""
    return REPLY_INSTRUCTION.format(today=today.isoformat())


def refusal(outcome: Outcome) -> str:
    """Return the text for an outcome without an answer; ValueError for any other."""
    if outcome not in REFUSALS:
        raise ValueError(f"{outcome!r} is no refusal; give one of {', '.join(REFUSALS)}")
    return REFUSALS[outcome]


def defang(text: str) -> str:
    """Return the text as one line in which nothing ends or opens a message, or looks like a citation."""
    line = " ".join(text.split())
    return neutral(CHAT_TOKEN.sub(lambda token: token.group().translate(HARMLESS), line))


def _numbered(evidence: Sequence[Evidence]) -> str:
    return "\n".join(f"[{n}] {_introduced(found)}" for n, found in enumerate(evidence, start=1))


def _introduced(found: Evidence) -> str:
    """Prepend the innermost heading to a quote, if there is one that the quote does not contain."""
    heading = defang(found.passage.heading.rpartition(" › ")[2])
    quote = defang(found.quote)
    if not heading or len(heading) > HEADING_LENGTH or heading.casefold() in quote.casefold():
        return quote
    return f"({heading}) {quote}"
