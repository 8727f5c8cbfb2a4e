"""A question finds its answer in documents of another language, and is answered in its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag import Rag, build
from rag.answer.draft import Draft
from rag.answer.reply import Statement
from rag.answer.summary.summary import sum_up
from rag.language.everyday import LANGUAGES, likeliest, words_in
from rag.language.gloss import in_english, in_language
from rag.language.own_words import language_of
from rag.language.spelling import Speller
from rag.language.stems import stem
from rag.language.words import words
from tests.conftest import OverlapReader, WordEncoder
from tests.situations import loaded, passages, situation


class Held:
    """The vocabulary of one text."""

    def __init__(self, text: str, language: str = "english") -> None:
        self._language = language
        self._stems = {stem(word.text.lower(), language) for word in words(text)}
        self.speller = Speller({word.text.lower(): 1 for word in words(text)})

    def knows(self, word: str) -> bool:
        return stem(word.lower(), self._language) in self._stems


@pytest.mark.parametrize(
    ("question", "english"),
    [
        ("Was kostet ein neuer Kellerschlüssel?", "What cost a new basement key?"),
        ("Wann macht der Kiosk am Montag auf?", "When open the Kiosk at the Monday?"),
        ("¿Quién es la presidenta del coro?", "Who is the chair of the choir?"),
        ("À quelle heure part le dernier bateau ?", "At what time depart the last boat?"),
        ("Combien coûte la réparation de l'ascenseur ?", "How much cost the repair of the elevator?"),
        ("Wo ist der Motor M-204 von Halvorsen?", "Where is the engine M-204 of Halvorsen?"),
    ],
)
def test_a_question_is_worded_in_the_words_that_the_documents_have(question: str, english: str) -> None:
    held = Held("basement key, repair of the elevator, depart, Halvorsen, the last boat, engine M-204")
    assert in_english(question, held) == english


@pytest.mark.parametrize("question", ["What does a key cost?", "Где ключ и что это?", "Xyzzy plugh und frotz"])
def test_other_questions_are_not_reworded(question: str) -> None:
    assert in_english(question, Held("key")) == ""


def test_an_english_question_is_worded_in_a_language_only_if_documents_have_such_words() -> None:
    held = Held("Das Öl wird jedes Jahr gewechselt, und der Filter alle zwei Jahre.", "german")
    assert in_language("How often must I change the oil?", "de", held) == "wie oft muss ich gewechselt der öl ?"
    assert in_language("How often do the elephants come?", "de", held) == ""


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("¿Puedo traer un gato?", "es"),
        ("prix du pain", "fr"),
        ("Hausmeister Telefonnummer", "de"),
        ("piano price", "en"),
    ],
)
def test_a_few_everyday_words_tell_the_language(question: str, language: str) -> None:
    assert language_of(question) == language


def test_words_of_two_languages_alike_tell_none() -> None:
    assert likeliest(["motor", "animal"]) == ""


@pytest.fixture
def house(tmp_path: Path) -> Callable[..., Rag]:
    def opened(**texts: str) -> Rag:
        (tmp_path / "seeds").mkdir()
        for name, text in texts.items():
            (tmp_path / "seeds" / f"{name}.md").write_text(text, encoding="utf-8")
        build(tmp_path / "seeds", tmp_path / "index", encoder=WordEncoder())
        return Rag.open(tmp_path / "index", encoder=WordEncoder(), reader=OverlapReader(), generator=None)

    return opened


RULES = "# Rules\n\nA dog needs the consent of the owners.\n\nThe washing machine costs two crowns a day.\n"


def test_a_german_question_is_answered_from_an_english_document(house: Callable[..., Rag]) -> None:
    answer = house(rules=RULES).ask("Was kostet die Waschmaschine am Tag?")
    assert not answer.abstained
    assert "The washing machine costs two crowns a day" in answer.text


def test_an_english_question_is_answered_from_a_german_document(house: Callable[..., Rag]) -> None:
    german = (
        "# Anleitung\n\nDas Gerät ist nicht mit dem Motor verbunden, und die Pumpe hat ein rotes Licht.\n\n"
        "Die Maschine wird mit Öl gefüllt, das der Fahrer von dem Kapitän bekommt, den er fragt; was es kostet, ist nicht wichtig.\n"
    )
    answer = house(rules=RULES, anleitung=german).ask("Who fills the machine with oil?")
    assert "Die Maschine wird mit Öl gefüllt" in answer.text


def test_that_documents_disagree_is_said_in_the_language_of_the_question() -> None:
    draft = Draft("Was kostet der Kajak?", "Was kostet der Kajak?", 1)
    draft.outcome = "disagree"
    found = situation(
        "Was kostet der Kajak?", "fact", {"a.txt": "The kayak costs 4.\n", "b.txt": "The kayak costs 5.\n"}, "4", "5"
    )
    reply = tuple(Statement(evidence.text, (evidence,)) for evidence in found.evidence)
    assert draft.answered(reply).text.startswith("Die Dokumente sagen dazu Verschiedenes.")
    assert "The documents" not in draft.answered(reply).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_everyday_word_is_words_only(language: str) -> None:
    known = words_in(language)
    assert len(known.exact) > 1_500
    assert all((phrase and all(meanings)) or meanings == ("",) for phrase, meanings in known.exact.items())


def test_a_document_without_sentences_has_no_points() -> None:
    document = loaded("costs.csv", "Item,Sum\nGas,20\nOil,30\n")
    assert sum_up("Sum up the costs", document, passages(document)) == ()
