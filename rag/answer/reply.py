"""Writes a reply: statements with their evidence become Markdown with markers, sentences and citations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from rag.answer.markers import announced, fenced_again, neutral
from rag.evidence import Evidence
from rag.split.blocks import rendered
from rag.types import Citation, Sentence, Trait, Verdict

Layout: TypeAlias = Literal["text", "step", "bullet", "head", "row", "code", "paragraph"]
FULL_STOPS = (".", "!", "?", "。", "！", "？")
CELL_END = " |"


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence, item, row or piece of code of a reply, with its evidence."""

    text: str
    evidence: tuple[Evidence, ...]
    verdict: Verdict = "quoted"
    layout: Layout = "text"


Reply: TypeAlias = tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A reply as shown; every marker in the text has exactly one citation."""

    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]


def write(
    reply: Iterable[Statement], *, front: str = "", traits: Mapping[str, tuple[Trait, ...]] | None = None
) -> Written:
    """Return the text, sentences and citations of a reply; `front` is text before it; `traits` are by passage id.

    Markers count from 1 in the order of the text; evidence that is used twice keeps its marker.
    """
    known: dict[tuple[str, int, int], Citation] = {}
    sentences: list[Sentence] = []
    parts: list[str] = [front] if front else []
    layouts: list[Layout] = ["text"] if front else []
    step = 0
    for statement in reply:
        cited = tuple(_citation(known, evidence, traits or {}) for evidence in statement.evidence)
        step = step + 1 if statement.layout == "step" else 0
        text = neutral(statement.text) if statement.layout != "code" else statement.text
        parts.append(_line(text, statement.layout, step, dict.fromkeys(citation.marker for citation in cited)))
        layouts.append(statement.layout)
        if cited:
            sentences.append(Sentence(text, cited, statement.verdict))
    return Written(_joined(parts, layouts), tuple(sentences), tuple(known.values()))


def table_row(cells: Iterable[str]) -> str:
    """Return a row of a Markdown table; a bar inside a cell would begin another column."""
    return "".join(f"| {' '.join(cell.replace('|', '/').split())} " for cell in cells).replace("|  ", "| ") + "|"


def as_layout(reply: Sequence[Statement], layout: Layout) -> Reply:
    """Return the statements in another layout."""
    return tuple(replace(statement, layout=layout) for statement in reply)


def _citation(
    known: dict[tuple[str, int, int], Citation], evidence: Evidence, traits: Mapping[str, tuple[Trait, ...]]
) -> Citation:
    key = (evidence.passage.source, evidence.start, evidence.end)
    if key not in known:
        passage = evidence.passage
        strange = traits.get(passage.id, ())
        known[key] = Citation(
            len(known) + 1, passage, evidence.quote, evidence.start, evidence.end, passage.page, strange
        )
    return known[key]


def _line(text: str, layout: Layout, step: int, markers: Iterable[int]) -> str:
    marks = "".join(f" [{marker}]" for marker in markers)
    if layout == "code":
        before, code = announced(text)
        told = [f"{neutral(rendered(before, 0)[0])}\n"] if before else []
        return "\n".join(
            [*told, fenced_again(code), *([marks.strip()] if marks else [])]
        )  # nothing may follow on a fence's line
    if layout == "head":
        return f"{text}\n|{'---|' * (text.count('|') - 1)}"
    if layout == "row":
        return text.removesuffix(CELL_END) + marks + CELL_END
    body = _with_markers(text, marks)
    return f"{step}. {body}" if layout == "step" else f"- {body}" if layout == "bullet" else body


def _with_markers(text: str, marks: str) -> str:
    if text.endswith(FULL_STOPS) and not text.endswith(".."):
        return f"{text[:-1]}{marks}{text[-1]}"
    return text + marks


def _joined(parts: Sequence[str], layouts: Sequence[Layout]) -> str:
    text = ""
    for i, (part, layout) in enumerate(zip(parts, layouts, strict=True)):
        before = layouts[i - 1] if i else None
        if before is None:
            joint = ""
        elif layout == before == "text":
            joint = " "
        elif before == layout not in ("paragraph", "code") or (before == "head" and layout == "row"):
            joint = "\n"
        else:
            joint = "\n\n"
        text += joint + part
    return text
