"""Texts with light markup, calendars, address books and bibliographies are read without their markup."""

from __future__ import annotations

import pytest

from rag.load.formats import LOADERS

TEX = r"""\documentclass{article}
\title{The \textsc{Mill} of Kerl\'ean} % working title
\author{R. Vey \and T. Blom}
\begin{document}
\section{Wheel}\label{w}
The wheel weighs \SI{4.2}{\tonne} and turns at \qty{9}{\per\minute}~\cite{vey}, as \emph{Table}~\ref{t} shows.\footnote{Rebuilt in 1903.}
\begin{itemize}
\item The upper gate.
\item[Lower] It stays shut.
\end{itemize}
\begin{tabular}{lr}
Gate & Flow \\ \hline
Upper & 320 \\
Lower & 95 \\
\end{tabular}
where $\rho \leq 2$.
\begin{verbatim}
mill --start
\end{verbatim}
\end{document}
"""
RST = """
=====
Ferry
=====

:Author: Harbour office

.. warning:: No crossing above 9 Bft.

Summer
------

It leaves every *40 minutes* from ``pier 3``; see :ref:`the map <map>`, :kbd:`F1` and |when|. [#f]_

.. |when| replace:: after 6 May

.. list-table::
   :header-rows: 1

   * - Ticket
     - Euro
   * - Adult
     - 7.50

Bike
   Costs extra.

.. code-block:: python

   open_gate(3)

.. unknown-thing:: Words
   :option: x

   Read anyway.

.. nobody reads this comment

.. [#f] About the tide.
"""
ADOC = """= Greenhouse
:rev: 2.1

NOTE: Version {rev} needs *24 V*.

== Codes

[options="header"]
|===
|Code |Meaning

|G-11
|Fan `M2` blocked
|===

----
ghc --reset
----

* See link:http://a.b[the shop]

Humidity:: The target is 65 %.
Heating::
Starts below 12 °C.

////
nobody reads this
////
"""
ORG = """#+TITLE: Orchard
* Trees :fruit:
** TODO [#A] Prune the quince
   DEADLINE: <2026-02-14 Sat>
   :PROPERTIES:
   :ID: 7
   :END:
   Use the *long* saw from [[file:shed.org][the shed]].
| Tree | Kilos |
|------+-------|
| Pear |    41 |
- apples :: in the cellar
"""


def said(name: str, text: str) -> list[tuple[str, str, str]]:
    """Return the segments of a file: kind, end of the heading path, text."""
    parsed = LOADERS[name[name.rindex(".") :]](text.encode(), name)
    return [(s.kind, s.heading.rpartition(" › ")[2], parsed.text[s.start : s.end]) for s in parsed.segments]


def test_latex_is_read_without_commands() -> None:
    assert said("a.tex", TEX) == [
        ("item", "The Mill of Kerléan", "Author: R. Vey; T. Blom"),
        ("heading", "Wheel", "Wheel"),
        ("paragraph", "Wheel", "The wheel weighs 4.2 t and turns at 9 /min, as Table shows. (Rebuilt in 1903.)"),
        ("item", "Wheel", "The upper gate."),
        ("item", "Wheel", "Lower: It stays shut."),
        ("row", "Wheel", "Gate: Upper | Flow: 320"),
        ("row", "Wheel", "Gate: Lower | Flow: 95"),
        ("paragraph", "Wheel", "where ρ ≤ 2."),
        ("code", "Wheel", "mill --start"),
    ]


def test_restructured_text_is_read_without_marks_and_unknown_directives_as_text() -> None:
    assert said("a.rst", RST) == [
        ("heading", "Ferry", "Ferry"),
        ("item", "Ferry", "Author: Harbour office"),
        ("paragraph", "Ferry", "Warning: No crossing above 9 Bft."),
        ("heading", "Summer", "Summer"),
        ("paragraph", "Summer", "It leaves every 40 minutes from pier 3; see the map, F1 and after 6 May."),
        ("row", "Summer", "Ticket: Adult | Euro: 7.50"),
        ("item", "Summer", "Bike: Costs extra."),
        ("code", "Summer", "open_gate(3)"),
        ("paragraph", "Summer", "Words"),
        ("paragraph", "Summer", "Read anyway."),
        ("item", "Summer", "About the tide."),
    ]


def test_asciidoc_is_read_without_marks() -> None:
    assert said("a.adoc", ADOC) == [
        ("heading", "Greenhouse", "Greenhouse"),
        ("paragraph", "Greenhouse", "Note: Version 2.1 needs 24 V."),
        ("heading", "Codes", "Codes"),
        ("row", "Codes", "Code: G-11 | Meaning: Fan M2 blocked"),
        ("code", "Codes", "ghc --reset"),
        ("item", "Codes", "See the shop"),
        ("item", "Codes", "Humidity: The target is 65 %."),
        ("item", "Codes", "Heating: Starts below 12 °C."),
    ]


