"""Turns the question sets into items: a question in several wordings, with passages that answer it or almost answer it.

Sets with titles are split by article, as in `training.data`; an article of its development part is never in the
training part here. The project's own documents are in `training.reader_written`.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from rag.language.lists import FUNCTION_WORDS
from rag.language.sentences import sentences
from training import data
from training.data import Example, Part, part_of, plain

Span = tuple[int, int]
Ending = Literal["known", "none", "unknown"]  # whether the gold block contains a short answer
UNTITLED_DEV = 15  # one passage in fifteen is held out, in sets without titles
LONGEST = 1_100  # characters of a passage; longer ones are cut between sentences
LABELLED = re.compile(r"[ \t]*[^\W\d][\w .()/-]{1,30}: \S")  # a line "label: value" is a block of its own
YES_KEPT = 0.35  # share of the rule-made questions; as many are answered with no
MOST_BLOCKS = 60  # blocks per passage
SHORT = 3  # characters: shorter answers are not searched for in distractors


@dataclass(frozen=True, slots=True)
class Text:
    """A passage: its topic, text, blocks, the article it comes from, and the pool for its distractors."""

    topic: str
    text: str
    blocks: tuple[Span, ...]
    article: str
    pool: str


@dataclass(frozen=True, slots=True)
class Item:
    """A question and the known facts about its answer."""

    domain: str
    part: Part
    wordings: tuple[str, ...]  # the original first
    texts: tuple[Text, ...]  # those that answer, or (near) those that almost answer
    gold: tuple[tuple[int, int], ...] = ()  # (text, block); empty if nothing answers
    spans: tuple[
        tuple[int, int, int, int], ...
    ] = ()  # (text, block, start, end) of short answers, in characters of the text
    ending: Ending = "unknown"
    yn: str = ""  # "yes", "no"; "" if it is not a yes-no question or unknown
    loose: bool = False  # one of the gold blocks is enough
    answers: tuple[str, ...] = ()  # no distractor may contain one
    beside: tuple[Text, ...] = field(default=())  # more passages that do not answer: hard distractors


def blocks_of(text: str) -> tuple[Span, ...]:
    """Return the blocks that can be an answer: sentences, lists with their lead, table rows, questions with answers."""
    found: list[Span] = []
    for start, end in sentences(text):
        first = text.rfind("\n", 0, start) + 1
        if text.startswith("|", first):  # a row is one block, whatever its cells contain
            start, end = first, len(text) if (ends := text.find("\n", start)) < 0 else ends
            if re.match(r"\n\|?[ :]*-[\s|:-]*(?:\n|\Z)", text[end:]):
                continue  # the header of a table
        piece = text[start:end]
        if (
            (found and found[-1][1] >= end)
            or not any(c.isalnum() for c in piece)
            or re.fullmatch(r"[\s|:\-+=]+", piece)
        ):
            continue
        lines_ = [m.span() for m in re.finditer(r"[^\n]+", piece)]
        if len(lines_) > 1 and all(LABELLED.match(piece, *line) for line in lines_):
            found += [(start + a, start + b) for a, b in lines_]
            continue
        asked = found and re.search(r"\?[*_]*$", text[slice(*found[-1])])
        if asked and not piece.rstrip("*_ ").endswith("?") and start - found[-1][1] < 6:
            found[-1] = (found[-1][0], end)  # a question and the text that follows it
        else:
            found.append((start, end))
    return tuple(found[:MOST_BLOCKS])


def text_of(topic: str, text: str, article: str, pool: str) -> Text:
    return Text(topic, text, blocks_of(text), article, pool)


def overlapping(text: Text, spans: Sequence[Span]) -> list[int]:
    return [i for i, (a, b) in enumerate(text.blocks) if any(a < d and b > c for c, d in spans)]


def pieces(
    topic: str, text: str, article: str, pool: str, gold: Sequence[Span] = ()
) -> tuple[list[Text], list[list[Span]]]:
    """Split a long passage between sentences; return the parts and the gold spans of each."""
    bounds: list[Span] = []
    for start, end in sentences(text):
        if bounds and end - bounds[-1][0] <= LONGEST:
            bounds[-1] = (bounds[-1][0], end)
        else:
            bounds.append((start, end))
    made, of_each = [], []
    for start, end in bounds:
        part = text[start : min(end, start + LONGEST)]
        made.append(text_of(topic, part, article, pool))
        of_each.append([(max(a, start) - start, min(b, end) - start) for a, b in gold if a < end and b > start])
    return made, of_each


def answered(domain: str, part: Part, question: str, topic: str, text: str, gold: Sequence[Span], chance: random.Random, *,
             short: Sequence[Span] = (), answers: Sequence[str] = (), loose: bool = False, ending: Ending = "unknown",
             beside: Sequence[Text] = (), article: str = "", pool: str = "", yn: str = "") -> Item | None:  # fmt: skip
    """Return the item of a question that a passage answers; None if no block of the passage is gold."""
    texts, golds = pieces(topic, text, article or topic or text[:80], pool or domain, gold)
    _, shorts = pieces(topic, text, article, pool or domain, short)
    marked = [(i, k) for i, t in enumerate(texts) for k in overlapping(t, golds[i])]
    spans = [
        (i, k, a, b)
        for i, k in marked
        for a, b in shorts[i]
        if texts[i].blocks[k][0] <= a and b <= texts[i].blocks[k][1] and b > a
    ]
    if not marked:
        return None
    kept = tuple(sorted({i for i, _ in marked}))
    place = {i: n for n, i in enumerate(kept)}
    rest = tuple(t for i, t in enumerate(texts) if i not in place)
    return Item(
        domain, part, wordings(question, chance), tuple(texts[i] for i in kept), tuple((place[i], k) for i, k in marked),
        tuple((place[i], k, a, b) for i, k, a, b in spans), "known" if spans else ending, yn, loose, tuple(answers),
        (*rest, *beside),
    )  # fmt: skip


# --- wordings of a question ---


def wordings(question: str, chance: random.Random, more: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the question, followed by variants that people type: lower case, keywords, typing errors."""
    bare = question.strip().rstrip("?. ")
    made = [question.strip(), *more]
    made.append(keywords(bare) if chance.random() < 0.5 else bare.lower())
    made.append(mistyped(bare.lower() if chance.random() < 0.6 else question, chance))
    return tuple(dict.fromkeys(w for w in made if w))


