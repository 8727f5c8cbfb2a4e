"""Compares the default generator with transformers' own `generate`: same words, speed, load time, memory.

    python -m benchmarks.generation [--prompts 50] [--rounds 5] [--threads 2] [--skip-gguf]

The peer reads the same GGUF file with transformers and calls its `generate` (greedy, float32, the whole prompt each
time) with the same LoRA adapter, so both must write the same words. Prints medians, and ratios to the peer.
"""

from __future__ import annotations

import argparse
import logging
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rag import models
from rag.answer.prompt import grounded_messages
from rag.evidence import Evidence
from rag.models.compiled import CompiledModel
from rag.models.generator import MAX_NEW_TOKENS, TransformersGenerator
from rag.models.transformers_lm import LibraryModel
from rag.types import Message, Passage

SEED = 20
PLACES = ["mill", "bridge", "library", "harbour", "school", "theatre", "observatory", "market hall"]
PEOPLE = ["Ada Holm", "John Adair", "Mary Teller", "Ivan Petrov", "Lucia Conti", "Peter Voss"]
TOWNS = ["Easton", "Norrby", "Valdora", "Kesten", "Port Lane", "Amberfield"]


@dataclass(frozen=True, slots=True)
class Timing:
    """The times of one sentence, and its text."""

    first: float  # seconds to the first piece of text
    whole: float  # seconds to the last piece
    tokens: int
    text: str


def prompts(count: int) -> list[list[Message]]:
    """Return questions about invented places, with two sentences of evidence each."""
    chance = random.Random(SEED)
    made = []
    for _ in range(count):
        place, town = chance.choice(PLACES), chance.choice(TOWNS)
        year, people = chance.randrange(1700, 1990), chance.randrange(12, 9000)
        quotes = [
            f"The {place} of {town} was built in {year} by {chance.choice(PEOPLE)}, who had come from {chance.choice(TOWNS)}.",
            f"After the repairs of {year + 20}, it was used by about {people:,} people a year, mostly in summer.",
        ]
        asked = chance.choice(
            [f"When was the {place} built?", f"Who built the {place} of {town}?", "How many people used it?"]
        )
        chance.shuffle(quotes)
        made.append(grounded_messages(asked, [_evidence(quote, f"The {place} of {town}") for quote in quotes]))
    return made


def _evidence(quote: str, heading: str) -> Evidence:
    return Evidence(Passage("p", "d", "a.txt", quote, 0, len(quote), heading=heading), 0, len(quote), quote, 1.0)


def ours(generator: TransformersGenerator, messages: Sequence[Message]) -> Timing:
    started, first, text = time.perf_counter(), 0.0, ""
    for piece in generator.generate(messages):
        first = first or time.perf_counter() - started
        text += piece
    return Timing(first, time.perf_counter() - started, len(_tokens(generator.load(), text)) + 1, text)


def transformers_own(model: LibraryModel, messages: Sequence[Message]) -> Timing:
    """Write with transformers' `generate` on the same weights; this is also the reference for the words."""
    import torch

    ids = torch.tensor([model.encode(messages)])
    started, marks = time.perf_counter(), list[float]()

    class Clock:
        def put(self, value: Any) -> None:
            marks.append(time.perf_counter() - started)

        def end(self) -> None:
            pass

    made = model.network.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=MAX_NEW_TOKENS,
        do_sample=False,
        streamer=Clock(),
    )
    whole = time.perf_counter() - started
    text = model.decode(made[0][ids.shape[1] :].tolist())
    return Timing(marks[1], whole, len(_tokens(model, text)) + 1, text)  # marks[0] is the prompt itself


def _tokens(model: CompiledModel | LibraryModel, text: str) -> list[int]:
    """Return the tokens of a generated text, without the end-of-text token."""
    return model.encode([Message("assistant", text)])[len(model.encode([Message("assistant", "")])) :]


def measured_alone(way: str) -> tuple[float, float, float]:
    """Return the seconds to load, and MB resident after loading and after one sentence, measured in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.generation", "--alone", way], capture_output=True, text=True, check=True
    )
    load, after, used = (float(figure) for figure in done.stdout.split()[-3:])
    return load, after, used


def alone(way: str) -> None:
    """Load one generator, write one sentence, and print what `measured_alone` parses."""
    logging.getLogger("transformers").setLevel(logging.ERROR)
    started = time.perf_counter()
    if way == "gguf":
        peer = read_gguf()
        load, after = time.perf_counter() - started, resident()
        transformers_own(peer, prompts(1)[0])
        print(load, after, resident())
        return
    generator = TransformersGenerator(library=way == "library")
    generator.load()
    load, after = time.perf_counter() - started, resident()
    ours(generator, prompts(1)[0])
    print(load, after, resident())


def resident() -> float:
    """Return this process's resident memory in MB; works on Linux only."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def read_gguf() -> LibraryModel:
    """Load the default model as transformers does: from the GGUF file, each time."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder, file = models.locate(models.DEFAULT_GENERATOR), models.EMBEDDED[models.DEFAULT_GENERATOR].weights
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file, local_files_only=True)
    return LibraryModel(tokenizer, AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, local_files_only=True))


def show(way: str, timings: list[Timing], reference: list[Timing]) -> None:
    first, speed = median(t.first for t in timings), median(t.tokens / t.whole for t in timings)
    ratios = [
        (a.first / b.first, a.tokens / a.whole * b.whole / b.tokens) for a, b in zip(timings, reference, strict=True)
    ]
    same = sum(a.text == b.text for a, b in zip(timings, reference, strict=True))
    print(
        f"{way:34} first token {first * 1000:7.0f} ms ({median(r[0] for r in ratios):.2f} of the peer's)   "
        f"{speed:6.1f} tokens/s ({median(r[1] for r in ratios):.2f} times)   same words {same} of {len(timings)}"
    )


def show_alone(rounds: int, *, skip_gguf: bool) -> None:
    """Print the load time and the memory of each generator."""
    ways = {"compiled": "ours, compiled", "library": "ours, transformers"}
    if not skip_gguf:
        ways["gguf"] = "transformers, from the GGUF file"
    taken = {way: [measured_alone(way) for _ in range(rounds)] for way in ways}
    for way, name in ways.items():
        load, after, used = (median(each[i] for each in taken[way]) for i in range(3))
        print(f"{name:34} load {load:6.2f} s   resident {after:6.0f} MB, {used:6.0f} MB after a sentence")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the loading test")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--skip-gguf", action="store_true", help="skip the load time of the peer")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        alone(given.alone)
        return
    import torch

    logging.getLogger("transformers").setLevel(logging.ERROR)
    torch.set_num_threads(given.threads)
    reference, compiled = TransformersGenerator(library=True), TransformersGenerator()
    asked = prompts(given.prompts)
    for generator in (reference, compiled):
        ours(generator, asked[0])  # warm-up: loads the model and computes the shared prefix
    peer = reference.load()
    assert isinstance(peer, LibraryModel)
    theirs, plain, quick = [], [], []
    for messages in asked:  # alternately, so that background load affects all of them
        theirs.append(transformers_own(peer, messages))
        plain.append(ours(reference, messages))
        quick.append(ours(compiled, messages))
    show("transformers generate, float32", theirs, theirs)
    show("ours, in transformers, float32", plain, theirs)
    show("ours, compiled", quick, theirs)
    show_alone(given.rounds, skip_gguf=given.skip_gguf)


if __name__ == "__main__":
    main()
