"""Law 10: once the models are on disk, nothing uses the network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

BLOCKED = """
import socket, sys

def refuse(self, address, *rest):
    if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(("127.", "::1", "localhost")):
        raise AssertionError(f"asked the network for {address}")
    return connect(self, address, *rest)

def refuse_lookup(host, *rest, **options):
    if host not in (None, "", "localhost", "127.0.0.1", "::1", b"127.0.0.1"):
        raise AssertionError(f"looked up {host}")
    return lookup(host, *rest, **options)

connect, lookup = socket.socket.connect, socket.getaddrinfo
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = refuse_lookup
"""


def run_blocked(code: str, folder: Path) -> str:
    """Run code in a new process in which every connection to another machine is an error."""
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED + code, str(folder)], cwd=ROOT, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_block_itself_works(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"asked the network for|looked up"):
        run_blocked("socket.create_connection(('192.0.2.1', 80), timeout=1)", tmp_path)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An index that was built and asked without network, and the answer."""
    code = """
from rag import Rag, build
build("seeds", sys.argv[1])
answer = Rag.open(sys.argv[1]).ask("How many North Koreans work in Russia?")
print(answer.text)
"""
    index = tmp_path_factory.mktemp("offline") / "index"
    return index, run_blocked(code, index)


@pytest.mark.model
def test_build_and_ask_need_no_network(built: tuple[Path, str]) -> None:
    assert "10,000" in built[1]


@pytest.mark.model
def test_the_page_needs_no_network(built: tuple[Path, str]) -> None:
    code = """
import os, re, signal, threading, urllib.request
from rag.web import serve

lines, shown = [], threading.Event()

def say(line):
    lines.append(line)
    if "http://127.0.0.1:" in line:
        shown.set()

def visit():
    shown.wait(200)
    address = re.search(r"http://127[^ ]+", lines[-1])[0]
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())  # token in, cookie out
    page = opener.open(address, timeout=20).read().decode()
    print("foreign addresses:", sorted(set(re.findall(r'(?:src|href)="(?:https?:)?//(?!127)[^"]+', page))))
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=visit, daemon=True).start()
serve("seeds", sys.argv[1], generator="none", browser=False, say=say)
"""
    assert "foreign addresses: []" in run_blocked(code, built[0])


def test_openvino_telemetry_is_disabled() -> None:
    code = "import rag; from openvino.tools.ovc import telemetry_utils; print(telemetry_utils.tm.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "openvino.tools.ovc.telemetry_stub"
