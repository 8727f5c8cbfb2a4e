"""Attacks every entry point ("door") of the chat and prints `door | tries | opened`; opened must be 0.

    python -m benchmarks.doors        # exits with 1 if an attack succeeds

The page runs with the test doubles on the loopback address, both as on a desktop and as in a Space. Nothing leaves this
machine.
"""

from __future__ import annotations

import io
import ipaddress
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from html import unescape
from pathlib import Path
from urllib.parse import quote

import httpx

from rag import console
from rag.errors import ModelUnavailable
from rag.models.remote import RemoteGenerator
from rag.models.wire import is_private
from rag.types import Message
from rag.web import build_app
from rag.web.access import Login, Token, keeper_of
from rag.web.passwords import Passwords, TooMany, hashed
from rag.web.session.conversations import Conversation, Conversations
from rag.web.session.generators import Models
from rag.web.session.preferences import Model
from rag.web.session.stop import Stopped, StopSign
from rag.web.uploads import uploads_folder
from rag.web.view.library_table import key_of
from tests.odd_servers import DONE, HANG, ODD, SSE, WORDS, odd
from tests.test_console import hostile, obeyed
from tests.test_remote import PRIVATE
from tests.test_web_security import FILES, FOREIGN, FOREIGN_ORIGINS, POSTS, ROUTES
from tests.web_forger import CANARY, Forger, copies
from tests.web_server import HARBOUR, running, served, small_house

HOST = "someone-rag.hf.space"
ELSEWHERE = ["0.0.0.0", "::", "192.168.1.5", "10.0.0.1", "example.org", "127.0.0.1.evil.test", "fe80::1"]
ASKED = [Message("user", "Say: ready")]
BEGINS = ["", "?begin=-1", "?begin=999999999", "?begin=x", f"?begin={'9' * 4_000}"]
Row = tuple[str, int, int]  # door, tries, opened


def forged(scratch: Path) -> Iterator[Row]:
    """Post forged file names to every event and endpoint, on a desktop and in a Space."""
    canary = scratch / "secret.txt"
    canary.write_text(f"the key is {CANARY}", encoding="utf-8")
    for kind, host in (("desktop", ""), ("Space", HOST)):
        folder = scratch / kind
        folder.mkdir()
        house = small_house(folder)
        app = build_app(
            house.open,
            house.build,
            seeds=house.seeds,
            conversations=folder / "c",
            suffixes=frozenset({".txt"}),
            space_host=host,
        )
        with running(app) as url:
            forger = Forger(url, canary, headers={"host": host} if host else None)
            forger.events_tried(4)
            events = forger.tries, len(forger.opened)
            forger.endpoints_tried(3)
        lost = len(copies(folder, canary)) + len(copies(uploads_folder(), canary))
        yield f"forged files in every event, {kind}", events[0], events[1] + lost
        yield f"forged files at every endpoint, {kind}", forger.tries - events[0], len(forger.opened) - events[1]


def from_elsewhere(scratch: Path) -> Iterator[Row]:
    """Send requests with other host names and origins, and requests for files."""
    with served(scratch) as page, httpx.Client(base_url=page.url, timeout=60) as client:
        answers = [client.get(route, headers={"host": host.format(port=1)}) for host in FOREIGN for route in ROUTES]
        yield "another host's name", len(answers), sum(answer.status_code != 400 for answer in answers)
        answers = [
            client.post(route, json={}, headers={"origin": origin}) for origin in FOREIGN_ORIGINS for route in POSTS
        ]
        yield "another site's page", len(answers), sum(answer.status_code != 403 for answer in answers)
        routes = [
            "/gradio_api/file={}",
            "/file={}",
            "/gradio_api/file/{}",
            "/ui/static/{}",
            "/static/{}",
            "/assets/{}",
            "/gradio_api/proxy={}",
        ]
        answers = [client.get(route.format(file)) for route in routes for file in FILES]
        yield "files by their path", len(answers), sum(answer.status_code == 200 for answer in answers)


