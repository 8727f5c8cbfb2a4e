"""The server process: the page is available at once, and a shutdown is clean, whatever the server is doing."""

from __future__ import annotations

import errno
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from rag.web.server import PORT, listen, url_of
from rag.web.start import port_wished

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120  # seconds, for a busy machine; `benchmarks/web.py end` and `start` measure how long it takes
SCRIPT = """
import sys
from pathlib import Path
from rag.web.server import run
from tests.web_server import small_app, small_house
folder = Path(sys.argv[1])
house = small_house(folder)
if sys.argv[2] == "answering":
    house.engine.gate.clear()
run(small_app(house, folder / "conversations"), port=0, browser=False, say=lambda line: print(line, flush=True))
"""


@contextmanager
def running(folder: Path, doing: str = "idle") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a server in its own process, and end it."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), doing], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.search(r"http://\S+", line)
        assert address is not None, line
        yield process, address.group().rstrip("/")
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def end(process: subprocess.Popen[str], how: signal.Signals) -> int:
    """Send the server a signal to end; return its exit code."""
    process.send_signal(how)
    return process.wait(PATIENCE)


def ask(address: str, client: httpx.Client) -> None:
    """Ask as the page does, without reading the answer."""
    config = client.get(f"{address}/config").json()
    [submit] = [d for d in config["dependencies"] if d["api_name"] == "ask"]
    body = {"data": ["When does the ferry to Aland leave, and what do tickets for the ferry cost?", 0, {"conversation": "0" * 16}, {}],
            "fn_index": submit["id"], "session_hash": "test"}  # fmt: skip
    assert client.post(f"{address}/gradio_api/queue/join", json=body).status_code == 200


def test_the_page_is_available_when_the_server_says_so_and_an_idle_server_ends_cleanly(tmp_path: Path) -> None:
    with running(tmp_path) as (process, address):
        assert "gradio_config" in httpx.get(address, timeout=PATIENCE).text
        assert httpx.get(f"{address}/ui/static/chat.js", timeout=PATIENCE).status_code == 200
        assert end(process, signal.SIGINT) == 0  # SIGTERM ends the servers below


def test_a_server_ends_during_an_answer_with_a_client_connected(tmp_path: Path) -> None:
    with running(tmp_path, "answering") as (process, address), httpx.Client(timeout=PATIENCE) as client:
        ask(address, client)
        with client.stream("GET", f"{address}/gradio_api/queue/data", params={"session_hash": "test"}) as stream:
            for line in stream.iter_lines():
                if "Tickets for the ferry" in line:
                    break
            assert end(process, signal.SIGTERM) == 0


def test_a_port_in_use_is_skipped_and_a_chosen_one_is_an_error() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="no free port"):
            listen("127.0.0.1", port)
    with socket.socket() as first:
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            first.bind(("127.0.0.1", PORT))
            first.listen()
        except OSError:
            pass  # another process has it: that is as good
        with listen("127.0.0.1", None) as second:
            assert second.getsockname()[1] > PORT


@pytest.mark.parametrize(("address", "url"), [("::1", "http://[::1]:8"), ("::", "http://127.0.0.1:8"), ("10.0.0.1", "http://10.0.0.1:8")])  # fmt: skip
def test_the_address_of_the_page_can_be_opened(address: str, url: str) -> None:
    assert url_of(address, 8) == url


def has_version_6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind(("::1", 0))
    except OSError:  # as in some containers
        return False
    return True


@pytest.mark.skipif(not has_version_6(), reason="this system has no IPv6")
def test_the_page_is_served_at_an_address_of_version_6() -> None:
    with listen("::1", 0) as listening:
        assert listening.getsockname()[0] == "::1"


def test_an_address_of_another_machine_is_an_error_that_says_so() -> None:
    with pytest.raises(OSError, match=r"this machine has no address '192\.0\.2\.1'"):
        listen("192.0.2.1", None)


@pytest.mark.model
def test_the_chat_starts_with_the_real_models_and_logs_its_steps(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.md").write_text(
        "# Ferry\n\nThe ferry to Aland leaves at 7 in the morning from pier 4.\n", encoding="utf-8"
    )
    environment = {**os.environ, "RAG_NO_BROWSER": "1", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py")], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line.strip())
            if "http://" in line:
                break
        assert said[0] == "starting"
        assert any(line.startswith("building the index of seeds") for line in said)
        assert any(line.startswith("read 1 documents, 1 passages") for line in said)
        assert end(process, signal.SIGTERM) == 0
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.mark.parametrize(("wished", "port"), [("", None), ("8000", 8000), ("0", 0)])
def test_the_environment_sets_the_port(wished: str, port: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_PORT", wished)
    assert port_wished() == port


@pytest.mark.parametrize("wished", ["eight", "-1", "65536", "\u0668\u0660"])
def test_an_invalid_port_is_reported(wished: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_PORT", wished)
    with pytest.raises(ValueError, match=r"RAG_PORT is .* give a number"):
        port_wished()


def test_a_port_that_may_not_be_used_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(address: str, port: int) -> socket.socket:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("rag.web.server._bound", denied)
    with pytest.raises(OSError, match=r"^port 80 may not be used by this user; choose one from 1024 on$"):
        listen("127.0.0.1", 80)
