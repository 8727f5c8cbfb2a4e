"""Serves MCP, over stdio to the parent program, or over HTTP on the loopback interface."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.api.keys import Keys, line_of, new_key
from rag.api.library import Library
from rag.api.own import OwnLibrary
from rag.api.problem import Problem
from rag.api.tools import ASK, FETCH, INSTRUCTIONS, OPEN, SEARCH, Tools
from rag.errors import RagError
from rag.index import Location, seeds_of
from rag.pipeline import Rag

if TYPE_CHECKING:
    from mcp.server import MCPServer

ADDRESS, PATH = "127.0.0.1", "/mcp"
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
BODY = 64 * 1024  # bytes of a request: a question, or an id

Given = ParamSpec("Given")
Made = TypeVar("Made")


def serve_stdio(rag: Rag, index: Location) -> None:
    """Serve the parent program until it closes the pipe; URLs are those of the files."""
    server(OwnLibrary(rag, seeds_of(index))).run("stdio")


def serve_http(
    rag: Rag,
    *,
    port: int,
    keys: Sequence[str] = (),
    hosts: Collection[str] = (),
    say: Callable[[str], None] = print,
) -> None:
    """Serve clients with a key on the loopback until Ctrl-C; `keys` are lines of `rag key NAME`, default: a new one."""
    import uvicorn

    made = "" if keys else new_key()
    app = http_app(OwnLibrary(rag), Keys(keys or [line_of("made", made)]), hosts=hosts)
    say(f"MCP is at http://{ADDRESS}:{port}{PATH}{f', with the key {made}' if made else ''}  (end it with Ctrl-C)")
    uvicorn.run(app, host=ADDRESS, port=port, log_level="warning", ws="none", server_header=False)


def http_app(library: Library, keys: Keys, *, hosts: Collection[str] = ()) -> ASGIApp:
    """Return the MCP application over HTTP: only for its own host names, its own origin, and clients with a key."""
    made = server(library)  # first, because it says what to install
    from mcp.server.transport_security import TransportSecuritySettings

    names = [*LOCAL_HOSTS, *hosts]
    guard = TransportSecuritySettings(allowed_hosts=[*names, *(f"{name}:*" for name in names)], allowed_origins=[])
    app = made.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        transport_security=guard,
        max_request_body_size=BODY,
    )
    return WithKey(app, keys)


class WithKey:
    """ASGI middleware that requires a key: as a Bearer token, or as `?key=` for clients configured by URL only."""

    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self.app = app
        self.keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._may(scope):
            problem = Problem("no valid key; send one that rag key made as: Authorization: Bearer KEY", status=401)
            await problem.response(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _may(self, scope: Scope) -> bool:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("key", [""])[0]
        return self.keys.accepts(Headers(scope=scope).get("authorization", "")) or self.keys.accepts(f"Bearer {given}")


def server(library: Library) -> MCPServer:
    """Return the server with its tools; RagError if the protocol's package is missing."""
    try:
        from mcp.server import MCPServer
        from mcp_types import ToolAnnotations
    except ImportError as error:
        raise RagError("rag mcp needs the extra [mcp]; run: pip install -c constraints.txt -e '.[mcp]'") from error
    from rag import __version__

    tools = Tools(library)
    made = MCPServer("rag", title="Your documents", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING")
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    for tool, words in ((tools.search, SEARCH), (tools.fetch, FETCH), (tools.ask, ASK), (tools.open_source, OPEN)):
        made.add_tool(_in_words(tool), description=words, annotations=reads, structured_output=True)
    return made


def _in_words(tool: Callable[Given, Made]) -> Callable[Given, Made]:
    """Return a tool that reports user errors to the model in one line, and of any other error only that it occurred."""
    from mcp.server.mcpserver.exceptions import ToolError

    @wraps(tool)
    def called(*given: Given.args, **named: Given.kwargs) -> Made:
        try:
            return tool(*given, **named)
        except (RagError, ValueError, Problem) as error:
            raise ToolError(" ".join(str(error).split())) from error

    return called
