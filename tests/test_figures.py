from __future__ import annotations

import json
from math import log2
from pathlib import Path

import pytest

from rag import Rag, cli
from rag.evaluation.figures import evaluate, normalised, read_figures, regressions, table, token_f1
from rag.evaluation.questions import Question, made_questions, read_questions
from rag.types import Answer, Citation, Document, Hit, Passage, Sentence, Trace


def test_f1_equals_that_of_squad() -> None:
    assert token_f1("the harbour master", "Harbour master!") == 1.0
    assert token_f1("ten red boats", "two red boats") == pytest.approx(2 / 3)
    assert token_f1("nothing", "boats") == 0.0


def test_normalising_drops_case_articles_and_punctuation() -> None:
    assert normalised("The  U.S. ferry, a boat.") == "us ferry boat"


def test_figures_of_a_perfect_answer_are_perfect(rag: Rag) -> None:
    asked = [
        Question("How much does a single ticket cost?", ("14 crowns",), ("ferry.md", "news.txt")),
        Question("Who opened the new lighthouse?", (), (), scope=("ferry.md",), answerable=False),
    ]
    figures = evaluate(rag, asked)
    assert figures["questions"] == 2
    assert figures["answerable"] == 1
    for station in ("dense", "BM25", "fused", "reader"):
        for measure in ("hit@1", "hit@5", "recall@5", "recall@10", "MRR@10", "nDCG@10"):
            assert figures[f"{station} {measure}"] == 1.0
    assert figures["gold in answer"] == figures["citation precision"] == figures["citation recall"] == 1.0
    assert figures["citation spans exact"] == figures["sentences cited"] == 1.0
    assert figures["citations checked"] >= 1
    assert figures["false answers"] == figures["false refusals"] == 0.0
    assert 0 < figures["p50 ms"] <= figures["p95 ms"]


def test_a_wrong_answer_and_a_false_refusal_are_counted(rag: Rag) -> None:
    asked = [
        Question("How much does a single ticket cost?", ("99 crowns",)),
        Question("Which zeppelin visited?", ("Graf",)),
        Question("How long does the ferry take?", answerable=False),
    ]
    figures = evaluate(rag, asked)
    assert figures["gold in answer"] == figures["citation precision"] == figures["citation recall"] == 0.0
    assert figures["reader hit@5"] == figures["BM25 nDCG@10"] == 0.0
    assert figures["citation spans exact"] == 1.0
    assert figures["false refusals"] == 0.5
    assert figures["false answers"] == 1.0


A, B, C = (Passage(id, id, f"{id}.txt", text, 0, len(text)) for id, text in
           (("a", "Two boats."), ("b", "Ten red boats."), ("c", "The harbour.")))  # fmt: skip


class FixedRag:
    """Always ranks and answers the same: dense search has the gold passage third, BM25 not at all, the reader first."""

    def __init__(self) -> None:
        self.index = self
        self.passages = [A, B, C]
        self.documents = {p.source: Document(p.id, p.source, p.id, p.text) for p in self.passages}

    def rankings(self, question: str, **_: object) -> dict[str, list[Hit]]:
        return {"dense": [Hit(C, 0.9), Hit(A, 0.8), Hit(B, 0.7)], "lexical": [], "fused": [Hit(A, 0.2), Hit(B, 0.1)]}

    def ask(self, question: str, **_: object) -> Answer:
        right, wrong = Citation(1, B, B.text, 0, 14), Citation(2, A, "Too boats.", 0, 10)
        said = (Sentence("Ten red boats.", (right,), "quoted"), Sentence("Two boats sailed.", (wrong,), "supported"))
        trace = Trace(question, "answered", 0.9)
        return Answer(question, "…", said, (right, wrong), (Hit(B, 0.9), Hit(A, 0.1)), False, trace)


def test_every_figure_equals_its_value_computed_by_hand() -> None:
    figures = evaluate(FixedRag(), [Question("How many boats?", ("ten red boats",), ("b.txt",))])  # type: ignore[arg-type]
    assert [figures[f"{s} hit@1"] for s in ("dense", "BM25", "fused", "reader")] == [0, 0, 0, 1]
    assert [figures[f"{s} recall@5"] for s in ("dense", "BM25", "fused", "reader")] == [1, 0, 1, 1]
    assert [figures[f"{s} MRR@10"] for s in ("dense", "BM25", "fused", "reader")] == [pytest.approx(1 / 3), 0, 0.5, 1]
    assert figures["dense nDCG@10"] == pytest.approx(0.5)  # 1 / log2(3 + 1)
    assert figures["fused nDCG@10"] == pytest.approx(1 / log2(3))
    assert figures["gold in answer"] == 1
    assert figures["answer F1"] == pytest.approx(
        2 * 3 / (6 + 3)
    )  # "ten red boats two boats sailed" against three words
    assert figures["sentences per answer"] == 2
    assert figures["sentences worded"] == 0.5
    assert figures["citations checked"] == 2
    assert figures["citation spans exact"] == 0.5  # "Too boats." is not the text at that span
    assert figures["citation precision"] == 0.5
    assert figures["citation recall"] == figures["sentences cited"] == 1
    assert figures["false refusals"] == 0
    assert "false answers" not in figures  # no unanswerable question was asked


