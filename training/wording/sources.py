"""Reads the training data of the check and packs it into two files, split by title before anything else.

    python -m training.wording.sources DATA FOLDER [--written FOLDER]

`texts.jsonl.xz`: passages as sentences, with their questions, for pairs made by rule. `pairs.jsonl.xz`: (question,
context, blocks, claim) with a label, as people wrote them: CLAPNQ's answers, WiCE, BEGIN, and the project's own in this
folder.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import lzma
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rag.language.sentences import sentences
from training.data import clapnq as clapnq_examples
from training.data import part_of, plain, read_all, texts_without_labels

HERE = Path(__file__).resolve().parent
SHORTEST, LONGEST = 25, 420  # characters of a sentence
MOST_QUESTIONS = 8  # per passage
MEDQUAD_SHARE = 5  # one passage in five: there are many, and they are similar
HELD = 6  # one written document in six is held out for evaluation

Record = dict[str, Any]


def texts(root: Path, written: Path | None) -> Iterator[Record]:
    """Yield passages as {set, title, part, sentences, qa: [[question, answer, chosen sentence]]}."""
    found: dict[tuple[str, str], Record] = {}
    qa = root / "qa"
    for part in ("train", "dev"):
        for e in read_all(qa, part):
            if e.source == "clapnq":
                continue
            record = _record(found, e.source, e.title, e.passage)
            if e.answerable and e.gold and len(record["qa"]) < MOST_QUESTIONS:
                record["qa"].append(
                    [
                        e.question,
                        _answer_at(e.passage, e.gold[0]) if e.answers else "",
                        _sentence_at(e.passage, e.gold[0][0]),
                    ]
                )
    for e in clapnq_examples(qa):
        _record(found, "clapnq", e.title, e.passage)
    for title, passage in texts_without_labels(qa):
        _record(found, "plain", title, passage)
    for name in ("qed", "selqa", "qamr", "qadiscourse", "policyqa", "medquad"):
        for line in (root / f"train/{name}.jsonl").open(encoding="utf-8"):
            _add(found, name, json.loads(line))
    yield from (r for r in found.values() if r["sentences"])
    for file in sorted(written.glob("*.jsonl")) if written else ():
        yield from _documents(file)


def _documents(file: Path) -> Iterator[Record]:
    """Yield the written documents, line by line, with their questions that have one quote."""
    for row in _rows(file):
        lines = [line.strip(" #*-\t") for line in row["text"].split("\n")]
        kept = [
            line[a:b] for line in lines for a, b in sentences(line) if SHORTEST <= b - a <= LONGEST and "|" not in line
        ]
        qa = [
            [q["q"], q["span"], s]
            for q in row["qa"]
            if q.get("span")
            for s in kept
            if len(q["quotes"]) == 1 and q["span"] in s and s[:30] in q["quotes"][0]
        ]
        if kept:
            yield {
                "set": "documents",
                "title": row["title"],
                "part": "dev" if is_held(row["id"]) else "train",
                "sentences": kept,
                "qa": qa[:24],
            }


def _rows(file: Path) -> Iterator[Record]:
    for text in file.open(encoding="utf-8"):
        try:
            yield json.loads(text)
        except ValueError:
            continue  # still being written


def _add(found: dict[tuple[str, str], Record], name: str, row: Record) -> None:
    raw = row["passage"]
    if name == "medquad" and hashlib.sha256(raw.encode()).digest()[0] % MEDQUAD_SHARE:
        return
    passage = plain(raw)[:3000]
    record = _record(found, name, row["title"], passage)
    if len(record["qa"]) >= (24 if name == "qamr" else MOST_QUESTIONS) or not row["answerable"]:
        return
    answer = plain(row["answers"][0]["text"]) if row["answers"] else ""
    at = passage.find(answer) if answer else -1
    if at >= 0:
        record["qa"].append([plain(row["question"]), answer, _sentence_at(passage, at)])
    elif len(row.get("chosen", ())) == 1:
        start, end = row["sentences"][row["chosen"][0]]
        at = passage.find(plain(raw[start:end])[:40])
        if at >= 0:
            record["qa"].append([plain(row["question"]), "", _sentence_at(passage, at)])


def _record(found: dict[tuple[str, str], Record], name: str, title: str, passage: str) -> Record:
    key = (title, passage)
    if key not in found:
        split = [re.sub(r"\s+", " ", passage[a:b]).strip() for a, b in sentences(passage)]
        kept = [s for s in split if SHORTEST <= len(s) <= LONGEST]
        part = (
            part_of(title) if title else ("dev" if hashlib.sha256(passage.encode()).digest()[0] % 12 == 0 else "train")
        )
        found[key] = {"set": name, "title": title, "part": part, "sentences": kept, "qa": []}
    return found[key]


def _sentence_at(passage: str, at: int) -> str:
    return next((re.sub(r"\s+", " ", passage[a:b]).strip() for a, b in sentences(passage) if a <= at < b), "")


def _answer_at(passage: str, span: tuple[int, int]) -> str:
    return passage[slice(*span)] if span[1] - span[0] <= 120 else ""


def pairs(root: Path, written: Path | None) -> Iterator[Record]:
    """Yield pairs that people wrote."""
    yield from _clapnq(root / "qa")
    yield from _wice(root / "qa")
    yield from _begin(root / "qa")
    for file in sorted(HERE.glob("*.jsonl")):
        yield from _own(file)
    for file in sorted(written.glob("*.jsonl")) if written else ():
        yield from of_written(file)


def _pair(
    source: str, part: str, question: str, context: str, blocks: Iterable[str], claim: str, label: bool
) -> Record:
    return {
        "set": source,
        "part": part,
        "question": question,
        "context": context,
        "blocks": list(blocks),
        "claim": claim,
        "label": int(label),
    }


def _clapnq(root: Path) -> Iterator[Record]:
    for text in (root / "clapnq/answerable.jsonl").open(encoding="utf-8"):
        row = json.loads(text)
        title = row["passages"][0]["title"]
        for output in row["output"]:
            blocks = [plain(s) for s in output["selected_sentences"]]
            answer = plain(output["answer"])
            for a, b in sentences(answer):
                pair = _pair("clapnq", part_of(title), row["input"], title, blocks, answer[a:b], True)
                yield {**pair, "answer": answer[:40]}


def _dev(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % 4 == 0


def _words(text: str) -> set[str]:
    return {w for w in re.findall(r"\w+", text.lower()) if len(w) > 3}


def nearest(claim: str, found: list[str], most: int = 4) -> list[str]:
    """Return the sentences that share most words with a claim, in the order of the text."""
    meant = _words(claim)
    best = sorted(range(len(found)), key=lambda i: (-len(meant & _words(found[i])), i))[:most]
    return [found[i] for i in sorted(best)]


def _wice(root: Path) -> Iterator[Record]:
    for text in (root / "wice/dev.jsonl").open(encoding="utf-8"):
        row = json.loads(text)
        chosen = sorted({i for part in row["supporting_sentences"] for i in part})[:6]
        blocks = [row["evidence"][i] for i in chosen] or nearest(row["claim"], row["evidence"])
        yield _pair(
            "wice", "dev" if _dev(row["claim"]) else "train", "", "", blocks, row["claim"], row["label"] == "supported"
        )


def _begin(root: Path) -> Iterator[Record]:
    for file in sorted((root / "begin").rglob("*.tsv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                claim, knowledge = plain(row["response"] or ""), plain(row["knowledge"] or "")
                if claim and knowledge and len(claim) < 300:
                    label = row["begin_label"] == "Fully attributable"
                    yield _pair(
                        "begin", "dev" if _dev(knowledge) else "train", "", "", [knowledge[:1200]], claim, label
                    )


def _own(file: Path) -> Iterator[Record]:
    """Yield the project's own pairs: {"question", "context", "blocks", "right": [...], "wrong": [...]} per line."""
    for text in file.open(encoding="utf-8"):
        row = json.loads(text)
        held = hashlib.sha256(" ".join(row["blocks"]).encode()).digest()[0] % 8 == 0
        for claim, label in [*((c, True) for c in row["right"]), *((c, False) for c in row["wrong"])]:
            yield _pair(
                "own",
                "dev" if held else "train",
                row.get("question", ""),
                row.get("context", ""),
                row["blocks"],
                claim,
                label,
            )


