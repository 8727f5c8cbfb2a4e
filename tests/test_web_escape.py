"""No text of a document, a file name, a model or a question becomes live HTML, a link, an image or a form."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.display import plain
from rag.types import Answer, Citation, Document, Hit, Passage, Place, Sentence, Skipped, Trace
from rag.web import strings
from rag.web.session import examples
from rag.web.session.contents import Contents
from rag.web.session.conversations import KeptTurn
from rag.web.session.preferences import Preferences
from rag.web.view import library, render, sidebar, sources
from rag.web.view.document import place
from rag.web.view.escape import attribute, shorten, shown
from rag.web.view.explain import explain
from rag.web.view.export import answer_markdown, answer_text, bare_text, escaped
from rag.web.view.guide import guide
from rag.web.view.library_table import table
from rag.web.view.spot import Spot, spot

FETCHING = ['<img src="http://evil.test/a.png">', "<img src=x onerror=alert(1)>", '<image href="http://evil.test/a">',
            '<svg><image href="http://evil.test/a"/></svg>', '<svg onload=alert(1)>', '<video poster="http://evil.test/a">',
            '<audio src="http://evil.test/a">', '<picture><source srcset="http://evil.test/a"></picture>',
            '<table background="http://evil.test/a">', '<input type=image src="http://evil.test/a">',
            '<div style="background:url(http://evil.test/a)">', "<style>@import 'http://evil.test/a'</style>",
            '<link rel=stylesheet href="http://evil.test/a">', '<iframe src="http://evil.test">', '<object data="http://evil.test">',
            '<embed src="http://evil.test">', '<base href="http://evil.test">', '<meta http-equiv=refresh content="0;http://evil.test">',
            '<script src="http://evil.test/a.js"></script>', "<script>alert(1)</script>", '<body onload=alert(1)>']  # fmt: skip
LINKS = ["[a](http://evil.test)", "![a](http://evil.test/a.png)", "![a][b]\n\n[b]: http://evil.test", "<http://evil.test>",
         "http://evil.test", "www.evil.test", "WWW.EVIL.TEST", "mail@evil.test", '<a href="javascript:alert(1)">a</a>', "javascript:alert(1)",
         "data:text/html,<script>alert(1)</script>", "file:///etc/passwd", "\\\\evil.test\\share", "//evil.test/a"]  # fmt: skip
FORMS = [
    '<form action="http://evil.test"><input name=password></form>',
    "<button onclick=alert(1)>",
    "<textarea>",
    "<select>",
]
BREAKOUTS = ['"><img src=x>', "'><img src=x>", '" onmouseover="alert(1)', "' onfocus='alert(1)' autofocus='", "</mark></div><img src=x>",
             "<!--", "-->", "<![CDATA[", "]]>", "`${alert(1)}`", "{{value}}", "{{{value}}}", "{{#each this}}", "&lt;img src=x&gt;", "&#60;img src=x&#62;",
             "</script><img src=x>", "</title><img src=x>", "\x00<img src=x>", "<\x00img src=x>", "<img\nsrc=x>", "<IMG SRC=X>", "＜img src=x＞"]  # fmt: skip
PAYLOADS = [*FETCHING, *LINKS, *FORMS, *BREAKOUTS]

LIVE = frozenset({"img", "a", "form", "input", "textarea", "select", "script", "style", "link", "iframe", "object", "embed", "video", "audio",
                  "source", "picture", "base", "meta", "image", "body", "html", "area", "map", "template", "frame"})  # fmt: skip
OF_AN_ANSWER = frozenset(
    {"code", "strong", "p", "br", "ul", "ol", "li", "table", "pre"}
)  # elements allowed around the words of an answer
OWN_SVG = frozenset({"svg", "path"})


class Elements(HTMLParser):
    """Collects the elements that a browser would create from a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def hostile_answer(payload: str) -> Answer:
    """Return an answer with the payload in every text that can come from outside."""
    text = f"Before {payload} after."
    passage = Passage(payload, payload, f"{payload}.pdf", text, 0, len(text), 3, payload,
                      (Place(payload, 0, 5), Place(f"b{payload}", 7, 9)))  # fmt: skip
    start = text.index(payload)
    citation = Citation(1, passage, payload, start, start + len(payload), 3)
    sentences = (
        Sentence(payload, (citation,), "supported"),
        Sentence(payload, (replace(citation, marker=2),), "quoted"),
    )
    trace = Trace(payload, "answered", 0.5, {payload: {payload: 0.5}}, {payload: 3.0}, (payload,))
    other = replace(passage, id=f"other{payload}")
    return Answer(
        payload,
        payload,
        sentences,
        tuple(s.citations[0] for s in sentences),
        (Hit(passage, 1), Hit(other, 1)),
        False,
        trace,
    )


