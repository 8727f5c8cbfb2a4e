"""Holds the commands that serve, and say whom: rag chat, rag serve and rag mcp; rag password, rag key and rag share."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from rag import models
from rag.answer.read import REFUSAL_THRESHOLD
from rag.console import note, out
from rag.index import share as share_with
from rag.index import shares, unshare
from rag.options import (
    EncoderOption,
    GeneratorOption,
    IndexOption,
    NameOption,
    SeedsArgument,
    ServerOption,
    ThresholdOption,
    in_database,
    named,
    open_rag,
)

PortOption = Annotated[
    int | None, typer.Option(min=0, max=65535, help="The port; else RAG_PORT, or the first free one from 7860 on.")
]
AddressOption = Annotated[str, typer.Option(help="The address; any other than 127.0.0.1 requires --auth.")]
AuthOption = Annotated[
    list[str] | None, typer.Option(help="Who may log in: a line of rag password; repeatable, or in RAG_AUTH.")
]
KeyOption = Annotated[
    list[str] | None,
    typer.Option("--key", help="Which program may ask: a line of rag key; repeatable, or in RAG_KEYS."),
]
HostOption = Annotated[list[str] | None, typer.Option(help="A further name of the server; repeatable.")]
AnyoneOption = Annotated[
    bool,
    typer.Option("--let-anyone-in", help="Require no password: anyone who can connect can read and remove files."),
]

WatchOption = Annotated[
    bool, typer.Option("--watch", help="Read a file as soon as it is saved in the documents folder.")
]

WebPagesOption = Annotated[
    bool,
    typer.Option("--web-pages", help="Offer to add a web page by its address; the page is fetched when asked for."),
]


def chat(
    seeds: SeedsArgument = None,
    index: IndexOption = "index",
    generator: GeneratorOption = models.DEFAULT_GENERATOR,
    encoder: EncoderOption = None,
    port: PortOption = None,
    threshold: ThresholdOption = REFUSAL_THRESHOLD,
    address: AddressOption = "",
    auth: AuthOption = None,
    host: HostOption = None,
    let_anyone_in: AnyoneOption = False,
    watch: WatchOption = False,
    web_pages: WebPagesOption = False,
) -> None:
    """Open the chat in the browser; builds the index first if there is none."""
    from rag.web import serve as serve_page

    serve_page(seeds, index, generator=generator, encoder=encoder, port=port, threshold=threshold, address=address, auth=auth or (), hosts=host or (),
               let_anyone_in=let_anyone_in, watch=watch, web_pages=web_pages)  # fmt: skip


def serve(
    seeds: SeedsArgument = None,
    index: IndexOption = "index",
    generator: GeneratorOption = models.DEFAULT_GENERATOR,
    encoder: EncoderOption = None,
    port: PortOption = None,
    threshold: ThresholdOption = REFUSAL_THRESHOLD,
    address: AddressOption = "",
    auth: AuthOption = None,
    key: KeyOption = None,
    host: HostOption = None,
    let_anyone_in: AnyoneOption = False,
    watch: WatchOption = False,
    web_pages: WebPagesOption = False,
    source_list: Annotated[
        bool,
        typer.Option(help="List the sources under every answer's text, for clients that show only text."),
    ] = True,
) -> None:
    """Serve the page and, to programs with a key, OpenAI's protocol: /v1/chat/completions, /v1/models, /v1/search."""
    from rag.web import serve as serve_page

    serve_page(seeds, index, generator=generator, encoder=encoder, port=port, browser=False, threshold=threshold, address=address, auth=auth or (),
               hosts=host or (), let_anyone_in=let_anyone_in, watch=watch, web_pages=web_pages, keys=key or (), listed=source_list)  # fmt: skip


def mcp(
    index: IndexOption = "index",
    name: NameOption = "",
    generator: GeneratorOption = "none",  # the calling model words the answer anyway
    server: ServerOption = "",
    encoder: EncoderOption = None,
    threshold: ThresholdOption = REFUSAL_THRESHOLD,
    http: Annotated[
        bool, typer.Option("--http", help="Listen at http://127.0.0.1:PORT/mcp instead of speaking over stdio.")
    ] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port for --http.")] = 8765,
    key: KeyOption = None,
    host: HostOption = None,
) -> None:
    """Let a model search, read and ask your documents over MCP: stdio, or HTTP with --http; needs the extra [mcp]."""
    from rag.api.mcp import serve_http, serve_stdio

    rag = open_rag(named(index, name), generator, encoder, threshold, server)
    if http:
        keys = key or [line for line in os.environ.get("RAG_KEYS", "").split(",") if line.strip()]
        serve_http(rag, port=port, keys=keys, hosts=host or (), say=note.print)
    else:
        serve_stdio(rag, named(index, name))


def password(name: Annotated[str, typer.Argument(help="The name to log in with.")]) -> None:
    """Print the login line of a name for rag chat --auth: it holds a hash, never the password."""
    from rag.web.passwords import hashed

    out.print(hashed(name, typer.prompt("password", hide_input=True, confirmation_prompt=True, err=True)))


def key(name: Annotated[str, typer.Argument(help="The program's name.")]) -> None:
    """Make a key for a program: on stderr the key, shown once; on stdout the line for rag serve --key, which holds its hash."""
    from rag.api.keys import line_of, new_key

    made = new_key()
    line = line_of(name, made)
    note.print(f"the key, shown this once: {made}")
    out.print(line)


def share(
    role: Annotated[str, typer.Argument(help="A role of the database; without one, all are listed.")] = "",
    folders: Annotated[
        list[str] | None, typer.Argument(help="The folders or files that the role may read; without any, all.")
    ] = None,
    index: IndexOption = "index",
    end: Annotated[bool, typer.Option("--end", help="Let the role read nothing from now on.")] = False,
) -> None:
    """Let a role of the database read an index in PostgreSQL, or only some folders of it; published by the next rag build."""
    place = in_database(index)
    if end:
        unshare(place, role)
    elif role:
        share_with(place, role, folders or ())
        if folders:
            note.print(f"{role} reads them from the next build on; run: rag build --index '{place}'")
    for name, some in shares(place):
        out.print(f"{name}: {', '.join(some) or 'everything'}")