def is_held(identifier: str) -> bool:
    """Return True if a written document is held out for evaluation."""
    return hashlib.sha256(identifier.encode()).digest()[0] % HELD == 0


MARKED = re.compile(r"\s*\[(\d+)\]")


def of_written(file: Path) -> Iterator[Record]:
    """Yield the sentences of written replies, right and false, each with the quotes it cites."""
    for row in _rows(file):
        part = "dev" if is_held(row["id"]) else "train"
        for qa in row["qa"]:
            right = list(claims(qa.get("reply", ""), len(qa["quotes"])))
            false = [c for bad in qa.get("bad", ()) for c in _as_one(bad, len(qa["quotes"]))]
            true = {claim for claim, _ in right}
            for (claim, cited), label in [
                *((c, True) for c in right),
                *((c, False) for c in false if c[0] not in true),
            ]:
                if not qa["quotes"] or "|" in claim:
                    continue
                context = _context(row, qa["quotes"][cited[0]])
                blocks = [_named_cells(row["text"], qa["quotes"][i]) for i in cited]
                record = _pair("written", part, qa["q"], context, blocks, claim, label)
                yield {**record, "kind": qa["kind"], "reply": f"{row['id']}|{qa['q']}"}


def _as_one(reply: str, quotes: int) -> list[tuple[str, list[int]]]:
    """Return a false reply as one statement, because it is unknown which of its sentences is false."""
    found = list(claims(reply, quotes))
    return [(" ".join(c for c, _ in found), sorted({i for _, cited in found for i in cited}))] if found else []


