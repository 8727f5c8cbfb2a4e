"""Starts the chat with a command, asks one question in Chromium and checks the answer.

    page.py app.py
    page.py -m rag chat

In a folder without documents, only checks that the page opens and says so.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))  # after the installed packages

from newcomer import FACT, QUESTION
from playwright.sync_api import expect

from tests.web_browser import ask, chromium, close, opened


def address(process: subprocess.Popen[str]) -> str:
    """Print what the chat prints while it starts, and return the address in it."""
    assert process.stdout
    for line in process.stdout:
        print(line, end="", flush=True)
        if found := re.search(r"http://\S+", line):
            return found[0]
    sys.exit(f"the chat ended with {process.wait()} before it was open")


def visit(url: str) -> None:
    """Open the page; if there are documents, ask a question and wait for the answer with its citation."""
    for browser in chromium():
        page = opened(browser)
        page.goto(url)
        expect(page.locator("#box textarea")).to_be_visible()
        if Path("seeds").is_dir():
            started = time.perf_counter()
            ask(page, QUESTION)
            expect(page.locator("#current")).to_contain_text(FACT)
            expect(page.locator("#current .cite").first).to_be_visible()
            print(f"asked and answered in the page: {time.perf_counter() - started:.1f} s")
        close(page)


if __name__ == "__main__":
    command = [sys.executable, *sys.argv[1:]]
    environment = {**os.environ, "RAG_NO_BROWSER": "1", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as chat:
        try:
            visit(address(chat))
        finally:
            chat.send_signal(signal.SIGTERM)
    sys.exit(chat.returncode)
