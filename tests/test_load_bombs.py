import re
import subprocess
import sys
from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.load import load_documents
from rag.split import split_document
from rag.types import Document
from tests.bombs import BOMBS, GOOD, lay
from tests.bombs.names import CANARY, lay_names
from tests.bombs.parsers import (
    ATE_BEFORE_IT_DIES,
    DIES,
    EATS,
    FORGES,
    HANGS,
    LEAVES,
    RAISES,
    RICH_TEXT,
    STARTS,
    TALKS,
    WORKS,
    misbehaving,
)
from tests.test_load_formats import REPORT, make_pdf

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and limits of another system")
LIGHT = [bomb for bomb in BOMBS if not bomb.heavy]


def test_every_bomb_gets_its_correct_verdict_and_the_build_continues(tmp_path: Path) -> None:
    for bomb in LIGHT:
        lay(bomb, tmp_path)
    outcomes = list(load_documents(tmp_path))
    said = {o.source: "read" if isinstance(o, Document) else o.reason for o in outcomes}
    wrong = {bomb.name: said.get(bomb.name) for bomb in LIGHT if not re.search(bomb.verdict, said.get(bomb.name, ""))}
    assert wrong == {}
    assert said[GOOD] == "read"
    assert all(reason and "\n" not in reason for reason in said.values())
    for document in outcomes:
        if isinstance(document, Document):
            passages = split_document(document, window=256, measure=lambda text: 2 + len(text) // 4)
            assert passages
            assert all(document.text[p.start : p.end] == p.text for p in passages)


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    made = lay_names(tmp_path, tmp_path / "seeds")
    outcomes = list(load_documents(tmp_path / "seeds"))
    read = [outcome for outcome in outcomes if isinstance(outcome, Document)]
    assert made == len(outcomes) == 200
    assert len(read) > 50
    assert [document.source for document in read if CANARY in document.text] == []
    assert [o.source for o in outcomes if not o.source.isprintable() or ".." in o.source.split("/")] == []


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (EATS, "takes more than 1,024 MB of memory"),
        (DIES, "its parser crashed"),
        (LEAVES, "its parser crashed"),
        (TALKS, "is not allowed while a document is parsed"),
        (STARTS, "is not allowed while a document is parsed"),
        (RAISES, "no such codec"),
    ],
)
def test_a_misbehaving_parser_affects_only_one_file(code: str, reason: str) -> None:
    with misbehaving(code) as parser:
        with pytest.raises(LoadError, match=reason):
            parser.parse(RICH_TEXT, "bad.rtf", ".rtf")
        assert parser.parse(make_pdf(*REPORT), "good.pdf", ".pdf").title == "Mills of the Valley"


ABORTING = """
from rag.errors import LoadError
from tests.bombs.parsers import EATS_AND_ABORTS, RICH_TEXT, misbehaving
with misbehaving(EATS_AND_ABORTS) as parser:
    try:
        parser.parse(RICH_TEXT, "bad.rtf", ".rtf")
    except LoadError as error:
        print(error)
"""


def test_a_parser_that_aborts_for_lack_of_memory_is_reported_as_such() -> None:
    command = [sys.executable, "-c", ABORTING]  # a new process: memory of this one would count as the parser's
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "takes more than 1,024 MB of memory" in said


def test_a_crash_is_not_blamed_on_the_memory_of_the_parent_process() -> None:
    ballast = bytearray(1_300 << 20)
    ballast[::4096] = bytes([1]) * len(ballast[::4096])  # touch the pages, so that they are resident
    with misbehaving(DIES) as parser, pytest.raises(LoadError, match="its parser crashed"):
        parser.parse(RICH_TEXT, "bad.rtf", ".rtf")
    assert len(ballast) == 1_300 << 20


def test_a_crash_is_not_blamed_on_the_memory_that_an_earlier_file_used() -> None:
    with misbehaving(ATE_BEFORE_IT_DIES) as parser:
        assert parser.parse(b"{\\rtf1 big}", "big.rtf", ".rtf").text == str(900 << 20)
        with pytest.raises(LoadError, match="its parser crashed"):
            parser.parse(RICH_TEXT, "bad.rtf", ".rtf")


def test_a_parser_that_hangs_is_stopped_and_replaced() -> None:
    with misbehaving(HANGS, wall_seconds=3.0) as parser:
        with pytest.raises(LoadError, match="parsing takes longer than 3 s"):
            parser.parse(RICH_TEXT, "slow.rtf", ".rtf")
        assert parser.render(make_pdf(*REPORT), "good.pdf", 1).startswith(b"\x89PNG")


def test_a_working_parser_is_not_stopped_however_busy_the_machine_is() -> None:
    with misbehaving(WORKS, wall_seconds=0.6) as parser:
        assert parser.parse(RICH_TEXT, "long.rtf", ".rtf").text == "The mill closed in 1962."


def test_output_printed_by_a_parser_is_never_mistaken_for_its_result() -> None:
    with misbehaving(FORGES) as parser:
        assert parser.parse(RICH_TEXT, "forged.rtf", ".rtf").text == "The mill closed in 1962."


def test_large_text_is_parsed_in_the_child_with_the_same_result(tmp_path: Path) -> None:
    lines = "".join(f"Mill number {n} closed in {1800 + n % 200}, and its wheel still turns.\n" for n in range(20_000))
    (tmp_path / "mills.txt").write_text(lines, encoding="utf-8")
    (document,) = (outcome for outcome in load_documents(tmp_path) if isinstance(outcome, Document))
    assert document.text == lines
    assert len(document.segments) == 20_000