def every_page(payload: str) -> str:
    """Return everything the page would show of a hostile answer, document, file name, title and error."""
    answer = hostile_answer(payload)
    refusal = replace(answer, sentences=(), citations=(), abstained=True)
    document = Document(payload, f"{payload}.pdf", payload, answer.hits[0].passage.text)
    found = spot(answer, "c1")
    assert found is not None
    row = library.Row(payload, payload, payload, "ready", 1, 1, 1)
    return "".join([
        render.done(KeptTurn(answer, "now"), 1), render.growing(answer, 1), render.waiting(payload, 1, payload), render.done(KeptTurn(refusal, "now", notice=payload), 2),
        render.troubled(payload, 1, payload), sources.sources(answer, 1), explain(answer), sidebar.notice(payload), sidebar.progress(payload, 1, 2),
        sidebar.welcome([payload], documents=2), sidebar.empty([payload]), sidebar.follow_ups([payload]), sidebar.undoable(payload, payload), sidebar.shelf([(payload, payload)], payload, can_make=True), sidebar.scope(Preferences((payload,)), [payload, payload]), guide(answer.sentences, [payload], lambda source: "/ui/source/-/0", named=True), sidebar.conversations([("0" * 16, payload)], "local", "") .replace("<a href=\"/ui/export/", "<x href=\"/ui/export/"),
        sidebar.header(payload, payload), table([row], [payload], payload, library.Path(payload), [payload], {payload: payload}),
        place(document, found, library.Path("nowhere"), "/ui/place/local/0/1/c1").replace('<img class="page" src="/ui/place/', '<x src="/ui/place/'),
        place(None, found, library.Path("nowhere"), "/ui/place/local/0/1/c1"),
    ])  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_untrusted_text_becomes_an_element_or_an_attribute(payload: str) -> None:
    page = Elements(every_page(payload))
    harmless = Elements(every_page("harmless"))
    assert set(page.tags) <= {*harmless.tags, *OF_AN_ANSWER}
    assert not LIVE & set(page.tags)
    assert {name for name, _ in page.attributes} == {name for name, _ in harmless.attributes}
    assert not [
        name
        for name, _ in page.attributes
        if name.startswith("on") or name in ("style", "srcset", "action", "background")
    ]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_text_of_the_payload_is_still_readable(payload: str) -> None:
    body = render.answer_body(hostile_answer(payload))
    text = Text(body).text
    assert "".join(plain(payload).replace("`", "").split()) in "".join(text.split())