def keywords(question: str) -> str:
    kept = [
        w for w in question.split() if w.strip("'’\",.").casefold() not in FUNCTION_WORDS - {"not", "no", "without"}
    ]
    return " ".join(kept) if len(kept) > 1 else question


def mistyped(question: str, chance: random.Random) -> str:
    """Swap, drop, double or replace a letter in one to three words of four letters or more; keep numbers."""
    tokens = question.split(" ")
    able = [i for i, w in enumerate(tokens) if len(w) > 3 and w.isalpha()]
    for i in chance.sample(able, min(len(able), chance.randint(1, 3))):
        w = tokens[i]
        at = chance.randrange(1, len(w) - 1)
        kind = chance.randrange(4)
        if kind == 0:
            w = w[:at] + w[at + 1] + w[at] + w[at + 2 :]
        elif kind == 1:
            w = w[:at] + w[at + 1 :]
        elif kind == 2:
            w = w[:at] + w[at] + w[at:]
        else:
            w = w[:at] + chance.choice("abcdefghijklmnopqrstuvwxyz") + w[at + 1 :]
        tokens[i] = w
    return " ".join(tokens)


# --- sets with titles that training.data reads ---


def known_sets(root: Path, chance: random.Random) -> Iterator[Item]:
    """Yield items of SQuAD, NQ, CLAPNQ, QED's development half, COVID-QA, and of HotpotQA."""
    examples = [e for read in data.SETS[:5] for e in read(root / "qa")]
    for e in examples:
        domain = {"squad2_cs224n": "squad", "xquad": "squad", "nq_open_oracle": "nq", "covid_qa": "covid"}.get(
            e.source, e.source
        )
        part = part_of(e.title)
        if not e.answerable:
            texts, _ = pieces(e.title, e.passage, e.title, domain)
            yield Item(f"{domain}-near", part, wordings(e.question, chance), tuple(texts))
            continue
        loose = domain == "nq"
        short = e.gold if e.answers else ()
        made = answered(domain, part, e.question, e.title, e.passage, e.gold, chance, short=short,
                        answers=e.answers, loose=loose or domain == "clapnq", article=e.title)  # fmt: skip
        if made:
            yield made
        if domain in ("squad", "nq") and part == "train":
            yield from altered(domain, e.question, e.title, e.passage, chance)
    yield from several(root, chance)


