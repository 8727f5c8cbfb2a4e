from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag import Rag
from rag.evaluate import evaluate, normalised, regressions, table, token_f1
from rag.questions import Question, made_questions, read_questions


def test_f1_is_that_of_squad() -> None:
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
    assert figures["fused Success@1"] == figures["dense R@5"] == 1.0
    assert figures["gold in answer"] == figures["citation precision"] == figures["citation recall"] == 1.0
    assert figures["citation spans exact"] == figures["sentences cited"] == 1.0
    assert figures["citations_checked"] >= 1
    assert figures["false_answers"] == figures["false_refusals"] == 0.0


def test_a_wrong_answer_and_a_false_refusal_are_counted(rag: Rag) -> None:
    asked = [
        Question("How much does a single ticket cost?", ("99 crowns",)),
        Question("Which zeppelin visited?", ("Graf",)),
        Question("How long does the ferry take?", answerable=False),
    ]
    figures = evaluate(rag, asked)
    assert figures["gold in answer"] == 0.0
    assert figures["false_refusals"] == 0.5
    assert figures["false_answers"] == 1.0


def test_a_regression_is_named_and_times_are_not_compared() -> None:
    before = {"gold in answer": 0.9, "false_refusals": 0.02, "p95_ms": 10.0, "questions": 5.0}
    after = {"gold in answer": 0.8, "false_refusals": 0.10, "p95_ms": 900.0, "questions": 4.0}
    assert regressions(after, before) == ["false_refusals 0.020 → 0.100", "gold in answer 0.900 → 0.800"]
    assert regressions(before, before) == []


def test_the_table_has_a_line_for_each_figure() -> None:
    assert table({"questions": 12.0, "answer F1": 0.5}).splitlines() == [
        "questions                            12",
        "answer F1                         0.500",
    ]


def test_made_questions_ask_for_what_their_sentence_says(rag: Rag) -> None:
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


def test_questions_are_read_a_line_each(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    lines = [{"question": "Who?", "answers": ["Ingrid"], "sources": ["a.txt"]}, {"question": "What?", "answerable": False}]
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
