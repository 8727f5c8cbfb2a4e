"""Measures the default generator beside transformers' own path: load, first token, tokens a second, same words.

python -m benchmarks.generation [--prompts 50] [--rounds 5] [--threads 2] [--skip-gguf]

The peer reads the same GGUF file with transformers and calls its `generate` (greedy, float32, whole prompt each time), with
the same low-rank change added, so that both have to write the same words. Prints medians, and ratios to the peer.
"""

from __future__ import annotations

import argparse
import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from rag import models
from rag.generate import MAX_NEW_TOKENS, TransformersGenerator
from rag.prompt import grounded_messages
from rag.types import Evidence, Message, Passage

SEED = 20
PLACES = ["mill", "bridge", "library", "harbour", "school", "theatre", "observatory", "market hall"]
PEOPLE = ["Ada Holm", "John Adair", "Mary Teller", "Ivan Petrov", "Lucia Conti", "Peter Voss"]
TOWNS = ["Easton", "Norrby", "Valdora", "Kesten", "Port Lane", "Amberfield"]


@dataclass(frozen=True, slots=True)
class Timing:
    """What one way of writing a sentence took."""

    first: float  # seconds to the first piece
    whole: float  # seconds to the last
    tokens: int
    text: str


def prompts(count: int) -> list[list[Message]]:
    """Make questions on invented places, with two sentences of evidence each."""
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
    return Timing(first, time.perf_counter() - started, _count(generator, text), text)


def transformers_own(generator: TransformersGenerator, messages: Sequence[Message]) -> Timing:
    """Write with transformers' `generate` on the same weights: the reference for the words, too."""
    import torch

    ids = torch.tensor([generator._encode(messages)])
    started, marks = time.perf_counter(), list[float]()

    class Clock:
        def put(self, value: Any) -> None:
            marks.append(time.perf_counter() - started)

        def end(self) -> None:
            pass

    made = generator._model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=MAX_NEW_TOKENS,
        do_sample=False,
        streamer=Clock(),
    )
    whole = time.perf_counter() - started
    text = generator._tokenizer.decode(made[0][ids.shape[1] :], skip_special_tokens=True)
    return Timing(marks[1], whole, _count(generator, text), text)  # marks[0] is the prompt itself


def _count(generator: TransformersGenerator, text: str) -> int:
    return len(generator._tokenizer(text, add_special_tokens=False)["input_ids"]) + 1


def seconds(work: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return median(taken)


def read_gguf() -> None:
    """Load the default model as transformers does: from the GGUF file, every time."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder, file = models.locate(models.DEFAULT_GENERATOR), models.EMBEDDED[models.DEFAULT_GENERATOR].weights
    AutoTokenizer.from_pretrained(folder, gguf_file=file, local_files_only=True)
    AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, local_files_only=True)


def show(way: str, timings: list[Timing], reference: list[Timing]) -> None:
    first, speed = median(t.first for t in timings), median(t.tokens / t.whole for t in timings)
    first_of, speed_of = median(t.first for t in reference), median(t.tokens / t.whole for t in reference)
    same = sum(a.text == b.text for a, b in zip(timings, reference, strict=True))
    print(
        f"{way:34} first token {first * 1000:7.0f} ms ({first / first_of:.2f} of the peer's)   "
        f"{speed:6.1f} tokens/s ({speed / speed_of:.2f} times)   same words {same} of {len(timings)}"
    )


def main() -> None:
    import torch

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5, help="of loading")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--skip-gguf", action="store_true", help="don't measure how long the peer takes to load")
    given = parser.parse_args()
    logging.getLogger("transformers").setLevel(logging.ERROR)
    torch.set_num_threads(given.threads)
    generator = TransformersGenerator()
    generator.load()
    loading = seconds(lambda: TransformersGenerator().load(), given.rounds)
    print(f"load, converted once               {loading:7.2f} s")
    if not given.skip_gguf:
        peer = seconds(read_gguf, given.rounds)
        print(f"load, peer                         {peer:7.2f} s   ({loading / peer:.2f} of the peer's)")
    asked = prompts(given.prompts)
    ours(generator, asked[0])  # computes the prefix
    reference, timed = [], []
    for messages in asked:  # turn about, so that a noisy minute hits both
        reference.append(transformers_own(generator, messages))
        timed.append(ours(generator, messages))
    show("transformers generate, float32", reference, reference)
    show("ours, float32", timed, reference)
    generator._model.to(torch.bfloat16)
    generator._prefix = ([], None)
    ours(generator, asked[0])
    show("ours, bfloat16", [ours(generator, messages) for messages in asked], reference)


if __name__ == "__main__":
    main()
