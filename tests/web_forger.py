"""Posts forged objects to every event and endpoint of a served page, and searches the responses for a canary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

CANARY = "canary-4be1a0c7d2"
PATIENCE = 30  # seconds per response
LINES = 40  # maximum lines of one event's stream
AT_ONCE = 8  # events; Gradio looks for the next line of a stream only every 50 ms
PATH = re.compile(r'"path": ?"([^"]+)"')
SPARED = ("stay",)  # lasts as long as the page
GETS = ["/gradio_api/file={}", "/file={}", "/gradio_api/file/{}", "/gradio_api/stream/x/1/1/{}", "/gradio_api/deep_link?session_hash={}",
        "/gradio_api/proxy={}", "/svelte/{}", "/static/{}", "/assets/{}", "/?deep_link={}", "/gradio_api/runs?{}", "/gradio_api/info?{}",
        "/custom_component/{}", "/gradio_api/custom_component/1/client/component/{}", "/ui/static/{}", "/monitoring/{}"]  # fmt: skip
POSTS = [
    "/gradio_api/call/{}",
    "/gradio_api/call/v2/{}",
    "/gradio_api/run/{}",
    "/gradio_api/api/{}",
    "/call/{}",
    "/run/{}",
    "/api/{}",
]
BODIES = ["/gradio_api/component_server", "/gradio_api/upload", "/gradio_api/reset", "/gradio_api/cancel", "/gradio_api/run-history/connect",
          "/gradio_api/stream/x", "/gradio_api/stream/x/close", "/gradio_api/vibe-edit", "/gradio_api/vibe-code", "/login", "/gradio_api/mcp/"]  # fmt: skip


def forged(path: Path) -> list[Any]:
    """Return objects that name a file in every way that Gradio's components use."""
    meta = {"_type": "gradio.FileData"}
    whole = {"path": str(path), "orig_name": "x.txt", "meta": meta}
    return [
        whole,
        [whole],
        {"nested": [{"deep": whole}]},
        {"path": str(path), "url": f"/gradio_api/file={path}", "meta": meta, "is_stream": True},
        {"path": str(path), "meta": {"_type": "gradio.FileData", "x": 1}, "mime_type": "image/svg+xml"},
        {"value": whole, "__type__": "update"},
        {"video": whole, "image": whole, "file": whole},
        {"owner": whole, "conversation": whole, "sources": [whole], "model": {"name": whole, "address": whole}},
        str(path),
        [str(path)],
        f"file={path}",
    ]


def attempts(event: dict[str, Any], things: list[Any]) -> Iterator[tuple[list[Any], Any, str]]:
    """Yield the data, the event's own data, and a session's name for each object in each position of an event."""
    name, inputs = event["api_name"], len(event["inputs"])
    for number, thing in enumerate(things):
        places = range(inputs) if not isinstance(thing, str) else range(min(1, inputs))
        for place in places:
            yield [thing if at == place else None for at in range(inputs)], None, f"{name}{number}{place}"
        yield [None] * inputs, {"act": "open", "conversation": thing}, f"{name}{number}event"


class Forger:
    """Attacks one page; `tries` counts the responses, `opened` lists where the canary appeared."""

    def __init__(self, address: str, canary: Path, *, headers: dict[str, str] | None = None) -> None:
        self.client = httpx.Client(base_url=address, timeout=PATIENCE, headers=headers)
        self.canary = canary
        self.heard: list[str] = []
        self.opened: list[str] = []
        self.failed: list[str] = []
        self.events: list[dict[str, Any]] = self.client.get("/config").json()["dependencies"]

    @property
    def tries(self) -> int:
        return len(self.heard)

    def events_tried(self, most: int = 100, *, alike: bool = True) -> None:
        """Post every forged object, up to a maximum, in every position of every event, with and without the queue.

        Without `alike`, only the first of the events that call the same function: Gradio numbers the others' names.
        """
        events = {
            event["api_name"] if alike else re.sub(r"_\d+$", "", event["api_name"]): event
            for event in self.events[::-1]
        }
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for tried in [
                pool.submit(self._event, event, *attempt)
                for event in events.values()
                if event["api_name"] not in SPARED
                for attempt in attempts(event, forged(self.canary)[:most])
            ]:
                tried.result()

    def endpoints_tried(self, most: int = 100, *, events: int = 1000) -> None:
        """Request the file from every other address, or post forged objects, up to a maximum, for `events` names."""
        names = [event["api_name"] for event in self.events[:events]] + ["predict"]
        for file in (str(self.canary), f"/{self.canary}", f"..{self.canary}", str(self.canary).replace("/", "%2F")):
            for route in GETS:
                self._seen(route, self.client.get(route.format(file)))
        for thing in forged(self.canary)[:most]:
            body = {
                "data": [thing],
                "fn_index": 0,
                "session_hash": "forger",
                "component_id": 1,
                "fn_name": "process_example",
                "event_id": "x",
            }
            for route in [*BODIES, *(post.format(name) for post in POSTS for name in names)]:
                self._seen(route, self.client.post(route, json=body))

    def _event(self, event: dict[str, Any], data: list[Any], event_data: Any, session: str) -> None:
        body = {"data": data, "fn_index": event["id"], "session_hash": session, "event_data": event_data}
        door = f"event {event['api_name']}"
        self._seen(door, self.client.post("/gradio_api/run/predict", json=body))
        answer = self.client.post("/gradio_api/queue/join", json=body)
        self._seen(door, answer)
        if answer.status_code == 200:
            for line in self._stream(session):
                self._look(door, line)

    def _stream(self, session: str) -> Iterator[str]:
        with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
            for _, line in zip(range(LINES), stream.iter_lines(), strict=False):
                yield line
                if '"process_completed"' in line or '"close_stream"' in line:
                    return

    def _seen(self, door: str, answer: httpx.Response) -> None:
        self.heard.append(door)
        if answer.status_code >= 500:
            self.failed.append(f"{door} {answer.status_code} {answer.text[:200]}")
        self._look(door, answer.text)

    def _look(self, door: str, text: str) -> None:
        """Record the canary's words, and fetch every file that is offered, in case it is a copy of it."""
        if CANARY in text:
            self.opened.append(door)
        for named in set(PATH.findall(text)):
            if CANARY in self.client.get(f"/gradio_api/file={named}").text:
                self.opened.append(f"{door} → {named}")


def copies(folder: Path, canary: Path) -> list[Path]:
    """List the files below a folder that contain the canary's words."""
    return [
        file
        for file in folder.rglob("*")
        if file.is_file() and file != canary and CANARY in file.read_text("utf-8", "replace")
    ]