def several(root: Path, chance: random.Random) -> Iterator[Item]:
    """Yield HotpotQA's questions, which need two passages."""
    by_question: dict[str, list[Example]] = {}
    for e in data.hotpot(root / "qa"):
        by_question.setdefault(e.question, []).append(e)
    for question, same in by_question.items():
        good, bad = [e for e in same if e.gold], [e for e in same if not e.gold]
        part: Part = "dev" if any(part_of(e.title) == "dev" for e in good) else "train"
        texts = [text_of(e.title, e.passage, e.title, "hotpot") for e in good]
        gold = [(i, k) for i, (t, e) in enumerate(zip(texts, good, strict=True)) for k in overlapping(t, e.gold)]
        beside = tuple(text_of(e.title, e.passage, e.title, "hotpot") for e in bad)
        if gold:
            yield Item("hotpot", part, wordings(question, chance), tuple(texts), tuple(gold), beside=beside)


NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")


def altered(domain: str, question: str, topic: str, passage: str, chance: random.Random) -> Iterator[Item]:
    """Yield the question with a number changed to one that is not in the passage, or a name swapped."""
    numbers = list(NUMBER.finditer(question))
    texts = tuple(pieces(topic, passage, topic, domain)[0])
    if numbers and chance.random() < 0.7:
        old = chance.choice(numbers)
        new = "".join(chance.choice("0123456789") if c.isdigit() and i > old.group()[:2].isdigit() * 1 else c
                      for i, c in enumerate(old.group()))  # fmt: skip
        if new not in passage and new != old.group():
            yield Item(
                f"{domain}-altered",
                "train",
                wordings(question[: old.start()] + new + question[old.end() :], chance),
                texts,
            )
    elif chance.random() < 0.35:
        swapped = swap(question, passage, chance)
        if swapped:
            yield Item(f"{domain}-altered", "train", wordings(swapped, chance), texts)


