"""Values have a one-line repr, and an answer is displayed in a notebook without live content from a document."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from rag.display import Note, dead, markdown
from rag.types import Answer, Citation, Document, Hit, Passage, Sentence, Trace

TEXT = 'Wine is <img src=x onerror="alert(1)"> sold [here](https://example.org) and ![there](x.png).'
PASSAGE = Passage("p", "d", "notes/wine.md", TEXT, 10, 10 + len(TEXT), page=2)
CITATION = Citation(1, PASSAGE, TEXT, 10, 10 + len(TEXT), 2)


def answered(text: str) -> Answer:
    sentence = Sentence(text, (CITATION,), "quoted")
    trace = Trace("Where is wine sold?", "answered", 0.9)
    return Answer("Where is wine sold?", text, (sentence,), (CITATION,), (Hit(PASSAGE, 0.5),), False, trace)


def test_a_repr_is_one_short_line() -> None:
    for value in (PASSAGE, Hit(PASSAGE, 0.5), CITATION, answered(50 * TEXT), Document("d", "a.md", "A", 50 * TEXT)):
        assert "\n" not in repr(value)
        assert len(repr(value)) < 200
    assert repr(Hit(PASSAGE, 0.5)).startswith("Hit(0.5000 Passage(notes/wine.md:10-")
    assert "1 cited" in repr(answered("Wine is sold [1]."))


def test_an_answer_lists_its_quotes_below_it_in_markdown() -> None:
    shown = answered("Wine is sold [1].")._repr_markdown_()
    assert shown.startswith("Wine is sold [1].\n\n1. notes/wine.md:10-")
    assert ", page 2: “Wine is" in shown


def test_a_list_and_a_table_keep_their_form_in_html() -> None:
    shown = answered("- white [1]\n- red [1]\n\n| a | b |\n|---|---|\n| 1 | 2 [1] |")._repr_html_()
    assert shown.count("<li>") == 2
    assert "<td>2 [1]</td>" in shown


def test_a_citation_expands_to_its_quote() -> None:
    shown = answered("Wine is sold [1].")._repr_html_()
    assert re.search(
        r"<details><summary>\[1\] notes/wine\.md:10-\d+, page 2</summary><blockquote[^>]*>Wine is &lt;img", shown
    )


def test_nothing_from_a_document_is_live_in_a_notebook() -> None:
    html = answered(TEXT + "\n\n[1]: https://example.org\n<script>x</script>")._repr_html_()
    assert not re.search(r"<(img|a|script)\b", html)
    markdown = answered(TEXT)._repr_markdown_()
    assert "<" not in markdown
    assert "](" not in markdown


def test_invisible_characters_of_a_document_reach_no_notebook() -> None:
    source = "no\u202etes.md"
    passage = replace(PASSAGE, source=source, text="a\x1b[2J\u202eb")
    shown = replace(answered("a\x1b[2J\u202eb [1]."), citations=(Citation(1, passage, "a\x1b[2J\u202eb", 10, 17),))
    for form in (shown._repr_html_(), shown._repr_markdown_()):
        assert not {"\x1b", "\u202e"} & set(form)
        assert "a[2Jb" in form


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://example.org", "https\\://example.org"),
        ("Ftp://x and WWW.example.org", "Ftp\\://x and WWW\\.example.org"),
        ("a@example.org", "a\\@example.org"),
        ("5 $ and 6 $", "5 \\$ and 6 \\$"),
        ("\\$x\\$", "\\\\\\$x\\\\\\$"),
        ("[a][b]", "[a]\\[b]"),
    ],
)
def test_addresses_and_formulas_of_a_document_are_text_in_markdown(text: str, shown: str) -> None:
    assert markdown(text, ()) == shown
    assert markdown("", [Note(1, "a.md", text)]) == f"1. a.md: “{shown}”"


def test_a_formula_of_a_document_is_text_in_html() -> None:
    assert answered("5 $ or 6 $")._repr_html_().startswith('<div class="tex2jax_ignore mathjax_ignore">')


def test_a_tag_behind_a_backslash_is_dead() -> None:
    assert dead("\\<img src=x>") == "\\\\\\<img src=x>"
