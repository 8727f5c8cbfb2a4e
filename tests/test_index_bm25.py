"""The laws of lexical search: BM25 scores equal those of bm25s, in the language of the text."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import bm25s
import numpy as np
import pytest

from rag.index import Index
from rag.index.search.bm25 import K1, B, Lexicon, Tables
from rag.index.search.posting_runs import Runs
from rag.index.search.postings import count_terms, languages_in
from rag.language.stems import stemmer
from rag.language.terms import language_of, words_of
from tests.small_index import build, held

WORDS = "river salmon trout owl mouse tower garden winter stone bridge paper engine signal market".split()


def lexicon(texts: list[str]) -> Lexicon:
    with TemporaryDirectory() as folder:
        (Path(folder) / "objects").mkdir()
        with Runs(Path(folder)) as runs:
            postings = count_terms(texts, runs)
            tables = held(postings)
            return Lexicon(Tables(tables), tables["lengths"], languages_in(postings))


def some_texts(count: int) -> list[str]:
    dice = random.Random(1)
    return [" ".join(dice.choice(WORDS) for _ in range(dice.randint(1, 30))) for _ in range(count)]


def test_scores_equal_those_of_bm25s() -> None:
    texts = some_texts(200)
    stem = stemmer("english")
    oracle = bm25s.BM25(method="lucene", k1=K1, b=B)
    oracle.index([stem(words_of(text)) for text in texts], show_progress=False)
    ours = lexicon(texts)
    for question in ("river trout", "owl", "engine signal market stone", "zebra river"):
        theirs = oracle.get_scores([word for word in stem(words_of(question)) if word in oracle.vocab_dict])
        np.testing.assert_allclose(ours.scores(question), theirs, rtol=1e-4, atol=1e-5)


def test_texts_without_a_shared_word_score_nothing() -> None:
    assert not lexicon(["a river"]).scores("zebra").any()
    assert not lexicon(["a river"]).scores("").any()
    assert len(lexicon([]).scores("river")) == 0


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("The engineers were running several experiments in this building.", "experiment run engineer"),
        ("Die Häuser der Familie wurden von den Bauern verkauft.", "Haus Bauer verkaufte"),
        ("Les maisons étaient vendues par les paysans dans une région.", "maison vendue paysan"),
        ("Студенты читали книги в большой библиотеке и не спали.", "студент книга библиотека"),
        ("北京是中国的首都，人口很多。", "中国首都"),
        ("東京は日本の首都である。", "日本の首都"),
        ("กรุงเทพเป็นเมืองหลวงของประเทศไทย", "เมืองหลวง"),
        ("대한민국의 수도는 서울이다.", "서울"),
        ("It’s the company's own café — naïve COVID-19 figures.", "covid café company"),
    ],
)
def test_words_are_found_in_other_inflections_and_scripts(text: str, question: str) -> None:
    others = ["Quite another text about the weather of this week.", "Noch ein anderer Text über das Wetter der Woche."]
    scores = lexicon([others[0], text, others[1]]).scores(question)
    assert scores.argmax() == 1
    assert scores[1] > 0


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The house is on the hill and the river is near.", "english"),
        ("Das Haus ist auf dem Hügel und der Fluss ist nicht weit.", "german"),
        ("La maison est sur la colline et la rivière est près de nous.", "french"),
        ("La casa está en la colina y el río pasa por los campos.", "spanish"),
        ("Дом стоит на холме, и река не далеко.", "russian"),
        ("Το σπίτι είναι στον λόφο.", "greek"),
        ("12 44 19.5 EUR", "english"),
    ],
)
def test_a_language_is_detected_from_its_frequent_words(text: str, language: str) -> None:
    assert language_of(words_of(text)) == language


def many_of_one_name() -> dict[str, str]:
    """Return sixty files in a folder that a code names, which none of them repeats; the last but five answers."""
    told = {f"AB-1234/{n:03}.txt": f"The committee met for the {n}th time and heard a report." for n in range(60)}
    return told | {"AB-1234/055.txt": "The weir was closed for repair.", "other.txt": "Part CD-5678 is a valve."}


def test_of_the_passages_that_only_names_tell_those_that_share_words_come_first(tmp_path: Path) -> None:
    build(tmp_path, many_of_one_name())
    index = Index.open(tmp_path)
    found = [hit.passage.source for hit in index.hits(index.naming("What does AB-1234 say about the weir?", 50))]
    assert len(found) == 50
    assert found[0] == "AB-1234/055.txt"


def test_a_code_in_the_names_of_many_documents_counts_less_than_one_in_a_single_passage(tmp_path: Path) -> None:
    build(tmp_path, many_of_one_name())
    index = Index.open(tmp_path)
    (first, second, *_) = index.hits(index.naming("Does AB-1234 mention CD-5678?", 50))
    assert first.passage.source == "other.txt"
    assert first.score > second.score