def test_recall_counts_every_passage_of_the_files_that_answers(rag: Rag) -> None:
    holding = [p for p in rag.index.passages if "crowns" in p.text or "ferry" in p.text.lower()]
    assert len(holding) >= 2
    figures = evaluate(rag, [Question("crowns", (), ("ferry.md", "news.txt"))])
    relevant = len(rag.index.passages)
    found = len(rag.rankings("crowns", k=10)["lexical"])
    assert figures["BM25 recall@10"] == pytest.approx(found / relevant)


def test_an_answer_is_contained_as_whole_words(rag: Rag) -> None:
    assert evaluate(rag, [Question("How much does a single ticket cost?", ("4 crowns",))])["gold in answer"] == 0.0


def test_a_file_that_is_not_indexed_is_named(rag: Rag) -> None:
    with pytest.raises(ValueError, match=r"'Who\?' names 'absent\.md', which is not in the index"):
        evaluate(rag, [Question("Who?", (), ("absent.md",))])


def test_a_regression_is_named_and_times_and_counts_are_not_compared() -> None:
    before = {
        "gold in answer": 0.9,
        "false refusals": 0.02,
        "p95 ms": 10.0,
        "questions": 5.0,
        "sentences per answer": 2.0,
    }
    after = {
        "gold in answer": 0.8,
        "false refusals": 0.10,
        "p95 ms": 900.0,
        "questions": 4.0,
        "sentences per answer": 1.0,
    }
    assert regressions(after, before) == ["false refusals 0.020 → 0.100", "gold in answer 0.900 → 0.800"]
    assert regressions(before, before) == []
    assert regressions({"gold in answer": 0.891}, {"gold in answer": 0.9}) == []


def test_the_stages_are_columns_and_the_other_figures_lines() -> None:
    figures = {"questions": 12.0, "dense hit@1": 0.5, "dense MRR@10": 0.625, "reader hit@1": 1.0, "reader MRR@10": 0.75}
    assert table(figures | {"answer F1": 0.5, "p50 ms": 81.4}).splitlines() == [
        "                          dense   reader",
        "hit@1                     0.500    1.000",
        "MRR@10                    0.625    0.750",
        "",
        "questions                    12",
        "answer F1                 0.500",
        "p50 ms                       81",
    ]


@pytest.mark.parametrize("text", ["", "[]", "[1]", '{"a": "b"}', '{"a": null}'])
def test_a_file_without_figures_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "earlier.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"earlier\.json holds no figures"):
        read_figures(file)


def test_generated_questions_ask_for_what_their_sentence_says(rag: Rag) -> None:
    made = made_questions(rag)
    assert made == made_questions(rag)
    asked = [question for question in made if question.answerable]
    assert asked
    for question in asked:
        assert any(question.answers[0] in rag.documents[source].text for source in question.gold)
        assert question.answers[0] not in question.text.split()
    for question in made:
        if not question.answerable:
            assert question.scope
            assert not set(question.scope) & {source for q in asked if q.text == question.text for source in q.gold}


def test_questions_are_read_one_per_line(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    lines = [
        {"question": "Who?", "answers": ["Ingrid"], "sources": ["a.txt"]},
        {"question": "What?", "answerable": False},
    ]
    file.write_text("\n".join(map(json.dumps, lines)) + "\n\n", encoding="utf-8")
    assert read_questions(file) == [Question("Who?", ("Ingrid",), ("a.txt",)), Question("What?", answerable=False)]


@pytest.mark.parametrize("line", ["{", '{"q": 1}', "[]", '{"question": "a", "history": [1]}'])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "Who?"}\n' + line, encoding="utf-8")
    with pytest.raises(ValueError, match=r"questions\.jsonl:2 is not a question"):
        read_questions(file)


def test_an_empty_file_says_so(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text("\n", encoding="utf-8")
    with pytest.raises(ValueError, match="holds no questions"):
        read_questions(file)


def test_the_command_saves_figures_and_exits_with_1_on_a_regression(
    rag: Rag, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "open_rag", lambda *_: rag)
    asked, saved, better = (tmp_path / name for name in ("asked.jsonl", "saved.json", "better.json"))
    asked.write_text(
        '{"question": "How much does a single ticket cost?", "answers": ["14 crowns"]}\n', encoding="utf-8"
    )
    assert not cli.app(["eval", str(asked), "--save", str(saved)], standalone_mode=False)
    assert capsys.readouterr().out.splitlines()[0].split() == ["dense", "BM25", "fused", "reader"]
    figures = json.loads(saved.read_text(encoding="utf-8"))
    assert (figures["questions"], figures["gold in answer"]) == (1, 1)
    assert not cli.app(["eval", str(asked), "--compare", str(saved)], standalone_mode=False)
    better.write_text(json.dumps(figures | {"answer F1": figures["answer F1"] + 0.1}), encoding="utf-8")
    assert cli.app(["eval", str(asked), "--compare", str(better)], standalone_mode=False) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("worse than before: answer F1 ")
