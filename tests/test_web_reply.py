"""An answer keeps its form, its markers are buttons, and the answering words are marked in the quotes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answer.reply import Statement, write
from rag.evidence import Evidence
from rag.types import Answer, Citation, Passage, Sentence, Trace
from rag.web.session.conversations import Conversation, KeptTurn
from rag.web.session.preferences import Preferences
from rag.web.view import render, sidebar
from rag.web.view.export import answer_markdown, answer_text, bare_text, file_name
from rag.web.view.naming import names
from rag.web.view.quotes import answering, quotes, summary
from rag.web.view.reply import parts, reply_html

PASSAGE = Passage("p", "d", "boats/prices.md", "The ferry costs 12 euros a head.", 0, 32, 4)


def pill(marker: int) -> str:
    return f"<b>{marker}</b>" if marker < 3 else ""


def html(text: str, *sentences: Sentence) -> str:
    return reply_html(text, sentences, pill).removeprefix('<div class="reply">').removesuffix("</div>")


def answer(text: str, *sentences: Sentence, abstained: bool = False) -> Answer:
    cited = tuple(citation for sentence in sentences for citation in sentence.citations)
    outcome = "not_found" if abstained else "answered" if sentences else "conversation"
    return Answer("How much?", text, sentences, cited, (), abstained, Trace("How much?", outcome, 0.9))


def cited(text: str, marker: int = 1, passage: Passage = PASSAGE) -> Sentence:
    return Sentence(text, (Citation(marker, passage, passage.text, 0, 32, 4),), "quoted")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("One.\nTwo [1].", '<p dir="auto">One.<br><span class="kept">Two<b>1</b>.</span></p>'),
        (
            "- a [1]\n- b [2]",
            '<ul dir="auto"><li><span class="kept">a<b>1</b></span></li><li><span class="kept">b<b>2</b></span></li></ul>',
        ),
        ("3. a [1]\n4. b", '<ol dir="auto" start="3"><li><span class="kept">a<b>1</b></span></li><li>b</li></ol>'),
        ("Run `rag <x>` **now** [9]", '<p dir="auto">Run <code>rag &lt;x&gt;</code> <strong>now</strong> [9]</p>'),
        ("# no heading", '<p dir="auto"># no heading</p>'),
        ("[a](http://x.test)", '<p dir="auto">[a](http://x.test)</p>'),
        ("\ue000forged\ue002", '<p dir="auto">forged</p>'),
    ],
)
def test_the_form_of_an_answer_is_kept_and_nothing_else_becomes_live(text: str, shown: str) -> None:
    assert html(text) == shown


def test_a_table_keeps_its_header_its_empty_corner_and_its_markers() -> None:
    shown = html("| | A | B |\n|---|---|---|\n| Price | 1 | 2 [1] |")
    assert shown.count('<th scope="col">') == 3
    assert '<tr><td>Price</td><td>1</td><td><span class="kept">2<b>1</b></span></td></tr>' in shown


def test_code_ends_at_its_fence_even_if_markers_follow() -> None:
    code = Evidence(PASSAGE, 0, 32, PASSAGE.text, 1.0, "x = a[1]\nif x < 2:", "code")
    text = write((Statement(code.text, (code,), layout="code"), Statement("Then go.", (code,)))).text
    assert [part.kind for part in parts(text)] == ["code", "paragraph", "paragraph"]
    assert "<code>x = a[1]\nif x &lt; 2:</code>" in html(text)


@pytest.mark.parametrize("fence", ["```", "````", "``````"])
def test_code_ends_only_at_a_fence_as_long_as_its_own(fence: str) -> None:
    inner = "``\nx\n``" if fence == "```" else "```\nx[1]\n```"
    shown = html(f"{fence}sh\n{inner}\n{fence}\n[2]\n\nThen go [1].")
    assert f"<code>{inner}</code>" in shown
    assert shown.endswith(
        '<p dir="auto"><span class="kept"><b>2</b></span></p><p dir="auto">Then <span class="kept">go<b>1</b>.</span></p>'
    )


def test_a_marker_between_backticks_of_two_sentences_stays_a_button() -> None:
    shown = '<p dir="auto">It`s <span class="kept">new<b>1</b>.</span> That`s <span class="kept">it<b>2</b>.</span></p>'
    assert html("It`s new [1]. That`s it [2].") == shown


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("It leaves at seven [1][2].", "seven<b>1</b><b>2</b>."),
        ("It leaves at seven [1], on Sundays not.", "seven<b>1</b>,"),
        ("It leaves (at seven [1]).", "seven<b>1</b>)."),
        ("Run `make <x>` [1].", "<code>make &lt;x&gt;</code><b>1</b>."),
        ("The fare is **12 euros** [2].", "<strong>12 euros</strong><b>2</b>."),
        (f"See {'a' * 30} [1].", f"{'a' * 20}<b>1</b>."),  # a longer word may break before its end, as without a marker
        ("船七点开 [1]。", "开<b>1</b>。"),
    ],
)
def test_a_citation_stays_on_the_line_of_the_word_before_it(text: str, kept: str) -> None:
    assert html(text).count(f'<span class="kept">{kept}</span>') == 1


def test_the_words_before_a_citation_can_break_as_usual() -> None:
    assert html("Ä & B [1]") == '<p dir="auto">Ä &amp; <span class="kept">B<b>1</b></span></p>'
    long = f"`{'x ' * 40}` [1]"
    assert html(long) == f'<p dir="auto"><code>{"x " * 40}</code><span class="kept"><b>1</b></span></p>'
    assert 'class="kept"' not in html("No such citation [9].")


def test_quoted_sentences_are_distinguished_from_worded_ones() -> None:
    worded = Sentence("It costs 12 euros.", (), "supported")
    shown = reply_html("It costs 12 euros [1]. Pay on board [2].", (worded, cited("Pay on board.", 2)), pill)
    assert shown.startswith('<div class="reply mixed">')
    assert '<span class="sentence">It costs 12 <span class="kept">euros<b>1</b>.</span></span> ' in shown
    assert '<span class="sentence quoted">Pay on <span class="kept">board<b>2</b>.</span></span>' in shown


def test_a_reply_about_the_program_is_not_a_refusal() -> None:
    shown = render.done(KeptTurn(answer("Hello! What would you like to know?"), "now"), 1)
    assert "Hello! What would you like to know?" in shown
    assert "refusal" not in shown
    assert "refusal" in render.done(KeptTurn(answer("I did not find it.", abstained=True), "now"), 1)


@pytest.mark.parametrize(
    ("said", "marked"),
    [
        ("12 euros", ["12 euros"]),
        ("No: the FERRY costs 12 euros a head.", ["The ferry costs 12 euros a head"]),
        ("A head is for what it", ["a head"]),
        ("Twelve.", []),
    ],
)
def test_the_answering_words_are_marked_in_the_quote(said: str, marked: list[str]) -> None:
    assert [PASSAGE.text[start:end] for start, end in answering(said, PASSAGE.text)] == marked


def test_quotes_are_counted_and_their_files_named() -> None:
    shown = answer("12 euros [1].", cited("12 euros."))
    assert summary(shown.citations) == "1 quote · prices.md"
    assert "The ferry costs <mark>12 euros</mark> a head." in quotes(shown, 1)
    assert quotes(answer("Hello!"), 1) == ""


def test_files_of_one_name_are_distinguished_by_as_many_folders_as_needed() -> None:
    files = ["a/2023/rules.md", "a/2024/rules.md", "b/2024/rules.md", "fees.md", "rules.md"]
    assert list(names(files).values()) == ["2023/rules.md", "a/2024/rules.md", "b/2024/rules.md", "fees.md", "rules.md"]
    assert ">2023/rules.md<" in sidebar.scope(Preferences(), files)
    earlier, later = (replace(PASSAGE, source=f"{year}/prices.md") for year in (2023, 2024))
    shown = answer("12 euros [1].\nThe ferry [2].", cited("12 euros.", 1, earlier), cited("The ferry", 2, later))
    assert summary(shown.citations) == "2 quotes · 2023/prices.md, 2024/prices.md"
    assert "<strong>2024/prices.md, page 4</strong>" in quotes(shown, 1)


def test_a_copy_names_file_and_page_and_an_export_keeps_the_form() -> None:
    shown = answer("1. Pay [1].\n2. Board [2].", cited("Pay."), cited("Board.", 2))
    assert answer_text(shown) == "1. Pay [1].\n2. Board [2].\n\n[1][2] prices.md, page 4"
    assert bare_text(shown) == "1. Pay.\n2. Board."
    assert answer_markdown(shown).splitlines()[:2] == ["1. Pay [1].", "2. Board [2]."]
    assert "sha256" not in answer_markdown(shown)


def test_an_export_is_named_by_title_and_date() -> None:
    turn = KeptTurn(answer("12 euros [1].", cited("12 euros.")), "2026-11-27T10:00:00+00:00")
    assert (
        file_name(Conversation("0" * 16, "Ferry/prices: how <much>?", (turn,)), "md")
        == "Ferry prices how much 2026-11-27.md"
    )
    assert file_name(Conversation("0" * 16, "../../x", (turn,)), "json") == "x 2026-11-27.json"
