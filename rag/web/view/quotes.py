"""Shows the quotes of an answer, collapsed below it, with the answering words marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from rag.types import Answer, Citation
from rag.web import strings
from rag.web.view.escape import attribute, shown
from rag.web.view.naming import names
from rag.web.view.remarks import remarks
from rag.web.view.sources import marked, source_title

WORD = re.compile(r"\w+(?:[.,:]\d+)*")
SHORTEST = 4  # least letters of a word marked alone; a number may be shorter
MOST_WORDS = 400  # words compared of a quote
MOST_NAMES = 2  # file names in the summary line


def quotes(answer: Answer, number: int) -> str:
    """Return the quotes of an answer as collapsed HTML; nothing without citations."""
    if not answer.citations:
        return ""
    said = {citation.marker: "" for citation in answer.citations}
    for sentence in answer.sentences:
        for citation in sentence.citations:
            said[citation.marker] = f"{said.get(citation.marker, '')} {sentence.text}"
    files = names(citation.passage.source for citation in answer.citations)
    items = "".join(
        _quote(citation, files[citation.passage.source], said[citation.marker], number) for citation in answer.citations
    )
    return (
        f'<details class="quotes"><summary>{shown(summary(answer.citations))}</summary>'
        f'<p class="hint">{shown(_how(answer))}</p><ol>{items}</ol></details>'
    )


def summary(citations: Sequence[Citation]) -> str:
    """Return the number of quotes and their files."""
    files = list(names(citation.passage.source for citation in citations).values())
    more = f" +{len(files) - MOST_NAMES}" if len(files) > MOST_NAMES else ""
    return f"{strings.plural('CHECKED_SOURCE', len(citations))} · {', '.join(files[:MOST_NAMES])}{more}"


def answering(said: str, quote: str) -> list[tuple[int, int]]:
    """Return the spans of a quote whose words an answer uses, in order; numbers and longer words count alone."""
    words = list(WORD.finditer(quote))[:MOST_WORDS]
    taken = [word.group().lower() for word in WORD.finditer(said)][:MOST_WORDS]
    matcher = SequenceMatcher(None, [word.group().lower() for word in words], taken, autojunk=False)
    spans = []
    for start, _, size in matcher.get_matching_blocks():
        first = words[start].group() if size else ""
        if size > 1 or len(first) >= SHORTEST or first[:1].isdigit():
            spans.append((words[start].start(), words[start + size - 1].end()))
    return spans


def _how(answer: Answer) -> str:
    if answer.trace.outcome == "not_verified":
        return strings.VERDICT_NEAR_WHY
    verdicts = {sentence.verdict for sentence in answer.sentences}
    if len(verdicts) > 1:
        return strings.VERDICT_MIXED_WHY
    return strings.VERDICT_QUOTED_WHY if verdicts == {"quoted"} else strings.VERDICT_SUPPORTED_WHY


def _quote(citation: Citation, file: str, said: str, number: int) -> str:
    passage = citation.passage
    title = source_title(passage, file)
    heading = f' <span class="heading">{shown(passage.heading)}</span>' if passage.heading else ""
    label = f"{strings.OPEN_DOCUMENT}: {title}"
    opening = (
        f'<button type="button" class="open" data-open="c{citation.marker}" data-turn="{number}" '
        f'aria-label="{attribute(label)}">{shown(strings.OPEN_DOCUMENT)}</button>'
    )
    return (
        f'<li value="{citation.marker}"><blockquote dir="auto">{marked(citation.quote, answering(said, citation.quote))}</blockquote>'
        f'<p class="from" dir="auto"><strong>{shown(title)}</strong>{heading}</p>{remarks(citation.traits)}{opening}</li>'
    )
