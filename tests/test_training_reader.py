"""The reader's training data is right: gold where the answer is, none where it was removed or changed."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from training import reader_items as items
from training import reader_written

TABLE = "Prices:\n| Room | Price. net |\n|---|---|\n| Small | 20. Max 3 |\n| Large | 35 |\n\nQ: Is it heated?\nA: It is.\nOwner: Ada\nFloor: 4"
DOCUMENT = {
    "id": "d-15", "file": "rooms.md", "title": "Rooms",
    "text": "# Rooms\n\n| Room | Price |\n|---|---|\n| R-12 | 20 |\n| R-30 | 35 |\n\nThe hall is closed on Mondays.\n",
    "qa": [
        {"q": "What does R-12 cost?", "quotes": ["| R-12 | 20 |"], "span": "20", "yn": "", "more": ["R-12 price"]},
        {"q": "Can I use the hall on Monday?", "quotes": ["The hall is closed on Mondays."], "span": "closed", "yn": "no"},
        {"q": "Who cleans the hall?", "quotes": [], "span": "", "yn": ""},
    ],
}  # fmt: skip


def kept(folder: Path, *documents: object) -> Path:
    """Write documents in the format of training/documents."""
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    (folder / "some.jsonl").write_text(lines, encoding="utf-8")
    return folder


def test_blocks_are_rows_pairs_labels_and_sentences_and_never_a_tables_header() -> None:
    shown = [TABLE[a:b] for a, b in items.blocks_of(TABLE)]
    assert shown == [
        "Prices:", "| Small | 20. Max 3 |", "| Large | 35 |", "Q: Is it heated?\nA: It is.", "Owner: Ada", "Floor: 4",
    ]  # fmt: skip


@pytest.mark.parametrize("as_read", [False, True])
def test_the_gold_block_contains_the_quote_and_the_short_answer(as_read: bool, tmp_path: Path) -> None:
    every = list(reader_written.written(kept(tmp_path, DOCUMENT), random.Random(1)))
    made = every[3:] if as_read else every[:3]
    assert {item.part for item in every} == {"dev"}
    assert [(i.domain, i.yn, i.ending) for i in made] == [
        ("written", "", "known"), ("written", "no", "known"), ("written-absent", "", "unknown"),
    ]  # fmt: skip
    [(text, block)] = made[0].gold
    shown = made[0].texts[text].text[slice(*made[0].texts[text].blocks[block])]
    assert shown == ("Room: R-12 | Price: 20" if as_read else "| R-12 | 20 |")
    [(text, _, start, end)] = made[0].spans
    assert made[0].texts[text].text[start:end] == "20"


def test_a_question_about_a_folder_has_answers_and_distractors_from_every_file(tmp_path: Path) -> None:
    now = {
        "world": "w", "id": "w-1", "file": "now.md", "title": "Now", "text": "# Now\n\nThe hall costs 40 from May.\n",
        "qa": [{
            "q": "How dear is it?", "quotes": ["The hall costs 40 from May."], "span": "40", "yn": "",
            "also": [{"file": "mail.txt", "quotes": ["Forty it is, from May."]}],
            "outdated": [{"file": "old.md", "quotes": ["The hall costs 30."]}],
        }],
    }  # fmt: skip
    old = {
        "world": "w",
        "id": "w-2",
        "file": "old.md",
        "title": "Old",
        "text": "# Old\n\nThe hall costs 30.\n",
        "qa": [],
    }
    mail = {"world": "w", "id": "w-3", "file": "mail.txt", "title": "", "text": "Forty it is, from May.\n", "qa": []}
    [item] = reader_written.written(kept(tmp_path, now, old, mail), random.Random(1))
    assert item.domain == "world"
    gold = [item.texts[i].text[slice(*item.texts[i].blocks[k])] for i, k in item.gold]
    assert gold == ["The hall costs 40 from May.", "Forty it is, from May."]
    assert [text.text for text in item.beside] == ["The hall costs 30."]


def test_a_changed_code_is_nowhere_in_the_document() -> None:
    asked = [
        reader_written._another_code(DOCUMENT["qa"][0], DOCUMENT["text"], random.Random(seed)) for seed in range(20)
    ]
    changed = {question for question in asked if question}
    assert changed
    assert not any("R-12" in question or "R-30" in question for question in changed)


def test_keywords_keep_the_content_of_the_question() -> None:
    assert items.keywords("Where is the key for the bike shed") == "key bike shed"
    assert items.keywords("what is not covered") == "not covered"


def test_typing_errors_do_not_change_numbers_and_short_words() -> None:
    for seed in range(20):
        typed = items.mistyped("how old is error 4711 today", random.Random(seed)).split()
        assert [typed[i] for i in (0, 1, 2, 4)] == ["how", "old", "is", "4711"]


def test_a_statement_becomes_a_yes_no_question() -> None:
    chance = random.Random(3)
    asked = {items._turned("The mill was built by Ada Holm near the river.", "The mill", chance) for _ in range(9)}
    assert asked == {("Was the mill built by Ada Holm near the river?", "yes")}
    denied = items._turned("Dogs are not allowed in the garden of the inn.", "", chance)
    assert denied == ("Are Dogs allowed in the garden of the inn?", "no")


def test_low_bit_weights_are_restored_to_the_originals() -> None:
    torch = pytest.importorskip("torch")
    from training.reader_net import narrowed, widened
    from training.reader_prepare import _in_fours

    blocks = np.random.default_rng(1).integers(-8, 8, size=(4, 2, 32)).astype(np.float32)
    blocks[:, :, 0] = -8  # the largest of a block is always -8 times its factor
    value = (blocks * 0.25).reshape(4, 64)
    assert torch.equal(widened(dict(_in_fours("w", value)), "w"), torch.from_numpy(value))
    whole, factor = narrowed(value)
    assert np.abs(whole * factor.astype(np.float32) - value).max() <= 2 / 127


def test_a_swapped_question_asks_for_something_else_in_the_passage() -> None:
    passage = "The mill was built in 1820. Ada Holm owned it for years. It burned down in 1911."
    assert items.swap("Who owned the mill in 1820?", passage, random.Random(1)) == "Who owned the mill in 1911?"
