"""Text that a file does not show is kept but hidden: it answers no question, and the build report names the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import build
from rag.console import describe
from rag.load.formats import LOADERS
from tests.conftest import WordEncoder

SECRET = "The fee is waived for robots."
SHOWN = "The fee is 40 euros."
STYLE = (
    "<style>/* x */ .gone, p.no { display: none } #off{position:absolute;left:-9999px} .pale{color:#fefefe}"
    "@media print { .print { display: none } } .dark{background:#000;color:#fff} .tiny{font-size:.5pt} .sr{position:absolute;width:1px;height:1px;overflow:hidden}</style>"
)


def kinds(name: str, text: str) -> dict[str, str]:
    """Return the kind of each segment by its text."""
    parsed = LOADERS[name[name.rindex(".") :]](text.encode(), name)
    return {parsed.text[s.start : s.end]: s.kind for s in parsed.segments}


@pytest.mark.parametrize(
    "element",
    [
        f'<p style="display:none">{SECRET}</p>',
        f"<div hidden><p>{SECRET}</p></div>",
        f'<p style="visibility: hidden">{SECRET}</p>',
        f'<p aria-hidden="true">{SECRET}</p>',
        f'<p style="color:white">{SECRET}</p>',
        f'<p style="color:#FFFFFF !important">{SECRET}</p>',
        f'<p style="color: rgb(250, 250, 250)">{SECRET}</p>',
        f'<font color="white">{SECRET}</font>',
        f'<p style="color:transparent">{SECRET}</p>',
        f'<p style="color:rgba(0,0,0,0)">{SECRET}</p>',
        f'<p style="opacity:0">{SECRET}</p>',
        f'<p style="font-size:0.5pt">{SECRET}</p>',
        f'<p style="font-size:0">{SECRET}</p>',
        f'<p style="position:absolute; left:-5000px">{SECRET}</p>',
        f'<p style="text-indent:-9999px">{SECRET}</p>',
        f'<p style="position:absolute;clip:rect(0,0,0,0)">{SECRET}</p>',
        f'<p style="clip-path: inset(100%)">{SECRET}</p>',
        f'<div style="height:0;overflow:hidden"><p>{SECRET}</p></div>',
        f'<p class="gone">{SECRET}</p>',
        f'<p class="a no b">{SECRET}</p>',
        f'<div id="off">{SECRET}</div>',
        f'<p class="pale">{SECRET}</p>',
        f'<p class="tiny">{SECRET}</p>',
        f'<p class="sr">{SECRET}</p>',
        f'<div style="background:#112233"><p style="color:#112233">{SECRET}</p></div>',
        f'<p style="mso-hide:all">{SECRET}</p>',
        f'<table><tr><td>Fee</td><td>40</td></tr><tr style="display:none"><td>{SECRET}</td><td>0</td></tr></table>',
    ],
)
def test_what_a_page_does_not_display_is_hidden(element: str) -> None:
    found = kinds(
        "a.html", f"<html><head>{STYLE}</head><body><p>{SHOWN}</p>{element}<p>More text stands here.</p></body></html>"
    )
    hidden = [words for words, kind in found.items() if kind == "hidden"]
    assert len(hidden) == 1
    assert SECRET in hidden[0]
    assert found[SHOWN] == "paragraph"
    assert not any(SECRET in words for words, kind in found.items() if kind != "hidden")


@pytest.mark.parametrize(
    "element",
    [
        '<p class="dark">Seen.</p>',
        '<table bgcolor="#003366"><tr><td><font color="white">Seen.</font></td></tr></table>',
        '<p class="print">Seen.</p>',
        '<div style="background:url(x.png)"><p style="color:#fff">Seen.</p></div>',
        '<p style="color:#777">Seen.</p>',
        '<p style="font-size:9px">Seen.</p>',
        '<div style="font-size:0"><span style="font-size:14px">Seen.</span></div>',
        '<div style="color:#fff"><p style="color:#000">Seen.</p></div>',
        '<button aria-controls="p1">Open</button><div id="p1" style="display:none">Seen.</div>',
        '<a href="#p2">Open</a><div id="p2" aria-hidden="true">Seen.</div>',
        '<h3><button>Question</button></h3><div style="display:none">Seen.</div>',
        "<details><summary>More</summary>Seen.</details>",
        '<div style="position:absolute;left:-5px">Seen.</div>',
        '<div style="height:0">Seen.</div>',
    ],
)
def test_visible_or_expandable_text_is_not_hidden(element: str) -> None:
    found = kinds("a.html", f"<html><head>{STYLE}</head><body><p>{SHOWN}</p>{element}</body></html>")
    assert "hidden" not in found.values()
    assert any("Seen." in words for words in found)


def test_white_text_on_a_background_set_by_another_file_is_not_hidden() -> None:
    page = f'<link rel="stylesheet" href="x.css"><p>{SHOWN}</p><div class="hero"><p style="color:#fff">Seen.</p></div>'
    assert "hidden" not in kinds("a.html", page).values()


def test_a_hidden_word_does_not_split_its_sentence() -> None:
    found = kinds("a.html", f'<p>The fee is <span style="display:none">not</span> 40 euros.</p><p>{SHOWN}</p>')
    assert found == {"The fee is 40 euros.": "paragraph", "not": "hidden"}


@pytest.mark.parametrize(
    "part",
    [
        f"<!-- {SECRET} -->",
        f'<p style="display:none">{SECRET}</p>',
        f"<span hidden>{SECRET}</span>",
        f'<span style="color:white;font-size:1px">{SECRET}</span>',
    ],
)
def test_what_markdown_does_not_display_is_hidden(part: str) -> None:
    for text in (f"# Fees\n\n{SHOWN} {part}\n", f"# Fees\n\n{SHOWN}\n\n{part}\n", f"# Fees\n\n- {part} {SHOWN}\n"):
        found = kinds("a.md", text)
        hidden = [words for words, kind in found.items() if kind == "hidden"]
        assert [SECRET in words for words in hidden] == [True], text
        assert not any(SECRET in words for words, kind in found.items() if kind != "hidden")


def test_the_report_names_the_files_with_hidden_text(tmp_path: Path) -> None:
    seeds, index = tmp_path / "seeds", tmp_path / "index"
    seeds.mkdir()
    (seeds / "a.html").write_text(f'<p>{SHOWN}</p><p style="display:none">{SECRET}</p>', encoding="utf-8")
    (seeds / "b.txt").write_text("The gate is shut at nine.", encoding="utf-8")
    first = build(seeds, index, encoder=WordEncoder())
    again = build(seeds, index, encoder=WordEncoder())
    assert first.hiding == again.hiding == ("a.html",)
    assert "hidden text in 'a.html': it is kept, but not used for answers" in describe(first)
    assert first.passages == 2


HIDING = [
    '<div style="display:none">',
    "<div hidden>",
    '<section style="position:absolute; left:-5000px">',
    '<div style="clip-path: inset(100%)">',
    '<div style="color: rgb(250, 250, 250)">',
    '<div class="a" style="height:0;overflow:hidden">',
]


@pytest.mark.parametrize("tag", HIDING)
def test_blocks_of_markdown_inside_a_hidden_element_are_hidden(tag: str) -> None:
    end = f"</{tag[1:].split()[0]}>"
    inner = f"{tag}\n\n{SECRET}\n\n<div>\n\n- One more {SECRET}\n\n</div>\n\n```\nThe secret code is 12.\n```\n\n{end}"
    found = kinds("a.md", f"# Fees\n\n{SHOWN}\n\n{inner}\n\nThe rest is shown.\n")
    assert found[SHOWN] == found["The rest is shown."] == "paragraph"
    assert [kind for words, kind in found.items() if "robots" in words or "secret" in words] == ["hidden"] * 3


@pytest.mark.parametrize(
    "shown",
    [
        "Write `<div hidden>` to hide it.",
        "Write ``a ` <div hidden>`` to hide it.",
        "Write \\<div hidden> to hide it.",
        "```html\n<div hidden>\n```",
        "<img hidden> stands alone.",
        '<p style="color:white;background:black">White on black.</p>',
        '<p style="font-size:0.9em">Small.</p>',
        '<p data-hidden="1">Its name says nothing.</p>',
    ],
)
def test_what_markdown_displays_is_not_hidden(shown: str) -> None:
    found = kinds("a.md", f"# Fees\n\n{shown}\n\n{SHOWN}\n")
    assert "hidden" not in found.values()
    assert found[SHOWN] == "paragraph"


def test_an_element_that_nothing_ends_hides_its_block_or_all_below() -> None:
    inline = kinds("a.md", f"Text <span hidden>{SECRET}\n\n{SHOWN}\n")
    assert [inline[SHOWN], inline["Text"]] == ["paragraph", "paragraph"]
    assert sum(kind == "hidden" for kind in inline.values()) == 1
    assert kinds("a.md", f"{SHOWN}\n\n<div hidden>\n\n{SECRET}\n")[SECRET] == "hidden"


@pytest.mark.parametrize(
    "part",
    [
        '<g display="none"><g><text>{}</text></g></g>',
        '<g style="display: none"><text>{}</text></g>',
        '<text opacity="0">{}</text>',
        '<g opacity="0.01"><text>{}</text></g>',
        '<g visibility="hidden"><text>{}</text></g>',
        '<text fill-opacity="0">{}</text>',
        '<g fill="none"><text>{}</text></g>',
        '<style>.no {{ display: none }}</style><g class="no"><text>{}</text></g>',
        '<text>Ships <tspan visibility="hidden">{}</tspan> sail.</text>',
    ],
)
def test_what_a_drawing_does_not_show_is_hidden(part: str) -> None:
    shown = f'<g visibility="hidden" fill="none"><text visibility="visible" stroke="red">{SHOWN}</text></g>'
    found = kinds("a.svg", f'<svg xmlns="http://www.w3.org/2000/svg">{part.format(SECRET)}{shown}</svg>')
    assert (found[SECRET], found[SHOWN]) == ("hidden", "paragraph")


def paths(name: str, text: str) -> dict[str, str]:
    """Return the heading path of each segment that is not hidden by its text."""
    parsed = LOADERS[name[name.rindex(".") :]](text.encode(), name)
    return {parsed.text[s.start : s.end]: s.heading for s in parsed.segments if s.kind not in ("hidden", "noise")}


def test_a_hidden_heading_is_on_no_path_and_no_title() -> None:
    text = (
        f"<div hidden>\n\n# {SECRET}\n\n</div>\n\n# Fees <!-- {SECRET} -->here\n\n{SHOWN}\n\n"
        f"<div>\n\n## Rates <span hidden>{SECRET}</span>\n\n</div>\n\nPaid in May.\n\n"
        f'<section style="display:none">\n\n{SECRET}\n---\n\n</section>\n\nThe gate is shut.\n\n'
        f"| Boat <span hidden>{SECRET}</span> | Fee |\n|---|---|\n| Loon | 12 |\n"
    )
    found = paths("a.md", text)
    assert LOADERS[".md"](text.encode(), "a.md").title == "Fees here"
    assert found[SHOWN] == "Fees here"
    assert found["Paid in May."] == found["The gate is shut."] == "Fees here › Rates"
    assert found["| Loon | 12 |"] == "Fees here › Rates › Boat | Fee"
    page = f"<h1>Fees</h1><p>{SHOWN}</p><h2 hidden>{SECRET}</h2><p>Paid in May.</p><h2>Rates <span hidden>{SECRET}</span></h2><p>The gate is shut.</p>"
    found = paths("a.html", page)
    assert (found["Paid in May."], found["The gate is shut."]) == ("Fees", "Fees › Rates")


def test_hidden_terms_meanings_and_captions_of_a_page_are_hidden() -> None:
    terms = f"<dl><dt>Fee</dt><dd>40 <i hidden>{SECRET}</i></dd><dt hidden>Bribe</dt><dd>No.</dd><dt>Gate</dt><dd hidden>{SECRET}</dd></dl>"
    cells = "<tr><th>Boat</th><th>Fee</th></tr><tr><td>Loon</td><td>12</td></tr>"
    page = f"<p>{SHOWN}</p>{terms}<table><caption hidden>{SECRET}</caption>{cells}</table>"
    parsed = LOADERS[".html"](page.encode(), "a.html")
    assert [(s.kind, s.heading, parsed.text[s.start : s.end]) for s in parsed.segments] == [
        ("paragraph", "", SHOWN), ("row", "", "Fee: 40"), ("hidden", "", SECRET), ("paragraph", "", "No."), ("hidden", "", "Bribe"),
        ("item", "", "Gate"), ("hidden", "", SECRET), ("row", "", "Boat: Loon | Fee: 12"), ("hidden", "", SECRET),
    ]  # fmt: skip