class Text(HTMLParser):
    """Collects the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(max_size=200))
def test_escaped_text_contains_no_markup(text: str) -> None:
    assert not re.search("[<>\"']", shown(text))
    assert not re.search("[<>\"'\n]", attribute(text))
    assert Text(f"<p>{shown(text)}</p>").text.replace("\n", "") == plain(text).replace("\n", "")


@given(st.text(max_size=300), st.lists(st.tuples(st.integers(-5, 310), st.integers(-5, 310)), max_size=4))
def test_marking_spans_changes_no_text(text: str, spans: list[tuple[int, int]]) -> None:
    html = sources.marked(text, spans)
    assert Text(html).text == plain_in_parts(text, html)
    assert html.count("<mark>") == html.count("</mark>") <= len(spans)


def plain_in_parts(text: str, html: str) -> str:
    """Return the text as shown: plain(), except that a two-character line break divided by a span counts as two."""
    shown_text = Text(html).text
    return shown_text if shown_text.replace("\n", "") == plain(text).replace("\n", "") else plain(text)


def test_the_quoted_sentence_is_marked_exactly() -> None:
    text = "One is here. Two is there. Three."
    assert sources.marked(text, [(13, 26)]) == "One is here. <mark>Two is there.</mark> Three."


def test_deceptive_characters_are_removed_and_joiners_stay() -> None:
    assert plain("invoice\u202egpj.exe") == "invoicegpj.exe"
    assert plain("a\u200bb\ufeffc\U000e0041d\x07") == "abcd"
    assert plain("می\u200cخواهم") == "می\u200cخواهم"


def test_truncation_keeps_to_the_limit_and_to_whole_words() -> None:
    assert shorten("one two three", 50) == "one two three"
    assert shorten("one two three four", 12) == "one two…"
    assert len(shorten("x" * 500, 80)) <= 80


@pytest.mark.parametrize("payload", PAYLOADS)
def test_exported_markdown_contains_nothing_live(payload: str) -> None:
    from markdown_it import MarkdownIt

    markdown = answer_markdown(hostile_answer(payload))
    html = MarkdownIt("gfm-like", {"linkify": False}).render(markdown)
    assert not LIVE & set(Elements(html).tags), html
    assert not re.search(r"(?<!\\)://|(?i:www)(?<!\\)\.", markdown)
    assert escaped("[1]") == "[1]"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_copied_answer_pasted_elsewhere_is_no_link_image_or_html(payload: str) -> None:
    from markdown_it import MarkdownIt

    for copied in (answer_text(hostile_answer(payload)), bare_text(hostile_answer(payload))):
        html = MarkdownIt("gfm-like", {"linkify": False}).render(copied)
        assert not LIVE & set(Elements(html).tags), html


def test_a_skipped_file_is_listed_with_its_reason_as_text(tmp_path: library.Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"x")
    skipped = Skipped("a.pdf", "<img src=x>")
    rows = library.rows(tmp_path, {}, Contents(skipped={skipped.source: skipped.reason}))
    html = table(rows, [], "", tmp_path, [])
    assert "&lt;img src=x&gt;" in html
    assert "img" not in Elements(html).tags


def test_examples_come_from_headings_and_prefer_questions() -> None:
    from rag.types import Segment

    text = "# Guide\n\n## How do I begin?\n\nLike this.\n\n## Storage\n"
    segments = tuple(Segment(m.start(), m.end(), "heading") for m in re.finditer(r"(?m)^#.*$", text))
    document = Document("g", "g.md", "Guide", text, segments=segments)
    assert examples.examples({"g.md": document}, 4) == ["How do I begin?", "What is said about “Storage”?"]
    assert examples.examples({}, 4) == []


def test_a_quote_that_moved_is_shown_beside_the_document_and_not_in_it(
    tmp_path: library.Path,
) -> None:
    document = Document("n", "note.md", "Note", "The mill was built in 1820. It burned down in 1911.")
    there = Spot("note.md", 0, 27, "The mill was built in 1820.")
    moved = Spot("note.md", 0, 27, "The mill was built in 1830.")
    assert strings.MOVED not in place(document, there, tmp_path, "/ui/place")
    shown_page = place(document, moved, tmp_path, "/ui/place")
    assert shown(strings.MOVED) in shown_page
    assert "<mark>The mill was built in 1830.</mark>" in shown_page
    assert "1820" not in shown_page
