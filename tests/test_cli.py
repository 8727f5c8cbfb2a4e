"""The command line as people use it: exit codes, one-line errors, JSON for programs. Runs the real embedded encoder.

Only tests about the process itself (entry point, Ctrl-C) start one: each start loads all libraries again.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from rag import __version__
from rag.cli import main
from tests.conftest import ROOT
from tests.odd_servers import odd

pytestmark = pytest.mark.model
Done = subprocess.CompletedProcess[str]


def started(folder: Path, *arguments: str) -> Done:
    """Run the command line in a new process."""
    command = [sys.executable, "-m", "rag", *arguments]
    return subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=240)


def run(folder: Path, *arguments: str) -> Done:
    """Run the command line in this process."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    command = ["rag", *arguments]
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.object(sys, "argv", command),
    ):
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Done(command, code, out.getvalue(), err.getvalue())


def environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of one small document."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "seeds").mkdir()
    text = "Harbour news\n\nThe harbour master Ingrid Solberg opened the new lighthouse in May 2019.\n"
    (folder / "seeds" / "news.txt").write_text(text, encoding="utf-8")
    (folder / "seeds" / "empty.txt").write_text("", encoding="utf-8")
    built = started(folder, "build", "seeds")
    assert built.returncode == 0, built.stderr
    assert "read 1 files: 1 passages" in built.stdout
    assert "skipped 'empty.txt'" in built.stdout
    return folder


def test_build_prints_json(folder: Path) -> None:
    report = json.loads(run(folder, "build", "seeds", "--json").stdout)
    assert (report["read"], report["embedded"], report["reused"]) == (1, 0, 1)
    assert report["skipped"][0]["source"] == "empty.txt"


def test_ask_prints_the_answer_with_its_sources(folder: Path) -> None:
    asked = run(folder, "ask", "Who opened the lighthouse?", "--generator", "none")
    assert asked.returncode == 0, asked.stderr
    assert "Ingrid Solberg" in asked.stdout
    assert "[1] news.txt:14-86 " in asked.stdout


def test_ask_prints_json(folder: Path) -> None:
    answer = json.loads(run(folder, "ask", "Who opened the lighthouse?", "-g", "none", "--json").stdout)
    (citation,) = answer["citations"]
    text = (folder / "seeds" / "news.txt").read_text(encoding="utf-8")
    assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_a_refusal_exits_with_0_and_shows_the_nearest_passage(folder: Path) -> None:
    asked = run(folder, "ask", "What is the capital of France?", "-g", "none")
    assert asked.returncode == 0
    assert "could not find" in asked.stdout
    assert "news.txt" in asked.stdout


def test_search_prints_json(folder: Path) -> None:
    hits = json.loads(run(folder, "search", "lighthouse", "-k", "3", "--json").stdout)
    assert [hit["passage"]["source"] for hit in hits] == ["news.txt"]


def test_dates_filter_a_search(folder: Path) -> None:
    done = run(folder, "search", "lighthouse", "--since", "2999-01-01", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no document since 2999-01-01; the latest is of" in done.stderr
    assert run(folder, "search", "lighthouse", "--since", "yesterday").returncode == 2


def test_info_and_verify_report_on_a_sound_index(folder: Path) -> None:
    info = json.loads(run(folder, "info", "--json").stdout)
    assert info["passages"] == 1
    assert info["fingerprint"].startswith("all-MiniLM-L6-v2@")
    assert run(folder, "verify").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ask", "Who?", "--index", "none"), "no index at 'none'; run: rag build seeds"),
        (("build", "nowhere"), "nowhere"),
        (("ask", "  "), "the question is empty"),
        (("ask", "x" * 100_000), "100,000 characters"),
        (("ask", "Who?", "-g", "owner/absent"), "hf download owner/absent"),
        (("search", "Who?", "-e", "owner/absent"), "hf download owner/absent"),
    ],
)
def test_a_users_error_is_one_line_and_exit_code_1(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run(folder, *arguments)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert said in done.stderr
    assert done.stdout == ""


def test_a_page_is_added_by_its_address_and_is_cited_under_it(tmp_path: Path) -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<h1>Mills</h1><p>The windmill of Vinterhavn burned down in 1911.</p>"
    with odd(page) as url:
        address = f"{url.removesuffix('/v1')}/mills"
        refused = run(tmp_path, "add", address)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        assert "is at 127.0.0.1, a private address, which is not fetched from" in refused.stderr
        added = run(tmp_path, "add", address, "--private")
    assert (added.returncode, "read 1 files: 1 passages" in added.stdout) == (0, True)
    source = f"{address.removeprefix('http://').replace(':', '_')}.html"
    assert f"kept as {source!r} in seeds" in added.stderr
    (answer,) = json.loads(run(tmp_path, "search", "When did the windmill burn down?", "--json").stdout)
    assert answer["passage"]["source"] == source


def test_a_page_is_not_added_where_the_folder_of_the_documents_is_away(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "mill.txt").write_text("The windmill of Vinterhavn burned down in 1911.")
    assert run(tmp_path, "build", "docs").returncode == 0
    docs.rename(tmp_path / "away")
    added = run(tmp_path, "add", "http://127.0.0.1:9/mills", "--private")
    assert added.returncode == 1
    assert "the documents of the index at 'index', 'docs', are not there" in added.stderr
    assert not docs.exists()
    assert json.loads(run(tmp_path, "info", "--json").stdout)["documents"] == 1


def test_a_users_error_ends_the_process_with_1(folder: Path) -> None:
    done = started(folder, "info", "--index", "none")
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "rag: no index at 'none'; run: rag build seeds --index none\n",
    )