def places(scratch: Path) -> Iterator[Row]:
    """Request spans, pages and guides of documents that do not exist, and invalid spans."""
    canary = scratch / "secret.txt"
    canary.write_text(f"the key is {CANARY}", encoding="utf-8")
    with served(scratch) as page, httpx.Client(base_url=page.url, timeout=60) as client:
        client.get("/config")
        page.app.state.chat.host.engine()
        known = key_of("harbour.md")
        (page.house.seeds / "linked.txt").symlink_to(canary)
        files = [canary.name, f"../{canary.name}", str(canary), "linked.txt", "/etc/passwd", "..", "harbour.md", ""]
        keys = [key_of(file) for file in files if file != "harbour.md"] + [quote(file, safe="") for file in files]
        spans = [
            "0-9",
            "9-0",
            "-9-9",
            "0-999999999999",
            "0",
            "a-b",
            "0-9/..",
            quote(str(canary), safe=""),
            "0-9.png",
            "%00-9",
        ]
        named = ["-", "other", "..", quote(f"../{scratch.name}", safe=""), "-?begin=-9", "%00"]
        asked = [f"/ui/source/{name}/{key}/{span}" for name in named for key in keys for span in spans]
        asked += [f"/ui/guide/{name}/{key}" for name in named for key in keys]
        answers = [client.get(address) for address in asked]
        yield "documents that are not there, by their address", len(answers), sum(map(_given, answers))
        odd_spans = [client.get(f"/ui/source/-/{known}/{span}{begin}") for span in spans[1:] for begin in BEGINS]
        yield "spans that are none", len(odd_spans), sum(_given(answer, HARBOUR) for answer in odd_spans)


def _given(answer: httpx.Response, allowed: str = "") -> bool:
    """Return True if an answer contains the canary, is a server error, or shows a text that is not the document's."""
    if allowed and answer.status_code == 200:
        shown = unescape(re.sub(r"<[^>]+>", "", answer.text.partition('dir="auto">')[2]))
        return CANARY in answer.text or not any(line in allowed for line in shown.splitlines() if line.strip())
    return CANARY in answer.text or answer.status_code >= 500 or 'class="document"' in answer.text


def strangers(scratch: Path) -> Iterator[Row]:
    """Send requests without the token, guess passwords, and listen on addresses that others can reach."""
    house = small_house(scratch)
    for name, keeper in (("the token", Token()), ("a password", Login(Passwords([hashed("ada", "correct horse")])))):
        app = build_app(house.open, house.build, seeds=house.seeds, conversations=scratch / "c", keeper=keeper)
        with running(app) as url, httpx.Client(base_url=url, timeout=60) as client:
            answers = [
                client.get(route, headers=head)
                for route in ROUTES
                for head in ({}, {"cookie": "rag-7860=x"}, {"authorization": "Bearer x"})
            ]
            answers += [client.post(route, json={}) for route in POSTS]
            answers += [client.get(f"/?token={guess}") for guess in ("", "x", "%00", "a" * 32)]
            yield (
                f"a stranger without {name}",
                len(answers),
                sum(answer.status_code not in (401, 403) and "static" not in str(answer.url) for answer in answers),
            )
    passwords, guessed, tries = Passwords([hashed("ada", "correct horse")]), 0, 100
    for number in range(tries):
        try:
            passwords.right("ada", f"guess {number}", client="evil")
            guessed += 1
        except TooMany:
            pass
    yield "passwords guessed in a row (5 are heard)", tries, max(0, guessed - 5)
    opened = 0
    for address in ELSEWHERE:
        try:
            keeper_of(address)
            opened += 1
        except ValueError:
            pass
    yield "listening elsewhere without a password", len(ELSEWHERE), opened


