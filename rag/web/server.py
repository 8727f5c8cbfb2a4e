"""Serves the page until it is stopped."""

from __future__ import annotations

import errno
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
from rag.web.pages.page import Page, Visit
from rag.web.pages.shelf import Find, Make, Opening, Shelf
from rag.web.routes import add_routes
from rag.web.security import LOCAL_HOSTS, Guard
from rag.web.session.conversations import Conversations
from rag.web.session.generators import NO_GENERATOR, Models
from rag.web.session.protocol import Engine
from rag.web.session.rebuild import Report
from rag.web.session.stop import StopSign
from rag.web.uploads import remove_uploads, uploads_folder
from rag.web.whence import Whence

ADDRESS = "127.0.0.1"
EVERY_ADDRESS = frozenset({"0.0.0.0", "::"})  # every address of this machine
PORT = 7860  # Gradio's default, as in bookmarks and Spaces
PORTS_TRIED = 20
BACKLOG = 128  # connections
BACKGROUND = 5  # further seconds for background work; stopping it then leaves no partial file
SESSIONS = 256  # open pages whose state is kept; the oldest one is dropped and made again
JOBS = 512  # concurrent events: two per open page, one of which lasts as long as the page is open
SHUTDOWN = 3  # seconds for answers to end, of the ten that a service manager waits; then open pages are disconnected


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
    visit: Visit | None = None,
) -> FastAPI:
    """Return the whole application.

    `open_engine` is called in the background, once now and once after each rebuild. `answers` tests if the documents
    answer a question, so that only such are suggested. `watched` reads a file saved in `seeds` at once. `models` None
    answers in quotes only. `others` lists the named collections beside the documents in `seeds`, and `begin` creates
    one. `keeper` authenticates requests, None allows everybody. `hosts` are host names of the page besides the
    loopback's. `shared` separates the conversations of browsers, as in a Space. `programs` adds the API for other
    programs. `visit` fetches a web page by its address, None offers no such field.
    """
    store = Conversations(conversations)
    sign = sign or StopSign()
    first = Opening("", seeds, open_engine, build, answers, watched)
    shelf = Shelf(lambda: [first, *others()], store, sign, begin)
    app = FastAPI(title=strings.TITLE, docs_url=None, redoc_url=None, openapi_url=None)
    add_routes(app, shelf, store)
    page = Page(shelf, store, suffixes, models or Models(NO_GENERATOR, sign), shared or bool(space_host), visit)
    names = {*LOCAL_HOSTS, *map(in_url, hosts), *filter(None, [space_host])}
    frames = "https://huggingface.co https://*.hf.space" if space_host else "'none'"
    app.add_middleware(Leaving, came=sign.listen, left=sign.leave)
    app.add_middleware(Events, inputs=kinds_of(_mounted(app, page, sign.rereads).fns))
    if not space_host:  # in a Space all come through its proxy
        app.add_middleware(Whence)
    if keeper:
        app.add_middleware(Access, keeper=keeper)
    if programs:
        app.add_middleware(Beside, shelf=shelf, programs=programs)
    app.add_middleware(Guard, hosts=names, frame_ancestors=frames)
    app.add_middleware(strings.Speaking)
    app.state.chat, app.state.shelf, app.state.keeper = shelf.at("").chat, shelf, keeper
    return app


def _mounted(app: FastAPI, page: Page, read: Callable[[str], bool]) -> Any:
    """Mount Gradio's page into the application; return its gr.Blocks. `read` tells if a page has a second stream."""
    import gradio
    from gradio.routes import App
    from starlette.routing import Mount

    uploads_folder()  # before Gradio chooses its own

    from rag.web.page_queue import PageQueue
    from rag.web.page_state import PageStates
    from rag.web.pages.labels import translations
    from rag.web.pages.layout import blocks
    from rag.web.pages.theme import theme

    built = blocks(page)
    built.max_threads = JOBS  # rag.web.session.lanes limits and orders the questions
    built.queue(max_size=None, api_open=False)
    built._queue = PageQueue(built, JOBS, read)
    built.has_launched = True  # without this, a mounted Gradio does not check which files it serves
    gradio.mount_gradio_app(
        app, built, "/", server_name=ADDRESS, footer_links=[], run_history=False, ssr_mode=False, pwa=False, mcp_server=False,
        max_file_size="50mb", show_error=False, enable_monitoring=False, theme=theme(), i18n=translations(),
        head='<link rel="stylesheet" href="/ui/static/chat.css"><script src="/ui/static/chat.js" defer></script><link rel="icon" href="/ui/static/icon.svg">', app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )  # fmt: skip
    [inner] = [route.app for route in app.routes if isinstance(route, Mount) and isinstance(route.app, App)]
    inner.state_holder = PageStates(built, SESSIONS)
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
    """Serve until SIGTERM or Ctrl-C; running answers end with what was checked so far, and the exit code is 0.

    `beside` is printed once the page is up, with `{url}` replaced by its URL.
    """
    import uvicorn

    listening = listen(address, port)
    url = url_of(address, listening.getsockname()[1])
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
        os._exit(0)  # a thread that is loading a model cannot be stopped, and would abort the interpreter when it ends


def listen(address: str, port: int | None) -> socket.socket:
    """Bind the port; by default the first free one from PORT on."""
    tries = [port] if port is not None else [*range(PORT, PORT + PORTS_TRIED)]
    for candidate in tries:
        try:
            return _bound(address, candidate)
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                raise OSError(f"this machine has no address '{address}'; give one of its own") from error
            if error.errno == errno.EACCES and port is not None:
                raise OSError(f"port {port} may not be used by this user; choose one from 1024 on") from error
    raise OSError(f"no free port among {tries[0]} to {tries[-1]}; end the other server, or choose another port")


def _bound(address: str, port: int) -> socket.socket:
    sixth = ":" in address  # IP version 6
    listening = socket.socket(socket.AF_INET6 if sixth else socket.AF_INET)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sixth:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, address not in EVERY_ADDRESS)
        listening.bind((address, port))
        listening.listen(BACKLOG)  # early connections wait for the server
    except OSError:
        listening.close()
        raise
    return listening


def url_of(address: str, port: int) -> str:
    """Return the page's URL on this machine."""
    return f"http://{in_url(ADDRESS if address in EVERY_ADDRESS else address)}:{port}"


def in_url(host: str) -> str:
    """Return a host as in a URL: an IPv6 address is in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _arrived(url: str, keeper: Keeper | None, browser: bool, say: Callable[[str], None]) -> None:
    say(f"the chat is at {url}{f'/{keeper.query}' if keeper else ''}  (end it with Ctrl-C)")
    if browser:
        opened = f"{url}/{keeper.query_once if keeper else ''}"
        threading.Thread(target=webbrowser.open, args=(opened,), daemon=True).start()


def _server_class() -> Any:
    import uvicorn

    class Server(uvicorn.Server):
        """A uvicorn server that announces when it listens, and stops the model before waiting for answers to end."""

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
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # disconnecting a page now is not an error
            self.force_exit = self.should_exit  # a second signal does not wait
            self.should_exit = True  # the signal is not raised again: the exit code is 0

    return Server