def test_wrong_usage_exits_with_2(folder: Path) -> None:
    assert run(folder, "search", "x", "-k", "0").returncode == 2
    assert run(folder, "no-such-command").returncode == 2


def test_a_threshold_refuses_answers_below_it(folder: Path) -> None:
    asked = json.loads(
        run(folder, "ask", "Who opened the lighthouse?", "-g", "none", "--threshold", "1", "--json").stdout
    )
    assert asked["abstained"]
    assert run(folder, "ask", "Who?", "--threshold", "1.5").returncode == 2


def test_calibrating_with_a_single_file_is_an_error(folder: Path) -> None:
    done = run(folder, "eval", "--calibrate")
    assert done.returncode == 1
    assert "with a single file none can be left out" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_an_interrupted_build_shows_its_progress_and_keeps_what_it_embedded(tmp_path: Path) -> None:
    import os
    import pty
    import signal

    (tmp_path / "seeds").mkdir()
    for number in range(360):  # so many that some batches of four remain when Ctrl-C comes
        ground = " ".join(f"In {year} the mill number {number} ground rye." for year in range(1871, 1874))
        (tmp_path / "seeds" / f"{number}.txt").write_text(ground)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "rag", "build"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment() | {"TERM": "xterm", "COLUMNS": "100"},
        stderr=theirs,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # background shells ignore SIGINT
    )
    os.close(theirs)
    shown = b""
    while b"256/360" not in shown:
        shown += os.read(ours, 4096)
    process.send_signal(signal.SIGINT)
    with contextlib.suppress(OSError):  # the terminal closes with the process
        while part := os.read(ours, 4096):
            shown += part
    os.close(ours)
    assert process.wait() == 130
    shown = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", shown)  # without colours
    assert b"reading" in shown
    assert b"360/360" in shown
    assert re.search(rb"embedding .*256/360.* (\d:\d\d:\d\d|-:--:--)", shown)  # and the remaining time
    assert b"stopped; what was done is kept" in shown
    assert b"Traceback" not in shown
    assert run(tmp_path, "info").returncode == 1
    report = json.loads(run(tmp_path, "build", "--json").stdout)
    assert report["passages"] == 360
    assert 0 < report["embedded"] <= 360 - 256


def test_the_version_is_printed(folder: Path) -> None:
    assert run(folder, "--version").stdout.strip() == f"rag {__version__}"


@pytest.mark.parametrize("save", ["no/such/folder.json", "seeds"])
def test_nothing_is_measured_if_the_figures_cannot_be_saved(folder: Path, save: str) -> None:
    done = run(folder, "eval", "--save", save, "--index", "no-index")  # would be named if it were opened
    assert (done.returncode, done.stdout) == (1, "")
    assert f"cannot write '{save}'" in " ".join(done.stderr.split())


def test_the_advice_builds_the_missing_index(folder: Path) -> None:
    advice = " ".join(run(folder, "search", "ferry", "--index", "an other").stderr.split())
    assert advice == "rag: no index at 'an other'; run: rag build seeds --index 'an other'"
    assert run(folder, *shlex.split(advice.partition("run: rag ")[2])).returncode == 0
    assert run(folder, "search", "ferry", "--index", "an other").returncode == 0
