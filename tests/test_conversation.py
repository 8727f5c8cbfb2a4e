from __future__ import annotations

import re

import pytest

from rag.answer.question.intent import Intent
from rag.answer.request.conversation import count_documents, list_documents, privacy, reply
from rag.answer.request.phrasebook import SAYINGS, saying
from rag.language.lists import SMALL_TALK
from rag.language.own_words import language_of
from rag.types import Document, Turn

ASKED = [Turn("Where is the fuse box?", "In the cellar [1]."), Turn("and the key?", "At the desk [1].")]


def document(source: str, title: str = "") -> Document:
    return Document("id", source, title, "text")


def documents(*sources: str) -> dict[str, Document]:
    return {source: document(source, source.rpartition("/")[2].split(".")[0].capitalize()) for source in sources}


def said(act: str, question: str, history: list[Turn] = ASKED, **more: object) -> str:
    text = reply(Intent(act, "fact", 0.9, 1), question, history, documents=documents("a/one.md", "b/two.pdf"), **more)  # type: ignore[arg-type]
    assert text is not None
    return text


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("hello", "en"),
        ("Guten Morgen", "de"),
        ("merci beaucoup", "fr"),
        ("¿cómo estás?", "es"),
        ("xyz", "en"),
        ("", "en"),
    ],
)
def test_the_language_of_a_few_words_is_detected(question: str, language: str) -> None:
    assert language_of(question) == language


def test_a_greeting_is_returned_in_its_language() -> None:
    assert saying("greet", "good evening") == "Good evening! What would you like to know from your documents?"
    assert saying("greet", "guten Abend").startswith("Guten Abend!")
    assert saying("greet", "buenos días").startswith("¡Buenos días!")
    assert saying("bye", "au revoir") == "Au revoir, à bientôt !"
    assert saying("thanks", "danke") == "Gern geschehen! Frag einfach, wenn du mehr wissen möchtest."


@pytest.mark.parametrize("act", SAYINGS)
def test_a_reply_about_the_conversation_cites_nothing_and_is_short(act: str) -> None:
    assert set(SAYINGS[act]) == {"en", *SMALL_TALK}
    for text in SAYINGS[act].values():
        assert not re.search(r"\[\d+\]", text)
        assert len(text.split()) <= 70


def test_a_plain_yes_is_not_answered_with_you_are_welcome() -> None:
    assert said("thanks", "ok") == "All right. What else would you like to know?"


def test_documents_are_listed_by_folder_with_their_titles() -> None:
    text = list_documents(documents("contracts/lease.pdf", "contracts/loan.pdf", "notes.md"))
    assert text == "I have 3 documents in 2 folders:\n\n- **top folder** (1): Notes\n- **contracts** (2): Lease, Loan"


def test_any_number_of_documents_is_listed_in_few_words() -> None:
    many = documents(*(f"folder{n % 400}/a document number {n}.txt" for n in range(5_000)))
    text = list_documents(many)
    assert text.startswith("I have 5,000 documents in 400 folders")
    assert "more folders" in text
    assert len(text.split()) <= 200


def test_only_the_documents_of_a_folder_or_subject_are_listed() -> None:
    held = documents("contracts/lease.pdf", "contracts/loan.pdf", "garden/roses.md")
    assert list_documents(held, "which files are in the folder contracts?").startswith("I have 2 documents about that")
    assert "Roses" in list_documents(held, "do you have documents about roses?")
    assert "No document has that in its title" in list_documents(held, "do you have documents about taxes?")


def test_a_title_cannot_inject_markup_or_a_citation() -> None:
    text = list_documents({"x.md": document("x.md", "**Bold** [1] <script> `code` | row")})
    assert "[1]" not in text
    assert "<" not in text
    assert text.count("**") == 2  # of the folder


def test_documents_are_counted_by_kind() -> None:
    held = documents("a.pdf", "b.pdf", "c.md")
    assert count_documents(held) == "I have 3 documents: 2 PDF, 1 Markdown."
    assert count_documents(held, "how many PDFs are there?") == "2 of my 3 documents are PDF."
    assert count_documents({}) == "I have 0 documents."


def test_nothing_leaves_the_computer_except_to_a_named_server() -> None:
    assert privacy("SmolLM2-135M-Instruct").startswith("No, nothing is sent anywhere.")
    assert privacy(None) == privacy("SmolLM2-135M-Instruct")
    assert "big-model at https://example.org/v1" in privacy("big-model at https://example.org/v1")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("what did I ask before?", "Your last question was: “and the key?” Before that: “Where is the fuse box?”"),
        ("what was my first question?", "Your first question was: “Where is the fuse box?”"),
        ("list my questions", "You asked these questions:\n\n- Where is the fuse box?\n- and the key?"),
        (
            "what was your last answer?",
            "My last answer stands above, with its sources. Your question was: “and the key?”",
        ),
    ],
)
def test_earlier_questions_are_listed_from_the_history(question: str, text: str) -> None:
    assert said("what-did-i-ask", question) == text


def test_no_statement_of_a_document_is_repeated_without_its_citation() -> None:
    for question in ("what was your last answer?", "what did you just say?", "repeat that", "list everything so far"):
        assert "desk" not in said("what-did-i-ask", question)


def test_without_a_history_there_are_no_earlier_questions() -> None:
    assert said("what-did-i-ask", "what did I ask?", []).startswith("You have not asked me anything")
    assert said("doubt", "are you sure?", []).startswith("There is no answer yet")
    assert said("shorter", "shorter", []).startswith("There is no answer yet that I could shorten")


def test_a_doubt_is_answered_with_the_sources_of_the_answer() -> None:
    assert "rests on rules.md" in said("doubt", "that is wrong", sources=["rules.md"])
    assert said("doubt", "that is wrong").startswith("Sorry")
    assert said("doubt", "where does it say that?").startswith("My last answer rests on the passages cited under it.")


def test_a_question_about_the_documents_gets_no_reply_here() -> None:
    for act in ("ask", "summarise", "overview", "shorter", "write"):
        assert reply(Intent(act, "fact", 0.9, 1), "x", ASKED, documents={}) is None


def test_the_program_is_explained_in_steps() -> None:
    told = reply(Intent("what-can-you-do", "steps", 0, 1), "How do I add my own documents?", [], documents={})
    assert told is not None
    assert [line[:2] for line in told.splitlines()] == ["1.", "2.", "3."]
    assert reply(Intent("what-can-you-do", "list", 0, 1), "what can you do", [], documents={}) == saying(
        "what-can-you-do", "what can you do"
    )
