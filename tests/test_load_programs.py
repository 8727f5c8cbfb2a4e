"""Programs and settings are read as their own text, by definitions, statements and sections."""

from __future__ import annotations

import pytest

from benchmarks.linear import SLOWER, Tried, slower
from rag.load.code import settings
from rag.load.formats import LOADERS


def pieces(name: str, text: str) -> list[tuple[str, str]]:
    """Return the pieces of a file with the end of their heading paths; each span is the file's own text."""
    parsed = LOADERS[name[name.rindex(".") :]](text.encode(), name)
    assert parsed.text == text
    return [
        (s.heading.removeprefix(name).removeprefix(" › "), text[s.start : s.end])
        for s in parsed.segments
        if s.kind == "code"
    ]


def test_a_statement_is_its_own_block_and_a_function_stays_whole_with_its_comment() -> None:
    text = (
        "import os\nDEPTH = 11  # metres, at most\nSHAFTS = [\n    1,\n]\n\n\n# Digs down.\n@logged\ndef dig(well):\n    first(well)\n\n"
        "    return well\n\n\nclass Well:\n    name = 'a'\n\n    def fill(self):\n        return 1\n"
    )
    assert pieces("well.py", text) == [
        ("", "import os"),
        ("", "DEPTH = 11  # metres, at most"),
        ("", "SHAFTS = [\n    1,\n]"),
        ("dig", "# Digs down.\n@logged\ndef dig(well):\n    first(well)\n\n    return well"),
        ("Well", "class Well:\n    name = 'a'"),
        ("Well › fill", "def fill(self):\n        return 1"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "defined"),
    [
        ("a.go", "// Opens.\nfunc (l *Lock) Open(n int) error {\n\treturn nil\n}\n", ["Open"]),
        (
            "a.rs",
            "pub const DEPTH: u32 = 11;\nimpl<T> Well<T> {\n    pub fn dig(&self) {}\n}\n",
            ["", "Well", "Well › dig"],
        ),
        ("a.js", "const LIMIT = 25;\nexport const start = async (x) => {\n  go(x);\n};\n", ["", "start"]),
        ("a.ts", "export interface Boat {\n  sails: number;\n}\n", ["Boat"]),
        (
            "a.java",
            "public class Nest {\n  public int count(int a) {\n    return a;\n  }\n}\n",
            ["Nest", "Nest › count"],
        ),
        ("a.c", "#define LIMIT 7\n\nstatic int rate(int a)\n{\n  return a;\n}\n", ["", "rate"]),
        ("a.sql", "-- all of them\nCREATE TABLE IF NOT EXISTS boats (\n  id INTEGER\n);\n", ["boats"]),
        ("a.rb", "module Yard\n  def sail\n    1\n  end\nend\n", ["Yard", "Yard › sail"]),
        ("a.sh", "RATE=4\ndeploy() {\n  copy\n}\n", ["", "deploy"]),
        ("a.diff", "--- a/pump.c\n+++ b/pump.c\n@@ -1 +1 @@\n-a\n+b\n@@ -9 +9 @@\n-c\n+d\n", ["pump.c", "pump.c"]),
    ],
)
def test_definitions_are_found_in_many_languages(name: str, text: str, defined: list[str]) -> None:
    assert [heading for heading, _ in pieces(name, text)] == defined


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        (
            "a.yaml",
            "pump:\n  # litres a minute\n  rate: 340\n  limits:\n    pressure: 6.5\nhosts:\n  - name: north\n    port: 81\n  - name: south\n",
            [
                ("pump", "# litres a minute\n  rate: 340"),
                ("pump › limits", "pressure: 6.5"),
                ("hosts", "- name: north\n    port: 81"),
                ("hosts", "- name: south"),
            ],
        ),
        (
            "a.toml",
            'title = "Weir"\n[gate.upper]\nopens = 1.8 # metres\n',
            [("", 'title = "Weir"'), ("gate.upper", "opens = 1.8 # metres")],
        ),
        (
            "a.ini",
            "; of the lift\n[Lift]\nload=630\n\n[Door]\nwait: 12\n",
            [("", "; of the lift"), ("Lift", "load=630"), ("Door", "wait: 12")],
        ),
        ("a.properties", "db.port=5432\n! old\ndb.user=ann\n", [("", "db.port=5432"), ("", "! old\ndb.user=ann")]),
    ],
)
def test_a_setting_is_below_its_section_with_the_comment_above_it(
    name: str, text: str, found: list[tuple[str, str]]
) -> None:
    assert pieces(name, text) == found


@pytest.mark.parametrize("name", ["SECTION", "OPEN"])
def test_a_line_of_settings_is_matched_in_linear_time(name: str) -> None:
    ratio, seed, _ = slower(Tried(name, getattr(settings, name), at_the_beginning=True), 6_000)
    assert (ratio <= SLOWER, seed if ratio > SLOWER else "") == (True, "")


@pytest.mark.parametrize(
    ("line", "section"),
    [("[ a b ]", "a b"), ("[[x]]", "x"), ("['q' ] # why", "q"), ("[s]; why", "s"), ("[a] b", ""), ("[a][b]", "")],
)
def test_a_section_is_a_name_in_brackets_alone_on_its_line(line: str, section: str) -> None:
    parsed = LOADERS[".ini"](f"{line}\nkey = 1\n".encode(), "a.ini")
    assert parsed.segments[-1].heading.removeprefix("a.ini").removeprefix(" › ") == section


@pytest.mark.parametrize("line", ["a:", "a: |", "a:  >-  # why", "a: &anchor", "a:   # why"])
def test_a_key_without_a_value_heads_the_lines_below_it(line: str) -> None:
    assert pieces("a.yaml", f"{line}\n  b: 1\n") == [("a", "b: 1")]
