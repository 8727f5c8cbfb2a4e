"""Makes web pages that are designed to harm."""

from __future__ import annotations

from tests.bombs.made import file

TRUE = "<p>The mill closed in 1962 and its wheel still turns.</p>"


def page(body: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body>{body}</body></html>"


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
PAGES = (
    file("depth-200-thousand.html", lambda: page("<div>" * 200_000 + TRUE), "nests too deeply"),
    file("line-45-megabytes.html", lambda: page(f"<p>{'word ' * 9_000_000}</p>"), "holds more than|takes", heavy=True),
    file("too-large.html", lambda: page(f"<p>{'word ' * 40_000_000}</p>"), "it has 200 MB, more than the 50 MB", heavy=True),
    file("attributes-1-million.html", lambda: page(f"<p {' '.join(f'a{n}=1' for n in range(1_000_000))}>x</p>{TRUE}"),
         "read|it is not HTML|takes", heavy=True),
    file("comment-without-end.html", lambda: page(TRUE + "<!--" + "x" * 1_000_000), "read"),
    file("entities.html", lambda: page(TRUE + "&amp;&lt;&#x41;&nosuch;" * 200_000), "read"),
    file("billion-laughs.xml", lambda: f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]><x>&l9;</x>', "declares XML entities"),
    file("base-elsewhere.html", lambda: page(TRUE, '<base href="http://evil.test/"><link rel=stylesheet href=a.css>'), "read"),
    file("lying-charset.html", lambda: page(TRUE, '<meta charset="utf-16">').encode() + b"\xe9t\xe9", "read"),
    file("utf-7.html", lambda: page("+ADw-script+AD4-alert(1)+ADw-/script+AD4-" + TRUE, '<meta charset="utf-7">'), "read"),
    file("tables-in-tables.html", lambda: page("<table><tr><td>" * 5_000 + TRUE), "nests too deeply"),
    file("table-of-spans.html", lambda: page("<table>" + "<tr>" + '<td colspan="999999999" rowspan="999999999">x</td>' * 200
         + "</tr>" * 1 + "<tr><td>y</td></tr>" * 3_000 + "</table>" + TRUE), "read"),
)  # fmt: skip
