"""Shows an answer's trace as a table."""

from __future__ import annotations

from pathlib import PurePosixPath

from rag.types import Answer
from rag.web import strings
from rag.web.view.escape import shorten, shown

PASSAGE_LENGTH = 70  # characters


def explain(answer: Answer, seconds: float = 0.0) -> str:
    """Return the trace as collapsed HTML; `seconds` is the time since the question."""
    parts = [
        _line(strings.STANDALONE, answer.trace.question),
        _line(strings.CONFIDENCE, f"{answer.trace.confidence:.2f}"),
        _scores(answer),
        _verdicts(answer),
        _rejected(answer),
        _stages(answer),
    ]
    label = f'<summary title="{shown(strings.EXPLAIN)}">{shown(summary(answer, seconds))}</summary>'
    return f'<details class="explain">{label}<div>{"".join(parts)}</div></details>'


def summary(answer: Answer, seconds: float = 0.0) -> str:
    """Return a short summary with the duration."""
    return " · ".join([*([strings.SECONDS.format(seconds=seconds)] if seconds else []), strings.EXPLAIN])


def _line(label: str, value: str) -> str:
    return f'<p><span class="label">{shown(label)}</span> <bdi>{shown(value)}</bdi></p>'


def _scores(answer: Answer) -> str:
    if not answer.trace.scores:
        return f"<p>{shown(strings.NO_SCORES)}</p>"
    stations = list(dict.fromkeys(station for scores in answer.trace.scores.values() for station in scores))
    head = "".join(f'<th scope="col">{shown(station)}</th>' for station in stations)
    rows = []
    for hit in answer.hits:
        scores = answer.trace.scores.get(hit.passage.id, {})
        cells = "".join(
            f"<td>{scores[station]:.3f}</td>" if station in scores else "<td>–</td>" for station in stations
        )
        name = f"{PurePosixPath(hit.passage.source).name}: {shorten(hit.passage.text, PASSAGE_LENGTH)}"
        rows.append(f'<tr><th scope="row"><bdi>{shown(name)}</bdi></th>{cells}</tr>')
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{shown(strings.SCORES)}"><table><caption>{shown(strings.SCORES)}</caption>'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _verdicts(answer: Answer) -> str:
    if not answer.sentences:
        return ""
    items = "".join(
        f"<li><code>{shown(s.verdict)}</code> <bdi>{shown(shorten(s.text, 120))}</bdi></li>" for s in answer.sentences
    )
    return f'<p class="label">{shown(strings.VERDICTS)}</p><ol>{items}</ol>'


def _rejected(answer: Answer) -> str:
    if not answer.trace.rejected:
        return ""
    items = "".join(f"<li><s>{shown(text)}</s></li>" for text in answer.trace.rejected)
    return f'<p class="label">{shown(strings.REJECTED)}</p><ul>{items}</ul>'


def _stages(answer: Answer) -> str:
    if not answer.trace.milliseconds:
        return ""
    stages = " · ".join(f"{stage} {ms:,.0f}" for stage, ms in answer.trace.milliseconds.items())
    return _line(strings.STAGES, stages)
