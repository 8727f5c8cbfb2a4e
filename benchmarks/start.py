"""Measures start times: `import rag`, `rag search`, and the page compared with the app one would write first.

    python -m benchmarks.start import [--rounds 11]   # compared with `import numpy`; lists the heavy modules loaded
    python -m benchmarks.start search [--rounds 5]    # `rag search` over seeds/: seconds, heavy modules loaded
    python -m benchmarks.start page [--rounds 3]      # warm starts, with the real models over the index of seeds/

The naive app is what the documentation of sentence-transformers, faiss, transformers and gradio shows: read an existing
index, load both models, show a ChatInterface. It can answer as soon as its page is shown. Ours shows its page first and
loads meanwhile, so it counts as ready when it has answered a question asked as soon as the page was shown; the answer
is part of that time.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import httpx

from benchmarks.web import QUESTIONS, ROOT, Visitor, served
from rag import models

HEAVY = ("torch", "transformers", "sentence_transformers", "gradio", "openvino", "faiss", "tokenizers", "rag.load")
LOADED = f"import sys; print(*(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)"
NAIVE = """
import sys
from pathlib import Path
import faiss
import gradio
from sentence_transformers import SentenceTransformer
from transformers import AutoModelForCausalLM, AutoTokenizer

folder, encoder_folder, model_folder, weights = sys.argv[1:]
texts = sorted({text.strip() for file in Path(folder, "seeds").glob("*.*") for text in file.read_text(encoding="utf-8").split("\\n\\n")})
encoder = SentenceTransformer(encoder_folder)
kept = Path(folder, "naive.faiss")
if not kept.exists():
    index = faiss.IndexFlatIP(encoder.get_embedding_dimension())
    index.add(encoder.encode(texts, normalize_embeddings=True))
    faiss.write_index(index, str(kept))
index = faiss.read_index(str(kept))
tokenizer = AutoTokenizer.from_pretrained(model_folder, gguf_file=weights)
model = AutoModelForCausalLM.from_pretrained(model_folder, gguf_file=weights)

def answer(question, history):
    rows = index.search(encoder.encode([question], normalize_embeddings=True), 4)[1][0]
    context = "\\n\\n".join(texts[row] for row in rows)
    asked = [{"role": "user", "content": f"Answer from these passages.\\n\\n{context}\\n\\nQuestion: {question}"}]
    tokens = tokenizer.apply_chat_template(asked, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    made = model.generate(**tokens, max_new_tokens=96, do_sample=False)
    return tokenizer.decode(made[0][tokens["input_ids"].shape[1]:], skip_special_tokens=True)

app = gradio.ChatInterface(answer)
_, address, _ = app.launch(prevent_thread_lock=True, quiet=True)
print(address, flush=True)
app.block_thread()
"""


def process(code: str, folder: Path = ROOT) -> tuple[float, float, str]:
    """Run Python code in a new process; return seconds by the clock and of processor time, and its last stderr line."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, used, "".join(done.stderr.splitlines()[-1:])


def imported(rounds: int) -> None:
    """Print a row for each import, measured alternately."""
    codes = {"import numpy": "import numpy", "import rag": "import rag"}
    taken = {name: [process(code) for _ in range(rounds)] for name, code in codes.items()}
    for name, each in taken.items():
        print(
            f"{name}: median {median(t[0] for t in each):.3f} s by the clock, {median(t[1] for t in each):.3f} s of processor, n={rounds}"
        )
    print(f"heavy modules loaded by it: {process(f'import rag; {LOADED}')[2] or 'none'}")


def searched(rounds: int) -> None:
    """Print the time of one `rag search`, and the heavy modules it loads."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        process(f"import rag; rag.build({str(ROOT / 'seeds')!r}, 'index')", folder)
        said = f"import atexit, sys; atexit.register(lambda: exec({LOADED!r})); sys.argv = ['rag', 'search', {QUESTIONS[2]!r}]"
        code = f"{said}; from rag.cli import main; main()"  # main exits the process itself
        taken = [process(code, folder) for _ in range(rounds)]
    print(
        f"rag search: median {median(t[0] for t in taken):.2f} s by the clock, {median(t[1] for t in taken):.2f} s of processor, n={rounds}"
    )
    print(f"heavy modules loaded by it: {taken[0][2] or 'none'}")


def pages(rounds: int) -> None:
    """Print the warm start times of both apps, measured alternately."""
    embedded = models.EMBEDDED[models.DEFAULT_GENERATOR]
    folders = [str(models.locate(name)) for name in (models.DEFAULT_ENCODER, models.DEFAULT_GENERATOR)]
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(ROOT / "seeds", Path(scratch) / "seeds")
        naive = [sys.executable, "-c", NAIVE, scratch, *folders, embedded.weights]
        ours = [sys.executable, str(ROOT / "app.py")]
        first(naive, Path(scratch)), first(ours, Path(scratch))  # build their indexes
        taken = [(first(naive, Path(scratch)), first(ours, Path(scratch))) for _ in range(rounds)]
    ready = [(theirs["page"], mine["answered"]) for theirs, mine in taken]
    for name, theirs in (("the naive app", [t for t, _ in taken]), ("ours", [o for _, o in taken])):
        print(f"{name}: " + ", ".join(f"{mark} after {median(t[mark] for t in theirs):.2f} s" for mark in theirs[0]))
    ratios = [mine / theirs for theirs, mine in ready]
    print(
        f"ready: ours takes {median(ratios):.2f} of the naive app's time ({', '.join(f'{r:.2f}' for r in sorted(ratios))})"
    )
    answers(ours, rounds)


def first(command: Sequence[str], folder: Path) -> Mapping[str, float]:
    """Start a server; return the seconds until it listens, shows its page and, if it is ours, has answered."""
    began = time.monotonic()
    with served(list(command), folder) as (process, address):
        taken = {"listening": time.monotonic() - began}
        assert "gradio_config" in httpx.get(address, follow_redirects=True).text
        taken["page"] = time.monotonic() - began
        if command[1] != "-c":
            for _ in Visitor(address).ask(QUESTIONS[2]):
                pass
            taken["answered"] = time.monotonic() - began
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    return taken


def answers(command: Sequence[str], rounds: int) -> None:
    """Print the times to the passages, the first sentence and the whole answer of a warm page."""
    seen: dict[str, list[float]] = {"passages": [], "first sentence": [], "whole answer": []}
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(ROOT / "seeds", Path(scratch) / "seeds")
        with served(list(command), Path(scratch)) as (_, address):
            for _ in Visitor(address).ask("What is in these documents?"):
                pass  # wait for the models
            for number, question in enumerate(QUESTIONS[:3] * rounds):
                visitor = Visitor(address, f"{number:016x}")  # a conversation without earlier turns
                asked, marks = time.monotonic(), {"passages": "card other", "first sentence": "data-tip-title"}
                for line in visitor.ask(question):
                    for name in [name for name, mark in marks.items() if mark in line]:
                        seen[name].append(time.monotonic() - asked)
                        del marks[name]
                seen["whole answer"].append(time.monotonic() - asked)
    for name, values in seen.items():
        print(f"{name}: median {median(values):.2f} s, at most {max(values):.2f} s, of {len(values)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for name, work, rounds in (("import", imported, 11), ("search", searched, 5), ("page", pages, 3)):
        command = commands.add_parser(name)
        command.add_argument("--rounds", type=int, default=rounds)
        command.set_defaults(work=work)
    given = parser.parse_args()
    given.work(given.rounds)


if __name__ == "__main__":
    main()
