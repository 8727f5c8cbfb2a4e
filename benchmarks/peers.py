"""Compares this project with LlamaIndex, LangChain, txtai and Haystack: same models, 5,000 paragraphs, 200 questions.

    python -m benchmarks.peers prepare DATA ABSTRACTS.jsonl WORK   # writes seeds, questions and models to WORK
    python -m benchmarks.peers size WORK NAME=PYTHON ...           # measures each program's virtual environment
    PYTHON benchmarks/peer_programs.py NAME WORK index    # once for each program, in its own environment
    PYTHON benchmarks/peer_programs.py NAME WORK answers
    python -m benchmarks.peers table WORK

The environments: benchmarks/requirements-peers.txt. Seeds: one file per article, from the paragraphs of SQuAD, NQ,
CLAPNQ, QED, HotpotQA and CovidQA, and of abstracts where those are too few. 100 questions are about development
articles of SQuAD and NQ in the seeds; 100 are about development articles that were left out.

A hit is a passage of the gold article that contains a gold answer with its surrounding text. A sentence's citation is
correct if the cited text contains nine of ten of the sentence's content words and every number: for us that text is the
quote, for a peer its whole passage. Refusals of a peer are recognised by their wording (REFUSES), generously.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rag import models
from rag.evaluation.figures import normalised
from rag.language.sentences import sentences
from rag.models.transformers_lm import library_model
from training import data
from training.data import Example

SEED = 11
PARAGRAPHS = 5_000
ANSWERABLE = ABSENT = 100  # questions
ANSWERED = 50  # of each kind are also answered: a peer takes about ten seconds for one
SETS = (data.squad, data.natural_questions, data.clapnq, data.qed, data.covid)
AROUND = 30  # characters around a gold answer that a hit must contain
HELD = 0.9  # share of a sentence's content words that the cited text must contain
SHORT = 4  # letters; a shorter word means nothing by itself
REFUSES = re.compile(
    r"(do(es)? not|don't|doesn't|did not|is not|isn't|are not|not) (\w+ ){0,3}?(know|mention|provid|specif|contain|state|say|include|have|find|answer|"
    r"enough|address|available|given|clear)|no (\w+ )?(information|mention|answer|evidence)|"
    r"(can ?not|can't|unable to|could not) (\w+ )?(answer|find|provide|determine|be (found|determined))|i('m| am) sorry|empty response",
    re.IGNORECASE,
)
NAMES = {
    "ours": "**this project**",
    "ours_unread": "the same, without the reader",
    "llamaindex": "LlamaIndex",
    "llamaindex_citing": "LlamaIndex, CitationQueryEngine",
    "langchain": "LangChain",
    "txtai": "txtai",
    "haystack": "Haystack",
}


def prepare(root: Path, abstracts: Path, work: Path, paragraphs: int) -> None:
    """Write the seeds, the questions and both models."""
    chance = random.Random(SEED)
    asked = [e for e in (*data.squad(root), *data.natural_questions(root)) if e.answerable and e.answers and _is_dev(e)]
    titles = sorted({e.title for e in asked})
    chance.shuffle(titles)
    left_out = frozenset(titles[::3])  # one article in three
    present, absent = (
        _drawn(asked, chance, lambda e: e.title not in left_out),
        _drawn(asked, chance, lambda e: e.title in left_out),
    )
    files = _seeds(root, abstracts, left_out, present, paragraphs)
    shutil.rmtree(work / "seeds", ignore_errors=True)
    (work / "seeds").mkdir(parents=True)
    for number, (title, texts) in enumerate(sorted(files.items())):
        (work / "seeds" / f"{_name(number, title)}").write_text("\n\n".join([title, *texts]) + "\n", encoding="utf-8")
    names = {title: _name(number, title) for number, title in enumerate(sorted(files))}
    in_turn = enumerate(zip(present, absent, strict=True))  # an interrupted run has equally many of both
    rows = [_row(e, file, n) for n, (here, gone) in in_turn for e, file in ((here, names[here.title]), (gone, ""))]
    (work / "questions.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    shutil.copytree(models.locate(models.DEFAULT_ENCODER), work / "encoder", dirs_exist_ok=True)
    plain = library_model(models.DEFAULT_GENERATOR, models.locate(models.DEFAULT_GENERATOR), adapter=None, say=print)
    plain.network.save_pretrained(work / "generator")
    plain.tokenizer.save_pretrained(work / "generator")
    print(f"{len(files)} files, {sum(map(len, files.values()))} paragraphs, {len(present)} + {len(absent)} questions")


def _is_dev(example: Example) -> bool:
    return data.part_of(example.title) == "dev"


def _drawn(asked: Sequence[Example], chance: random.Random, kept: Any) -> list[Example]:
    """Draw questions, half of them from SQuAD if there are enough."""
    mine = [e for e in asked if kept(e)]
    chance.shuffle(mine)
    first = [e for e in mine if e.source != "nq_open_oracle"][: ANSWERABLE // 2]
    found = first + [e for e in mine if e.source == "nq_open_oracle"][: ANSWERABLE - len(first)]
    chance.shuffle(found)
    return found


def _seeds(
    root: Path, abstracts: Path, left_out: frozenset[str], present: Sequence[Example], paragraphs: int
) -> dict[str, list[str]]:
    """Return the paragraphs of every article: first those asked about, then as many others as fit."""
    corpus = json.loads((root / "multihop_hipporag/hotpotqa_train_corpus.json").read_text(encoding="utf-8"))
    pairs = [
        *((e.title, e.passage) for e in present),
        *((e.title, e.passage) for read in SETS for e in read(root)),
        *data.texts_without_labels(root),
        *((title, "".join(parts).strip()) for title, parts in corpus.items()),
        *((line["title"], line["text"]) for line in map(json.loads, abstracts.open(encoding="utf-8"))),
    ]
    folded = {_folded(title) for title in left_out}
    files: dict[str, list[str]] = {}
    for title, text in [pair for pair in dict.fromkeys(pairs) if _folded(pair[0]) not in folded][:paragraphs]:
        files.setdefault(title, []).append(" ".join(text.split()))
    return files


def _folded(title: str) -> str:
    return re.sub(r"[\W_]+", " ", title).strip().casefold()


def _name(number: int, title: str) -> str:
    return f"{number:04d} {re.sub(r'[^A-Za-z0-9]+', ' ', title)[:60].strip()}.txt"


def _row(example: Example, file: str, number: int) -> dict[str, Any]:
    """Return a question; `around` has each gold answer with its surrounding text."""
    text = example.passage
    around = [text[max(0, a - AROUND) : b + AROUND] for a, b in example.gold]
    return {
        "question": example.question,
        "file": file,
        "answers": list(example.answers),
        "around": [" ".join(each.split()) for each in around],
        "answered": number < ANSWERED,
    }


def size(work: Path, given: Sequence[str]) -> None:
    """Save the MB of each program's site-packages, and of torch in it, compared with an empty environment."""
    sizes = {}
    for name, python in (each.split("=", 1) for each in given):
        code = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
        folder = Path(subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip())
        bare = sum(_bytes(path) for path in folder.iterdir() if re.match(r"(pip|setuptools|_distutils)", path.name))
        torch = sum(_bytes(path) for path in folder.glob("torch*"))
        sizes[name] = [round((_bytes(folder) - bare) / 1e6), round(torch / 1e6)]
    (work / "sizes.json").write_text(json.dumps(sizes), encoding="utf-8")
    print(sizes)


