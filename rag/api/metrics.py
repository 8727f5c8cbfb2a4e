"""Counts requests and answers for Prometheus, without any text of a question."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping

BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)  # seconds of an answer
KIND = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Thread-safe counters since the start."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: Counter[str] = Counter()  # by outcome
        self._requests: Counter[tuple[str, int]] = Counter()  # by route and status
        self._slower: Counter[float] = Counter()  # bucket → answers within it
        self._seconds = 0.0

    def answered(self, outcome: str, seconds: float) -> None:
        """Count an answer."""
        with self._lock:
            self._answers[outcome] += 1
            self._seconds += seconds
            self._slower.update(bucket for bucket in BUCKETS if seconds <= bucket)

    def requested(self, route: str, status: int) -> None:
        """Count a request."""
        with self._lock:
            self._requests[route, status] += 1

    def text(self, gauges: Mapping[str, Mapping[str, float]]) -> str:
        """Return all metrics as text, including current gauges: name → label → value."""
        with self._lock:
            lines = [*self._counted(), *_told(gauges)]
        return "\n".join(lines) + "\n"

    def _counted(self) -> Iterator[str]:
        yield from _head("rag_requests_total", "counter", "Requests, by route and status.")
        for (route, status), count in sorted(self._requests.items()):
            yield f'rag_requests_total{{route="{_label(route)}",status="{status}"}} {count}'
        yield from _head(
            "rag_answers_total", "counter", "Answers, by outcome; not_found and not_verified are refusals."
        )
        for outcome, count in sorted(self._answers.items()):
            yield f'rag_answers_total{{outcome="{_label(outcome)}"}} {count}'
        yield from _head("rag_answer_seconds", "histogram", "Seconds from a question to its whole answer.")
        for bucket in BUCKETS:
            yield f'rag_answer_seconds_bucket{{le="{bucket}"}} {self._slower[bucket]}'
        total = self._answers.total()
        yield f'rag_answer_seconds_bucket{{le="+Inf"}} {total}'
        yield f"rag_answer_seconds_sum {self._seconds:.6f}"
        yield f"rag_answer_seconds_count {total}"


def _told(gauges: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    for name, values in gauges.items():
        yield f"# TYPE {name} gauge"
        for label, value in values.items():
            yield f'{name}{{model="{_label(label)}"}} {value:g}' if label else f"{name} {value:g}"


def _head(name: str, kind: str, words: str) -> Iterator[str]:
    yield f"# HELP {name} {words}"
    yield f"# TYPE {name} {kind}"


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