def _named_cells(text: str, quote: str) -> str:
    """Return a row of a Markdown table with its column names, as the program reads it; other quotes unchanged."""
    if not quote.startswith("|") or "\n" in quote:
        return quote
    above = text[: max(0, text.find(quote))].rstrip("\n").split("\n")
    table: list[str] = []
    while above and above[-1].startswith("|"):
        table.insert(0, above.pop())
    names, cells = ([c.strip() for c in line.strip("| ").split("|")] for line in (table[0] if table else "", quote))
    if len(table) < 2 or len(names) != len(cells):
        return quote
    return " | ".join(f"{n}: {c}" if n else c for n, c in zip(names, cells, strict=True))


def _context(row: Record, quote: str) -> str:
    """Return a document's title and the heading above a quote."""
    above = row["text"][: max(0, row["text"].find(quote))]
    headings = re.findall(r"^#+ +(.+)$", above, flags=re.MULTILINE)
    heading = headings[-1].strip() if headings else ""
    return f"{row['title']} › {heading}" if heading and heading != row["title"] else row["title"]


def claims(reply: str, quotes: int) -> Iterator[tuple[str, list[int]]]:
    """Yield each statement of a reply with the numbers, from 0, of the quotes it cites; all if it cites none."""
    for line in reply.split("\n"):
        bare = re.sub(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+", "", line).strip()
        for part in re.split(r"(?<=\])[.;]?\s+(?=[A-Z“\"])|(?<=[.!?])\s+(?=[A-Z])", bare):
            cited = sorted({int(n) - 1 for n in MARKED.findall(part) if 0 < int(n) <= quotes})
            claim = MARKED.sub("", part).strip()
            if re.search(r"\w", claim):
                yield claim, cited or list(range(quotes))


def pack(rows: Iterable[Record], file: Path) -> int:
    rows = list(rows)
    with lzma.open(file, "wt", encoding="utf-8", preset=6) as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
    return len(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--written", type=Path)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    print(pack(texts(given.data, given.written), given.folder / "texts.jsonl.xz"), "texts")
    print(pack(pairs(given.data, given.written), given.folder / "pairs.jsonl.xz"), "pairs")


if __name__ == "__main__":
    main()
