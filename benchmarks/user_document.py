"""Asks the program about the user's own document, and compares it with a plain top-4 prompt to the same model.

    python benchmarks/user_document.py ../shared/seeds

Ours is right if the answer contains a gold word, has a citation, every citation's span is exact, and the quoted
sentence is the one that says it. Baseline: the same encoder and generator with the tutorial prompt ("answer from this
context, cite like [1]").
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from rag import Rag, build, models
from rag.models.generator import TransformersGenerator
from rag.types import Answer, Message

TOP = 4  # passages in the baseline's prompt


@dataclass(frozen=True)
class Question:
    text: str
    gold: tuple[str, ...]  # one of these must be in the answer and in a quote; empty: the document does not say it
    quote: str = ""  # words of the sentence that says it
    more: tuple[str, ...] = ()  # other wordings that people use


QUESTIONS = (
    Question(
        "Which country did KCNA list first among the countries friendly to North Korea?",
        ("Russia",),
        "at the top of the list",
        (
            "which country is number one on KCNA's list of friends of the DPRK?",
            "who does the state news agency name first among friendly countries",
        ),
    ),
    Question(
        "How many North Koreans were granted permanent asylum in Russia from 2004 to 2014?",
        ("two",),
        "permanent asylum",
        (
            "permanent asylum for North Koreans in Russia between 2004 and 2014, how many got it?",
            "how many people from North Korea got permanent asylum in Russia",
        ),
    ),
    Question(
        "When did South Korea withdraw from the Rajin-Hasan railway project?",
        ("March 2016",),
        "withdrew itself",
        (
            "when did Seoul pull out of the Rajin-Hasan railway?",
            "date of South Korea's withdrawal from the railway project",
        ),
    ),
    Question(
        "How does Siberian fuel reach North Korea?",
        ("Vladivostok",),
        "supply route linking",
        ("by which route does fuel from Siberia get to North Korea?", "route of the Siberian fuel"),
    ),
    Question("Who wrote it?", ("Ramani",), "Samuel Ramani", ("Who wrote the commentary?", "author of this article")),
    Question(
        "How many North Koreans work in Russia?",
        ("10,000",),
        "10,000 North Koreans",
        ("number of North Korean workers in Russia", "how many people from North Korea have jobs in Russia?"),
    ),
    Question(
        "Which missile defense system did Washington propose to deploy in South Korea?",
        ("THAAD",),
        "THAAD",
        (
            "what missile defence system did the US want to put in South Korea?",
            "name of the American missile shield for South Korea",
        ),
    ),
    Question(
        "Which party was expected to lose the South Korean presidential election?",
        ("Saenuri",),
        "Saenuri",
        (
            "which party will probably lose the presidential election in South Korea?",
            "likely loser of the South Korean election",
        ),
    ),
    Question("What is the capital of France?", ()),
    Question("Who won the 2018 World Cup?", ()),
    Question("How do I reset my router?", ()),
    Question("What is the population of Pyongyang?", ()),
)


def main(seeds: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = build(seeds, folder)
        print(f"{report.read} file, {report.passages} passages, {report.duplicates} duplicates folded\n")
        rag = Rag.open(folder)
        ours = [judge_ours(rag, question) for question in QUESTIONS]
        baseline = [judge_baseline(rag, question) for question in QUESTIONS]
        reworded = [judge_ours(rag, replace(q, text=text)) for q in QUESTIONS for text in q.more]
    answerable = sum(bool(question.gold) for question in QUESTIONS)
    for name, judged in (("ours", ours), ("plain top-4 prompt", baseline)):
        right = sum(ok for ok, question in zip(judged, QUESTIONS, strict=True) if question.gold)
        refused = sum(ok for ok, question in zip(judged, QUESTIONS, strict=True) if not question.gold)
        print(f"{name:<20} answered right {right}/{answerable}   refused {refused}/{len(QUESTIONS) - answerable}")
    print(f"{'ours, other wordings':<20} answered right {sum(reworded)}/{len(reworded)}")


def judge_ours(rag: Rag, question: Question) -> bool:
    answer = rag.ask(question.text)
    exact = all(rag.documents[c.passage.source].text[c.start : c.end] == c.quote for c in answer.citations)
    ok = exact and (is_right(answer, question) if question.gold else answer.abstained)
    print(f"{'ok ' if ok else 'BAD'} {question.text}  (confidence {answer.trace.confidence:.2f})")
    print(f"    {answer.text}")
    for sentence in answer.sentences:
        quotes = " | ".join(citation.quote for citation in sentence.citations)
        print(f"    {sentence.verdict}: {quotes[:160]}")
    for rejected in answer.trace.rejected:
        print(f"    rejected: {rejected}")
    return ok


def is_right(answer: Answer, question: Question) -> bool:
    said = any(word.casefold() in answer.text.casefold() for word in question.gold)
    quoted = any(question.quote in citation.quote for citation in answer.citations)
    return said and quoted and not answer.abstained


def judge_baseline(rag: Rag, question: Question) -> bool:
    context = "\n".join(f"[{n}] {hit.passage.text}" for n, hit in enumerate(rag.search(question.text, k=TOP), start=1))
    prompt = (
        f"Answer the question from the context and cite like [1].\n\nContext:\n{context}\n\nQuestion: {question.text}"
    )
    reply = "".join(BASELINE.generate([Message("user", prompt)])).strip()
    refused = any(
        word in reply.lower() for word in ("not mention", "does not", "no information", "cannot", "don't know")
    )
    ok = any(word in reply for word in question.gold) if question.gold else refused
    print(
        f"{'ok ' if ok else 'BAD'} baseline: {question.text}  citations: {reply.count('[')}\n    {' '.join(reply.split())[:300]}"
    )
    return ok


BASELINE = TransformersGenerator(models.DEFAULT_GENERATOR, adapter=None)  # the original model, without our adapter

if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/seeds"))
