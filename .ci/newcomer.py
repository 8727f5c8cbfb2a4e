"""Runs the first commands of the README as a new user would, and checks their output.

There are no models and no cache at the start. The answer must contain the fact from the demo documents, and cite it at
its exact position.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

RAG = str(Path(sys.executable).parent / "rag")
QUESTION, FACT = "How many North Koreans work in Russia?", "10,000"
FOREIGN = ("it/s", "%|", "Warning", "Traceback", "Loading")  # progress bars and messages of the libraries


def run(*command: str) -> str:
    """Run a command; print its time and its stderr; return its stdout."""
    started = time.perf_counter()
    done = subprocess.run([RAG, *command], capture_output=True, text=True)
    print(f"rag {' '.join(command)}: {time.perf_counter() - started:.1f} s", flush=True)
    print(done.stderr, end="", flush=True)
    if done.returncode or any(sign in done.stderr for sign in FOREIGN):
        sys.exit(f"rag {command[0]} ended with {done.returncode}, and said: {done.stderr or done.stdout}")
    return done.stdout


def check(answer: dict[str, object]) -> None:
    """Exit with an error message if the answer is wrong."""
    citations = answer["citations"]
    assert isinstance(citations, list)
    if answer["abstained"] or FACT not in str(answer["text"]):
        sys.exit(f"the answer does not hold {FACT!r}: {answer['text']}")
    if not any(FACT in citation["quote"] for citation in citations):
        sys.exit(f"no citation holds {FACT!r}: {citations}")
    for citation in citations:
        text = (Path("seeds") / citation["passage"]["source"]).read_text(encoding="utf-8")
        if text[citation["start"] : citation["end"]] != citation["quote"]:
            sys.exit(f"{citation['quote']!r} is not at {citation['start']} of {citation['passage']['source']}")


if __name__ == "__main__":
    print(run("--version"), end="")
    print(run("build", "seeds"), end="")
    check(json.loads(run("ask", QUESTION, "--json")))
    print(run("ask", QUESTION), end="")
    sys.exit(0)