def test_a_task_of_an_org_file_has_its_state_and_dates() -> None:
    assert said("a.org", ORG) == [
        ("heading", "Trees", "Trees"),
        ("row", "Trees", "Entry: Trees | Tags: fruit"),
        ("heading", "Prune the quince", "Prune the quince"),
        ("row", "Prune the quince", "Task: Prune the quince | State: TODO | Deadline: 2026-02-14 Sat"),
        ("paragraph", "Prune the quince", "Use the long saw from the shed."),
        ("row", "Prune the quince", "Tree: Pear | Kilos: 41"),
        ("item", "Prune the quince", "apples: in the cellar"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        (
            "a.ics",
            "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
            "BEGIN:VEVENT\r\nDTSTART;TZID=Europe/Berlin:20260312T183000\r\nDURATION:PT1H30M\r\nSUMMARY:Choir\\, spring\r\n  concert\r\n"
            'ORGANIZER;CN="Ines V":mailto:i@x.y\r\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TH\r\nBEGIN:VALARM\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n'
            "END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Camp\r\nDTSTART;VALUE=DATE:20260501\r\nDTEND;VALUE=DATE:20260504\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            [
                "What: Choir, spring concert | Start: 12 March 2026 (Thursday), 18:30 | Duration: 1 hour 30 minutes | Organizer: Ines V (i@x.y) | "
                "Repeats: every 2 weeks on Thursday",
                "What: Camp | Start: 1 May 2026 (Friday) | End: 3 May 2026 (Sunday)",
            ],
        ),
        (
            "a.vcf",
            "BEGIN:VCARD\nFN:Dora L\nN:L;Dora;;;\nORG:Yard;Sails\nitem1.TEL;TYPE=CELL:+46 70\nADR:;;Quay 4;Lund;;222;Sweden\nBDAY:1981-04-09\nEND:VCARD\n"
            "BEGIN:VCARD\nN;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=\n=C3=B6rg\nTEL:99\nEND:VCARD\n",
            [
                "Name: Dora L | Organization: Yard, Sails | Phone: +46 70 (cell) | Address: Quay 4, Lund, 222, Sweden | Birthday: 9 April 1981 (Thursday)",
                "Name: Müller Jörg | Phone: 99",
            ],
        ),
        (
            "a.bib",
            '@comment{x}\n@article{v9, author={Vey, R. and Blom, T.}, title = "{T}idal mills of K{\\"o}rn", year=2019, pages={3--19}, doi={10.1/x}}',
            ["Title: Tidal mills of Körn | Author: Vey, R.; Blom, T. | Year: 2019 | Key: v9 | Kind: article | Pages: 3–19 | DOI: 10.1/x"],
        ),
        (
            "a.ris",
            "TY  - JOUR\nAU  - Stone, Pia\nAU  - Ruiz, Ana\nTI  - Eel ladders\n      in weirs\nPY  - 2022\nER  - \n",
            ["Title: Eel ladders in weirs | Author: Stone, Pia; Ruiz, Ana | Year: 2022"],
        ),
    ],
)  # fmt: skip
def test_an_entry_becomes_a_readable_record(name: str, text: str, rows: list[str]) -> None:
    assert [words for kind, _, words in said(name, text) if kind == "row"] == rows


def test_a_drawing_gives_its_text() -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><title>Plan</title><path d="M0 0"/><text>Gate <tspan>4</tspan></text></svg>'
    assert [words for _, _, words in said("a.svg", drawing)] == ["Plan", "Gate 4"]


def test_latex_with_many_blanks_reads_like_latex_with_one() -> None:
    def read(blank: str) -> str:
        tex = f"\\author{{A.{blank}\\and{blank}B.{blank}}}\\begin{{document}}One{blank},{blank}two{blank}.{blank}Three.\\end{{document}}"
        return LOADERS[".tex"](tex.encode(), "a.tex").text

    assert read(" " * 1_000 + "\t" * 200) == read(" ")
    assert "A.; B." in read(" ")
    assert "One, two. Three." in read(" ")


def test_latex_items_are_blocks_with_their_printed_numbers() -> None:
    inner = r"\begin{enumerate}[label=(\alph*)] \item Oars. \item Sails. \end{enumerate}"
    body = rf"Before. \begin{{enumerate}} \item Boats. {inner} \item Nets.\par Dry ones.\end{{enumerate}} After."
    labels = r"\begin{description} \item[Bow] front \item[Stern] back \end{description}"
    assert said("a.tex", rf"\begin{{document}}{body}{labels}\end{{document}}") == [
        ("paragraph", "a", "Before."),
        ("item", "a", "1. Boats."),
        ("item", "a", "(a) Oars."),
        ("item", "a", "(b) Sails."),
        ("item", "a", "2. Nets. Dry ones."),
        ("paragraph", "a", "After."),
        ("item", "a", "Bow: front"),
        ("item", "a", "Stern: back"),
    ]