def _bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file())


def table(work: Path) -> None:
    """Print a row for each program."""
    questions = json.loads((work / "questions.json").read_text(encoding="utf-8"))
    sizes = _read(work / "sizes.json")
    print("| | install | of it torch | passages | build | one paragraph changed | search p50 | p95 | hit@1 | hit@5 |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, shown in NAMES.items():
        if (made := _read(work / f"{name}.index.json")) and "search" in made:
            print(f"| {shown} | {_found_row(made, questions, sizes.get(name))} |")
    print(
        "\n| | answer, median | gold in the answer | sentences | of them with a correct citation | absent refused | false refusals |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, shown in NAMES.items():
        if made := _read(work / f"{name}.answers.json"):
            print(f"| {shown} | {_answer_row(made, [q for q in questions if q['answered']])} |")


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _found_row(made: Mapping[str, Any], questions: Sequence[Mapping[str, Any]], held: Sequence[int] | None) -> str:
    p50, p95 = 1e3 * np.quantile(made["search"], (0.5, 0.95))
    ranks = [_rank(found, q) for found, q in zip(made["found"], questions, strict=True) if q["file"]]
    built = (f"{made['passages']:,}", f"{made['build']:.0f} s") if "build" in made else ("", "")
    changed = f"{median(made['update']):.1f} s" if "update" in made else ""
    installed = (f"{held[0]:,} MB", f"{held[1]:,} MB") if held else ("", "")
    hits = [sum(rank < k for rank in ranks) / len(ranks) for k in (1, 5)]
    return " | ".join([*installed, *built, changed, f"{p50:.0f} ms", f"{p95:.0f} ms", *(f"{hit:.2f}" for hit in hits)])


def _rank(found: Sequence[Sequence[str]], question: Mapping[str, Any]) -> float:
    """Return the rank of the first hit, from 0."""
    for rank, (file, text) in enumerate(found):
        flat = " ".join(text.split())
        if file == question["file"] and any(around in flat for around in question["around"]):
            return rank
    return float("inf")


def _answer_row(made: Sequence[Mapping[str, Any]], questions: Sequence[Mapping[str, Any]]) -> str:
    pairs = list(zip(made, questions, strict=False))
    here, gone = [(m, q) for m, q in pairs if q["file"]], [m for m, q in pairs if not q["file"]]
    gold = [_holds(m["text"], q["answers"]) for m, q in here]
    correct = [right for m, _ in pairs for right in citations(m["text"], m["cited"]) if not refuses(m["text"])]
    return " | ".join([
        f"{median(m['seconds'] for m in made):.2f} s",
        f"{np.mean(gold):.2f}",
        f"{len(correct) / max(1, sum(not refuses(m['text']) for m in made)):.1f}",
        f"{np.mean(correct) if correct else 0:.2f}",
        f"{np.mean([refuses(m['text']) for m in gone]):.2f}",
        f"{np.mean([refuses(m['text']) for m, _ in here]):.2f}",
    ])  # fmt: skip


def refuses(text: str) -> bool:
    """Return True if a text is a refusal."""
    return not text.strip() or bool(REFUSES.search(text))


def _holds(text: str, answers: Sequence[str]) -> bool:
    said = f" {normalised(text)} "
    return any(f" {normalised(answer)} " in said for answer in answers if normalised(answer))


def citations(text: str, cited: Mapping[str, str]) -> Iterator[bool]:
    """Yield for each sentence whether a text that it cites supports it; a marker of "" counts for every sentence."""
    for start, end in sentences(text):
        sentence = text[start:end]
        marks = set(re.findall(r"\[(\d+)\]", sentence)) | ({""} & cited.keys())
        said = re.sub(r"\[\d+\]|\bSource \d+:?", "", sentence)
        if any(letter.isalnum() for letter in said):
            yield any(holds(cited[mark], said) for mark in marks if mark in cited)


def holds(text: str, sentence: str) -> bool:
    """Return True if a text contains HELD of a sentence's content words, and all of its numbers."""
    there, said = set(_words(text)), _words(sentence)
    content = [word for word in said if len(word) >= SHORT]
    numbers = [word for word in said if any(map(str.isdigit, word))]
    return all(n in there for n in numbers) and sum(w in there for w in content) >= HELD * len(content)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, arguments in (("prepare", ("data", "abstracts", "work")), ("size", ("work",)), ("table", ("work",))):
        command = commands.add_parser(name)
        for argument in arguments:
            command.add_argument(argument, type=Path)
        if name == "prepare":
            command.add_argument("--paragraphs", type=int, default=PARAGRAPHS)
        if name == "size":
            command.add_argument("programs", nargs="+", help="NAME=PYTHON")
    given = parser.parse_args()
    if given.command == "prepare":
        prepare(given.data, given.abstracts, given.work, given.paragraphs)
    elif given.command == "size":
        size(given.work, given.programs)
    else:
        table(given.work)


if __name__ == "__main__":
    main()
