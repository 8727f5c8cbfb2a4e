"""Serves the page on this machine until it is told to end."""

from __future__ import annotations

import logging
import os
import socket
import threading
import webbrowser
from collections.abc import Callable, Collection
from pathlib import Path
from types import FrameType
from typing import Any

from fastapi import FastAPI

from rag.types import Progress
from rag.web import strings
from rag.web.access import Access, Keeper
from rag.web.beside import Beside, Programs
from rag.web.events import Events, kinds_of
from rag.web.leaving import Leaving
from rag.web.pages.page import Page
from rag.web.pages.shelf import Find, Make, Opening, Shelf
from rag.web.routes import add_routes
from rag.web.security import LOCAL_HOSTS, Guard
from rag.web.session.conversations import Conversations
from rag.web.session.generators import NO_GENERATOR, Models
from rag.web.session.host import Engine
from rag.web.session.rebuild import Report
from rag.web.session.stop import StopSign
from rag.web.uploads import remove_uploads, uploads_folder

ADDRESS = "127.0.0.1"
EVERY_ADDRESS = frozenset({"0.0.0.0", "::"})  # every address of this machine
PORT = 7860  # Gradio's own, so that bookmarks and Spaces agree
PORTS_TRIED = 20
BACKLOG = 128  # connections
BACKGROUND = 5  # seconds more for what runs in the background; nothing that is cut off then leaves half a file
JOBS = 512  # events at a time: two for each page that is open, for a page holds one as long as it is open
SHUTDOWN = 3  # seconds for answers to end, of the ten that a service manager waits; open pages are then cut off


def build_app(
    open_engine: Callable[[], Engine],
    build: Callable[[Progress], Report],
    *,
    seeds: Path,
    conversations: Path,
    answers: Callable[[str], bool] = lambda question: True,
    watched: bool = False,
    others: Find = lambda: (),
    begin: Make | None = None,
    sign: StopSign | None = None,
    suffixes: frozenset[str] = frozenset(),
    models: Models | None = None,
    space_host: str = "",
    hosts: Collection[str] = (),
    keeper: Keeper | None = None,
    shared: bool = False,
    programs: Programs | None = None,
) -> FastAPI:
    """Return the whole application.

    `open_engine` is called in the background, once now and once after each rebuild; `answers` tells whether the documents answer
    a question, so that only such are suggested; `watched` reads a file that is saved in `seeds` at once; `models` None answers in
    quotes only. `others` lists the named collections beside the documents in `seeds`, and `begin` makes one. `keeper` decides who may come in, None lets everybody in; `hosts` are names,
    beside the loopback's, under which the page answers; `shared` keeps each browser's conversations apart, as in a Space. `programs` serves
    other programs beside the page.
    """
    store = Conversations(conversations)
    sign = sign or StopSign()
    first = Opening("", seeds, open_engine, build, answers, watched)
    shelf = Shelf(lambda: [first, *others()], store, sign, begin)
    chat = shelf.at("").chat
    app = FastAPI(title=strings.TITLE, docs_url=None, redoc_url=None, openapi_url=None)
    add_routes(app, shelf, store)
    page = Page(shelf, store, suffixes, models or Models(NO_GENERATOR, sign), shared or bool(space_host))
    built = _mounted(app, page)
    names = {*LOCAL_HOSTS, *hosts, *filter(None, [space_host])}
    frames = "https://huggingface.co https://*.hf.space" if space_host else "'none'"
    app.add_middleware(Leaving, came=sign.listen, left=sign.leave)
    app.add_middleware(Events, inputs=kinds_of(built.fns))
    if keeper:
        app.add_middleware(Access, keeper=keeper)
    if programs:
        app.add_middleware(Beside, shelf=shelf, programs=programs)
    app.add_middleware(Guard, hosts=names, frame_ancestors=frames)
    app.add_middleware(strings.Speaking)
    app.state.chat, app.state.shelf, app.state.keeper = chat, shelf, keeper
    return app


def _mounted(app: FastAPI, page: Page) -> Any:
    """Put Gradio's page into the application; return its gr.Blocks."""
    import gradio

    uploads_folder()  # before Gradio looks for its own

    from rag.web.pages.labels import translations
    from rag.web.pages.layout import blocks
    from rag.web.pages.theme import theme

    built = blocks(page)
    built.max_threads = JOBS  # rag.web.session.lanes says how many questions there may be, and in which order
    built.queue(max_size=None, api_open=False)
    built.has_launched = True  # a mounted Gradio checks which files it serves only if this is set
    gradio.mount_gradio_app(
        app, built, "/", server_name=ADDRESS, footer_links=[], run_history=False, ssr_mode=False, pwa=False, mcp_server=False,
        max_file_size="50mb", show_error=False, enable_monitoring=False, theme=theme(), i18n=translations(),
        head='<link rel="stylesheet" href="/ui/static/chat.css"><script src="/ui/static/chat.js" defer></script><link rel="icon" href="/ui/static/icon.svg">', app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )  # fmt: skip
    return built


def run(
    app: FastAPI,
    *,
    port: int | None = None,
    address: str = ADDRESS,
    browser: bool = True,
    say: Callable[[str], None] = print,
    beside: str = "",
) -> None:
    """Serve until SIGTERM or Ctrl-C; answers that are being made end with what was checked, and the exit code is 0.

    `beside` is said once the page is there, with its address in the place of `{url}`.
    """
    import uvicorn

    listening = listen(address, port)
    url = f"http://{ADDRESS if address in EVERY_ADDRESS else address}:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        app, log_level="warning", timeout_graceful_shutdown=SHUTDOWN, ws="none", server_header=False
    )

    def arrived() -> None:
        _arrived(url, app.state.keeper, browser, say)
        if beside:
            say(beside.format(url=url))

    server = _server_class()(config, app.state.shelf, app.state.chat.sign, arrived)
    server.run(sockets=[listening])
    remove_uploads()
    if not app.state.shelf.close(BACKGROUND):
        os._exit(
            0
        )  # a thread deep inside a model's loading cannot be ended, and would abort the interpreter at its own end


def listen(address: str, port: int | None) -> socket.socket:
    """Take the port; when none was asked for, the first free one from PORT on."""
    tries = [port] if port is not None else [*range(PORT, PORT + PORTS_TRIED)]
    for candidate in tries:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((address, candidate))
            listening.listen(BACKLOG)  # early connections wait until the server is up
        except OSError:
            listening.close()
            continue
        return listening
    raise OSError(f"no free port among {tries[0]} to {tries[-1]}; end the other server, or choose another port")


def _arrived(url: str, keeper: Keeper | None, browser: bool, say: Callable[[str], None]) -> None:
    say(f"the chat is at {url}{f'/{keeper.query}' if keeper else ''}  (end it with Ctrl-C)")
    if browser:
        opened = f"{url}/{keeper.query_once if keeper else ''}"
        threading.Thread(target=webbrowser.open, args=(opened,), daemon=True).start()


def _server_class() -> Any:
    import uvicorn

    class Server(uvicorn.Server):
        """A uvicorn server that says when it listens, and stops the model before it waits for answers to end."""

        def __init__(self, config: uvicorn.Config, shelf: Shelf, sign: StopSign, arrived: Callable[[], None]) -> None:
            super().__init__(config)
            self.shelf, self.sign = shelf, sign
            self.arrived = arrived

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            self.arrived()

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            self.sign.stop_all()
            self.shelf.leave()
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # a page that is cut off now is no error
            self.force_exit = self.should_exit  # a second signal does not wait
            self.should_exit = True  # and is not raised again: the exit code is 0

    return Server