def servers() -> Iterator[Row]:
    """Let model servers misbehave, hang and request keys."""
    wrong = 0
    for reply, said in ODD.values():
        with odd(reply) as url:
            try:
                list(RemoteGenerator(url, "small", timeout=1 if reply.endswith(HANG) else 60).generate(ASKED))
                wrong += 1
            except ModelUnavailable as error:
                wrong += said not in str(error) or "\n" in str(error)
    yield "misbehaviours of a server without their sentence", len(ODD), wrong
    slow = 0
    for reply in (HANG, SSE + WORDS + HANG) * 5:
        sign = StopSign()
        sign.stop_all()
        with odd(reply) as url:
            began = time.monotonic()
            with suppress(Stopped, ModelUnavailable):
                Models("usual", sign).choose(Model("big", url))
            slow += time.monotonic() - began > 1
    yield "a hanging server that keeps Stop from being heard for a second", 10, slow
    yield (
        "private addresses in any form",
        len(PRIVATE),
        sum(not is_private(ipaddress.ip_address(one)) for one in PRIVATE),
    )
    os.environ.update(RAG_API_KEY="secret", RAG_SERVER="https://api.example.com/v1")
    sent: list[str] = []
    models = Models("usual", StopSign(), opened=lambda model, key: sent.append(key) or _Ready())  # type: ignore[func-returns-value]
    others = ["http://api.example.com/v1", "https://api.example.com.evil.test/v1", "https://api.example.com@evil.test/v1", "https://evil.test/v1",
              "https://api.example.com/v1/../x", "https://api.example.com:444/v1"]  # fmt: skip
    for address in others:
        models.generator(Model("big", address))
    yield "the key at another server", len(others), sum(map(bool, sent))
    with (
        odd(SSE + WORDS + DONE) as inner,
        odd(f"HTTP/1.1 307 On\r\nLocation: {inner}/chat/completions\r\nContent-Length: 0\r\n\r\n".encode()) as url,
    ):
        try:
            followed = bool(list(RemoteGenerator(url, "small").generate(ASKED)))
        except ModelUnavailable:
            followed = False
        yield "a redirect followed", 1, int(followed)


class _Ready:
    def generate(self, messages: object) -> Iterator[str]:
        yield "ready"


def others_here(scratch: Path) -> Iterator[Row]:
    """Check what other users of the machine can read, and which control sequences reach the terminal."""
    store = Conversations(scratch / "kept")
    store.save("local", Conversation("0" * 16, "title"))
    places = [scratch / "kept", *(scratch / "kept").rglob("*"), uploads_folder()]
    yield "conversations that others can read", len(places), sum(bool(place.stat().st_mode & 0o077) for place in places)
    said = io.StringIO()
    with redirect_stdout(said):
        console.print_json({"text": hostile().text})
        print(console.plain(hostile().text))
    yield "orders to a terminal", len(json.dumps(hostile().text)), len(obeyed(said.getvalue()))


def bodies(scratch: Path) -> Iterator[Row]:
    """Send request bodies that are longer or different from what the page sends."""
    with served(scratch) as page, httpx.Client(base_url=page.url, timeout=60) as client:
        long = [
            client.post(route, content=b" " * 1_000_000)
            for route in ("/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/cancel")
        ]
        odd_bodies = [
            None,
            1,
            "x",
            [],
            {},
            {"data": 1},
            {"data": [], "fn_index": -1},
            {"data": [1] * 9, "fn_index": 3, "session_hash": "a"},
        ]
        other = [client.post("/gradio_api/queue/join", json=body) for body in odd_bodies]
        yield (
            "bodies that are too long, or no event",
            len(long) + len(other),
            sum(a.status_code not in (413, 422) for a in [*long, *other]),
        )


def main() -> None:
    """Try every entry point and print the table."""
    print("| door | tries | opened (0) |\n|---|---|---|", flush=True)
    total = 0
    for door in (forged, from_elsewhere, places, strangers, servers, others_here, bodies):
        with tempfile.TemporaryDirectory() as scratch:
            for name, tries, opened in door(Path(scratch)) if door is not servers else servers():  # type: ignore[operator, call-arg]
                total += opened
                print(f"| {name} | {tries:,} | {opened} |", flush=True)
    sys.exit(1 if total else 0)


if __name__ == "__main__":
    main()