def test_latex_rows_are_below_their_caption_and_have_the_columns_they_span() -> None:
    rows = r"\toprule Port & \multicolumn{2}{c}{Tons} \\ \cmidrule(lr){2-3} & In & Out \\ \midrule \multirow{2}{*}{Hull} & \cellcolor{red}12 & {7 \\ net} \\ & 9 & 4 \& 1 \\ \bottomrule"
    table = rf"\begin{{table}}[h]\centering\begin{{tabular}}{{l>{{\bfseries}}rr}} {rows} \end{{tabular}}\caption{{Freight}}\end{{table}}"
    assert said("a.tex", rf"\begin{{document}}{table}\end{{document}}") == [
        ("row", "Freight", "Port: Hull | Tons In: 12 | Tons Out: 7 net"),
        ("row", "Freight", "Port: Hull | Tons In: 9 | Tons Out: 4 & 1"),
        ("paragraph", "a", "Freight"),
    ]


def test_a_long_latex_table_has_its_caption_once_and_a_table_in_a_cell_belongs_to_it() -> None:
    inner = r"\begin{tabular}{l}12 \\ tons\end{tabular}"
    table = rf"\begin{{longtable}}{{ll}}\caption{{Freight}}\\ \hline Port & Load \\ \hline Hull & {inner} \\ Tyne & none \\ \end{{longtable}}"
    assert said("a.tex", rf"\begin{{document}}{table}\end{{document}}") == [
        ("paragraph", "a", "Freight"),
        ("row", "Freight", "Port: Hull | Load: 12 tons"),
        ("row", "Freight", "Port: Tyne | Load: none"),
    ]


def test_an_empty_first_cell_of_an_org_table_keeps_its_place() -> None:
    rows = said("a.org", "|| Q1 | Q2 |\n|--+--+--|\n| North | 10 | 20 |\n|| 30 | 40 |\n")
    assert [text for kind, _, text in rows if kind == "row"] == ["North | Q1: 10 | Q2: 20", "Q1: 30 | Q2: 40"]


def told(name: str, text: str) -> list[str]:
    return [words for kind, _, words in said(name, text) if kind == "row"]


def test_merged_cells_of_a_restructured_table_cover_their_columns_and_rows() -> None:
    wide = "+-----+-----+-----+\n| A   | B   | C   |\n+=====+=====+=====+\n| p         | q   |\n+-----+-----+-----+\n| r   | s1  | t1  |\n|     +-----+-----+\n|     | s2  | t2  |\n+-----+-----+-----+\n"
    assert told("a.rst", wide) == ["A, B: p | C: q", "A: r | B: s1 | C: t1", "A: r | B: s2 | C: t2"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("2+|j |k\n|p |q |r\n", ["A, B: j | C: k", "A: p | B: q | C: r"]),
        ("2*|j |k\n|p |q |r\n", ["A: j | B: j | C: k", "A: p | B: q | C: r"]),
        (".2+|p |q1 |r1\n|q2 |r2\n|s |t |u\n", ["A: p | B: q1 | C: r1", "A: p | B: q2 | C: r2", "A: s | B: t | C: u"]),
        (".2+|p 2.2+|q\n|s |t |u\n", ["A: p | B, C: q", "A: s | B: t | C: u"]),
        ("|p |q .2+|r\n|s\n|t\n|u |v |w\n", ["A: p | B: q | C: r", "A: s | B: t | C: r", "A: u | B: v | C: w"]),
    ],
)
def test_marks_before_asciidoc_cells_repeat_and_span_them(rows: str, expected: list[str]) -> None:
    assert told("a.adoc", f"= Fleet\n\n|===\n|A |B |C\n\n{rows}|===\n") == expected


def test_the_title_of_a_table_of_restructuredtext_is_read() -> None:
    text = '.. list-table:: Fees of 2026\n   :header-rows: 1\n\n   * - Boat\n     - Fee\n   * - Loon\n     - 12\n\n.. csv-table:: Ports\n   :header: "Port", "Depth"\n\n   "Hull", 12\n'
    parsed = LOADERS[".rst"](text.encode(), "a.rst")
    assert [(s.kind, parsed.text[s.start : s.end]) for s in parsed.segments] == [
        ("paragraph", "Fees of 2026"), ("row", "Boat: Loon | Fee: 12"), ("paragraph", "Ports"), ("row", "Port: Hull | Depth: 12"),
    ]  # fmt: skip


def test_what_latex_skips_is_not_read() -> None:
    text = "The fee is 12.\n\\iffalse The fee is 40.\n\\fi\nIt is paid \\iffalse never\\else in May\\fi.\n\\iffalse The \\ifx a b old\\fi fee. \\fi The \\iffalsehood rose.\n"
    parsed = LOADERS[".tex"](text.encode(), "a.tex")
    shown = " ".join(parsed.text.split())
    assert "The fee is 12." in shown
    assert "It is paid in May." in shown
    assert not any(word in shown for word in ("40", "never", "old"))