def swap(question: str, passage: str, chance: random.Random) -> str | None:
    """Return a different question: one of its names or numbers is replaced by another from the passage."""
    pattern = re.compile(r"\b\d[\d,]*\b|\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
    mine = [m for m in pattern.finditer(question) if m.start() > 0]
    if not mine:
        return None
    old = chance.choice(mine)
    others: Sequence[str] = sorted(
        {m.group() for m in pattern.finditer(passage) if m.group().isdigit() == old.group().isdigit() and m.start() > 0}
        - {m.group() for m in mine}
    )
    others = [o for o in others if o.casefold() not in FUNCTION_WORDS]
    return question[: old.start()] + chance.choice(others) + question[old.end() :] if others else None


# --- the sets of train/ ---


@cache
def dev_titles(root: Path) -> frozenset[str]:
    return frozenset(key(e.title) for read in data.SETS for e in read(root / "qa") if part_of(e.title) == "dev")


def key(title: str) -> str:
    return re.sub(r"[\W_]+", " ", title).strip().casefold()


def part_new(root: Path, title: str) -> Part | None:
    """Return the part of an article of the newer sets; None if it is a development article of the older ones."""
    if key(title) in dev_titles(root):
        return None
    return "dev" if hashlib.sha256(key(title).encode()).digest()[1] % UNTITLED_DEV == 0 else "train"


def lines(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def cleaned(passage: str, sentences_: Sequence[Sequence[int]]) -> tuple[str, list[Span]]:
    """Return tokenised text as prose, and the spans of its sentences."""
    parts = [plain(passage[a:b]) for a, b in sentences_]
    spans, at = [], 0
    for part in parts:
        spans.append((at, at + len(part)))
        at += len(part) + 1
    return " ".join(parts), spans


def qed_train(root: Path, chance: random.Random) -> Iterator[Item]:
    rows = lines(root / "train/qed.jsonl")
    asked = [r[0] for x in rows for r in x["refers"]]
    for x in rows:
        part = part_new(root, x["title"])
        if part is None:
            continue
        if not x["chosen"]:
            if x["sentences"] or not x["answers"]:
                continue
            text = plain(x["passage"])
            found = [m.span() for a in x["answers"][:1] for m in re.finditer(re.escape(plain(a["text"])), text)]
            made = answered("qed", part, x["question"], x["title"], text, found, chance, short=found, loose=True,
                            answers=[plain(a["text"]) for a in x["answers"]])  # fmt: skip
        else:
            text, spans = cleaned(x["passage"], x["sentences"])
            gold = [spans[i] for i in x["chosen"]]
            answers = [plain(a["text"]) for a in x["answers"]]
            short = [(m.start(), m.end()) for a in answers for m in re.finditer(re.escape(a), text)
                     if any(c <= m.start() and m.end() <= d for c, d in gold)]  # fmt: skip
            made = answered(
                "qed", part, x["question"], x["title"], text, gold, chance, short=short[:1], answers=answers
            )
        if made:
            yield made
        if made and part == "train" and x["refers"] and chance.random() < 0.3:
            old, new = chance.choice(x["refers"])[0], chance.choice(asked)
            question = x["question"].replace(old, new, 1)
            if old in x["question"] and new != old and key(new) not in key(text):
                yield Item("qed-altered", part, wordings(question, chance), made.texts)


def selqa(root: Path, chance: random.Random) -> Iterator[Item]:
    rows = lines(root / "train/selqa.jsonl")
    by_title: dict[str, dict[str, Any]] = {}
    for x in rows:
        by_title.setdefault(x["title"], {})[x["passage"]] = x
    for x in rows:
        part = part_new(root, x["title"])
        if part is None:
            continue
        topic = f"{x['title']} › {x['heading']}" if x["heading"] else x["title"]
        others = [y for y in by_title[x["title"]].values() if y["passage"] != x["passage"]]
        beside = [t for y in chance.sample(others, min(3, len(others)))
                  for t in pieces(f"{y['title']} › {y['heading']}", y["passage"], x["title"], "selqa")[0][:2]]  # fmt: skip
        gold = [(a, b) for i in x["chosen"] for a, b in [x["sentences"][i]]]
        made = answered(
            "selqa", part, x["question"], topic, x["passage"], gold, chance, beside=beside, article=x["title"]
        )
        if made:
            yield made


def medquad(root: Path, chance: random.Random, most: int) -> Iterator[Item]:
    """Yield questions about diseases; the distractors are about the same disease and answer another question."""
    rows = [x for x in lines(root / "train/medquad.jsonl") if len(x["passage"]) > 80]
    by_title: dict[str, list[Any]] = {}
    for x in rows:
        by_title.setdefault(x["title"], []).append(x)
    chosen = chance.sample(rows, min(most, len(rows)))
    for x in chosen:
        part = part_new(root, x["title"])
        others = [y for y in by_title[x["title"]] if y["kind"] != x["kind"] and y["passage"] != x["passage"]]
        beside = [chance.choice(pieces(y["title"], y["passage"], x["title"], "medquad")[0])
                  for y in chance.sample(others, min(3, len(others)))]  # fmt: skip
        question = re.sub(r"\s*\?+(\s*\?)*$", "?", x["question"]).replace("(are)", "").replace("  ", " ")
        text = x["passage"][: 2 * LONGEST]
        if part and len(others) and chance.random() < 0.25:
            yield Item("medquad-near", part, wordings(question, chance), tuple(beside))
            continue
        made = answered("medquad", part or "train", question, x["title"], text, [(0, len(text))], chance,
                        loose=True, ending="none", beside=beside, article=x["title"])  # fmt: skip
        if made and part:
            yield made


def policies(root: Path, chance: random.Random) -> Iterator[Item]:
    for x in lines(root / "train/policyqa.jsonl"):
        part = part_new(root, x["title"])
        spans = [(a["start"], a["start"] + len(a["text"])) for a in x["answers"] if a["start"] >= 0]
        if part is None or not spans or len(x["passage"]) > 2 * LONGEST:
            continue
        yes_no = re.match(r"(?:do|does|is|are|can|will|did|has|have)\b", x["question"], re.IGNORECASE)
        made = answered("policyqa", part, x["question"], f"{x['title']} privacy policy", x["passage"], spans, chance,
                        short=() if yes_no else spans[:1], loose=True, article=x["title"])  # fmt: skip
        if made:
            yield made


def untitled(root: Path, name: str, most: int, chance: random.Random) -> Iterator[Item]:
    """Yield questions about single sentences (QAMR, QADiscourse), beside two or three other sentences of the set."""
    rows = lines(root / f"train/{name}.jsonl")
    passages = sorted({x["passage"] for x in rows})
    shown = {p: plain(p.replace("\\'", "'")) for p in passages}
    chosen = chance.sample(rows, min(most, len(rows)))
    around = {
        p: (chance.sample(passages, chance.randint(0, 2)), chance.sample(passages, chance.randint(0, 2)))
        for p in passages
    }
    for x in chosen:
        p = x["passage"]
        part: Part = "dev" if hashlib.sha256(p.encode()).digest()[2] % UNTITLED_DEV == 0 else "train"
        before, after = ([shown[q] for q in some] for some in around[p])
        text = " ".join([*before, shown[p], *after])
        start = sum(len(s) + 1 for s in before)
        answers = [plain(a["text"].replace("\\'", "'")).strip(".") for a in x["answers"]]
        short = [(start + m, start + m + len(a)) for a in answers if (m := shown[p].find(a)) >= 0 and a]
        question = plain(x["question"].replace("\\'", "'"))
        if len(question) < 10:
            continue
        made = answered(name, part, question, "", text, [(start, start + len(shown[p]))], chance, short=short[:1],
                        answers=answers, article=p[:80])  # fmt: skip
        if made:
            yield made


# --- yes-no questions made by rule ---

CLAUSE = re.compile(
    r"^(?P<who>(?:[\w’'\-]+ ){1,7}?)(?P<verb>is|are|was|were|can|must|may|has|have|had|will|should|could|would) "
    r"(?P<not>not |never |no longer )?(?P<rest>[^,;:()]{12,110}?)(?P<end>[.,;]|$)"
)
OPPOSITE = {"before": "after", "after": "before", "more": "less", "less": "more", "first": "last", "last": "first",
            "always": "never", "all": "none of", "larger": "smaller", "smaller": "larger", "north": "south",
            "south": "north", "east": "west", "west": "east", "older": "younger", "higher": "lower", "lower": "higher",
            "increase": "decrease", "increased": "decreased", "open": "closed", "closed": "open", "allowed": "forbidden",
            "forbidden": "allowed", "above": "below", "below": "above", "until": "since", "free": "charged"}  # fmt: skip


def yes_no(passages: Sequence[tuple[str, str, str]], most: int, chance: random.Random) -> Iterator[Item]:
    """Yield questions made from statements of (topic, passage, pool): unchanged, the answer is yes; changed, no."""
    made = 0
    for topic, passage, pool in chance.sample(list(passages), len(passages)):
        for start, end in chance.sample(found := sentences(passage), min(3, len(found))):
            asked = _turned(passage[start:end], topic, chance)
            if asked is None or made >= most or (asked[1] == "yes" and chance.random() > YES_KEPT):
                continue
            item = answered("yesno", "train", asked[0], topic, passage, [(start, end)], chance, yn=asked[1],
                            article=topic, pool=pool)  # fmt: skip
            if item:
                made += 1
                yield item


def _turned(sentence: str, topic: str, chance: random.Random) -> tuple[str, str] | None:
    clause = CLAUSE.match(sentence)
    if not clause or len(sentence) > 260:
        return None
    who, verb, rest = clause["who"].strip(), clause["verb"], clause["rest"].strip()
    if who.split()[0].casefold() in {"it", "he", "she", "they", "this", "these"}:
        if len(who.split()) > 1 or not topic:
            return None
        who = re.sub(r" ?\(.*?\)", "", topic)
    elif who.split()[0] in {
        "The",
        "A",
        "An",
        "Some",
        "All",
        "Most",
        "Each",
        "Every",
        "Its",
        "His",
        "Her",
        "Their",
        "In",
        "On",
        "Many",
    }:
        who = who[0].lower() + who[1:]
    if verb in ("has", "have", "had") and not re.match(r"\w+(?:ed|en|un|ought|one|ade)\b|been\b", rest):
        question = f"{'Did' if verb == 'had' else 'Does' if verb == 'has' else 'Do'} {who} have {rest}"
    else:
        question = f"{verb.capitalize()} {who} {rest}"
    reply = "no" if clause["not"] else "yes"
    changed = _changed(question, sentence, chance) if reply == "yes" and chance.random() < 0.6 else None
    return (changed or question) + "?", "no" if changed else reply


def _changed(question: str, sentence: str, chance: random.Random) -> str | None:
    numbers = list(NUMBER.finditer(question))
    if numbers:
        old = chance.choice(numbers)
        digits = "".join(chance.choice("123456789") if c.isdigit() else c for c in old.group())
        if len(old.group()) == 4 and old.group()[:2] in ("18", "19", "20"):
            digits = old.group()[:2] + digits[2:]
        return question[: old.start()] + digits + question[old.end() :] if digits not in sentence else None
    able = [w for w in question.split() if w in OPPOSITE]
    if able:
        word = chance.choice(able)
        return re.sub(rf"\b{word}\b", OPPOSITE[word], question, count=1)
    return None


# --- the project's own documents ---


# --- XQuAD in five languages, and RGB, which is used only for evaluation ---

LANGUAGES = ("en", "de", "es", "ru", "zh")


def xquad(root: Path, chance: random.Random) -> Iterator[Item]:
    """Yield questions in one language with passages in the same language, in English, or (English ones) in others."""
    read = {
        lang: json.loads((root / f"qa/xquad/xquad.{lang}.json").read_text(encoding="utf-8"))["data"]
        for lang in LANGUAGES
    }
    for asked in LANGUAGES:
        for of in LANGUAGES:
            if asked != of and "en" not in (asked, of):
                continue
            for a, b, en in zip(read[asked], read[of], read["en"], strict=True):
                part = part_of(en["title"].replace("_", " "))
                if asked == of == "en" and part == "train":
                    continue  # they are already in SQuAD
                for p, q in zip(a["paragraphs"], b["paragraphs"], strict=True):
                    for x, y in zip(p["qas"], q["qas"], strict=True):
                        spans = [(s["answer_start"], s["answer_start"] + len(s["text"])) for s in y["answers"]]
                        made = answered(f"xquad-{asked}-{of}", part, x["question"], "", q["context"], spans, chance, short=spans,
                                        answers=[s["text"] for s in y["answers"]], article=en["title"], pool=f"xquad-{of}")  # fmt: skip
                        if made:
                            yield made


def rgb(root: Path, chance: random.Random) -> Iterator[Item]:
    for x in lines(root / "qa/rgb/en_fact.json"):
        answers = x["answer"] if isinstance(x["answer"], list) else [x["answer"]]
        answers = [a for one in answers for a in (one if isinstance(one, list) else [one])]
        noise = tuple(text_of("", t, t[:60], "rgb") for t in x["negative"])
        good = [text_of("", t, t[:60], "rgb") for t in x["positive"]]
        gold = [(i, k) for i, t in enumerate(good) for k, (a, b) in enumerate(t.blocks)
                if any(one.casefold() in t.text[a:b].casefold() for one in answers)]  # fmt: skip
        if gold:
            yield Item("rgb", "dev", (x["query"],), tuple(good), tuple(gold), loose=True, beside=noise[:5])
        yield Item("rgb-noise", "dev", (x["query"],), (), beside=noise)
