"""Starts the chat: fetches missing models, builds the index if there is none, serves the page.

Each step prints what it does. Environment: `RAG_NO_BROWSER` opens no browser; `RAG_CONVERSATIONS` is the folder of the
conversations; `RAG_PORT` is the port; `RAG_WATCH` watches the documents; `RAG_WEB_PAGES` offers to fetch web pages; `RAG_ADDRESS` is for a container, which its
own network isolates; `SPACE_ID` and `SPACE_HOST`, set by Hugging Face in a Space, allow that one host.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from rich.console import Console

from rag import models
from rag.answer.read import REFUSAL_THRESHOLD
from rag.api.keys import Keys, line_of, new_key
from rag.building import build
from rag.console import bars
from rag.display import plain
from rag.errors import ModelUnavailable, RagError
from rag.index import (
    Address,
    Location,
    begin_collection,
    collections_of,
    documents_of,
    location_of,
    newest_manifest,
    seeds_of,
)
from rag.load import LOADERS
from rag.site import visit
from rag.types import BuildReport
from rag.web.access import Keeper, Token, is_loopback, keeper_of
from rag.web.beside import Programs
from rag.web.pages.shelf import Opening
from rag.web.server import ADDRESS, EVERY_ADDRESS, build_app, run
from rag.web.session.engine import Opener
from rag.web.session.generators import NO_GENERATOR, Models
from rag.web.session.stop import StopSign
from rag.web.view.library import folder

EVERYWHERE = "0.0.0.0"  # only in a Space, where only its host is allowed


def serve(
    seeds: str | Path | None = None,
    index: str | Location = "index",
    *,
    generator: str = models.DEFAULT_GENERATOR,
    encoder: str | None = None,
    port: int | None = None,
    browser: bool | None = None,
    threshold: float = REFUSAL_THRESHOLD,
    address: str = "",
    auth: Sequence[str] = (),
    hosts: Sequence[str] = (),
    let_anyone_in: bool = False,
    watch: bool = False,
    web_pages: bool = False,
    keys: Sequence[str] | None = None,
    listed: bool = True,
    say: Callable[[str], None] = print,
) -> None:
    """Serve the chat about the documents in `seeds`, by default those that the index was built from, until stopped.

    `port` None takes `RAG_PORT`, or else the first free one from 7860 on. `browser` None opens one unless this is a
    Space or `RAG_NO_BROWSER` is set. A question is refused if the reader's confidence is below `threshold` (0 to 1).
    `address` is 127.0.0.1 by default; any other than the loopback requires `auth`, lines of `rag password NAME`, or
    `let_anyone_in`. `hosts` are further host names of the page. `watch` reads a saved document at once; `web_pages`
    accepts addresses of web pages. `encoder` is a name as for `rag.build`. `keys`, lines of `rag key NAME`, give other
    programs access (() makes one on the loopback); `listed` adds the source list to their answers.
    """
    index = location_of(index)
    seeds = folder_of(index, seeds)
    tell, say = say, lambda line: tell(plain(line))  # file names may contain terminal control characters
    space = os.environ.get("SPACE_HOST", "")
    address = EVERYWHERE if os.environ.get("SPACE_ID") else address or os.environ.get("RAG_ADDRESS") or ADDRESS
    keeper = _keeper(address, auth, let_anyone_in)
    programs = _programs(address, keys, let_anyone_in, listed) if keys is not None else None
    sign = StopSign()
    wordings = Models(fetched(generator, say), sign, fixed=bool(space), alone=isinstance(keeper, Token))
    built(seeds, index, say, encoder)
    watched = watch or bool(os.environ.get("RAG_WATCH"))
    opened = partial(opening, wordings=wordings, threshold=threshold, watched=watched, encoder=encoder)
    say(f"watching {seeds}, and opening the page" if watched else "opening the page")
    app = _app(
        seeds, index, opened, models=wordings, sign=sign, watched=watched, space_host=space,
        hosts=[*({address} - EVERY_ADDRESS), *hosts, *_listed("RAG_HOSTS")],
        keeper=keeper, shared=not isinstance(keeper, Token), programs=programs,
        visit=visit if _offered(web_pages) else None,
    )  # fmt: skip
    browser = not (space or os.environ.get("RAG_NO_BROWSER")) if browser is None else browser
    beside, port = programs.words if programs else "", port_wished() if port is None else port
    run(app, port=port, address=address, browser=browser, say=say, beside=beside)


def _offered(web_pages: bool) -> bool:
    """Return True if the page accepts addresses of web pages; never in a Space, where strangers would fetch through it."""
    return not any(map(os.environ.get, ("SPACE_ID", "SPACE_HOST"))) and (
        web_pages or bool(os.environ.get("RAG_WEB_PAGES"))
    )


def _app(seeds: Path, index: Location, opened: Callable[[str, Location, Path], Opening], **more: Any) -> FastAPI:
    """Return the application about the documents in `seeds` and the collections beside them."""
    first = opened("", index, seeds)
    return build_app(
        first.open_engine, first.build, seeds=seeds, answers=first.answers,
        others=lambda: [opened(name, one, documents_of(one)) for name, one in _beside(index)],
        begin=lambda name: _begin(name, index),
        conversations=Path(os.environ.get("RAG_CONVERSATIONS", "conversations")),
        suffixes=frozenset(LOADERS), **more,
    )  # fmt: skip


def _beside(index: Location) -> list[tuple[str, Path]]:
    return collections_of(index) if isinstance(index, Path) else []  # in a database each has its own address


def _begin(name: str, index: Location) -> None:
    if isinstance(index, Address):
        raise ValueError("a collection in a database is begun by its address: rag build FOLDER --index postgresql://…")
    begin_collection(name, index)


def opening(
    name: str,
    index: Location,
    seeds: Path,
    *,
    wordings: Models,
    threshold: float,
    watched: bool = False,
    encoder: str | None = None,
) -> Opening:
    """Return the arguments for opening a collection."""
    opener = Opener(index, wordings, threshold, encoder)
    rebuild = partial(build, seeds, index, encoder=encoder, may_be_empty=True)
    return Opening(name, seeds, opener, lambda progress: rebuild(progress=progress), opener.answers, watched)


def _keeper(address: str, auth: Sequence[str], let_anyone_in: bool) -> Keeper | None:
    return keeper_of(
        address,
        auth=auth or _listed("RAG_AUTH"),
        token=os.environ.get("RAG_TOKEN", ""),
        inside=bool(os.environ.get("RAG_CONTAINER")),
        anyone=let_anyone_in or any(map(os.environ.get, ("RAG_LET_ANYONE_IN", "SPACE_ID"))),
    )


def _programs(address: str, keys: Sequence[str], anyone: bool, listed: bool) -> Programs:
    """Return the settings of the API; ValueError if programs could ask without a key and this was not allowed."""
    lines = keys or _listed("RAG_KEYS")
    if lines:
        return Programs(Keys(lines), listed)
    if anyone or os.environ.get("RAG_LET_ANYONE_IN"):
        return Programs(None, listed)
    if not is_loopback(address) and not os.environ.get("RAG_CONTAINER"):
        raise ValueError(f"anyone who can reach {address} could ask; give --key a line of: rag key NAME")
    key = new_key()
    return Programs(Keys([line_of("made", key)]), listed, key)


def port_wished() -> int | None:
    """Return the port from the environment, if set; ValueError if it is invalid."""
    wished = os.environ.get("RAG_PORT", "")
    if wished and not (wished.isascii() and wished.isdigit() and int(wished) < 1 << 16):
        raise ValueError(f"RAG_PORT is {wished!r}; give a number from 0 to 65535")
    return int(wished) if wished else None


def folder_of(index: Location, seeds: str | Path | None) -> Path:
    """Return the folder of the documents; RagError if the index belongs to another one."""
    kept = seeds_of(index)
    if (
        seeds is None and isinstance(index, Address) and kept and not kept.is_dir()
    ):  # else it would be rebuilt from other documents
        raise RagError(
            f"the documents of the index at '{index}', '{kept}', are not on this machine; name their folder, or run: rag mcp"
        )
    if seeds is None:
        return kept or Path("seeds")  # also one that is away now: it must not be replaced by other documents
    seeds = Path(seeds)
    if kept and kept.resolve() != seeds.resolve() and kept.is_dir():
        raise RagError(
            f"the index at '{index}' is of '{kept}', not of '{seeds}'; run: rag chat {seeds} --index {seeds.name}-index"
        )
    return seeds


def _listed(variable: str) -> list[str]:
    return [part.strip() for part in os.environ.get(variable, "").split(",") if part.strip()]


def fetched(generator: str, say: Callable[[str], None]) -> str:
    """Download missing models; return the generator to use, `none` if it is unavailable."""
    models.fetch(models.DEFAULT_ENCODER, say)
    if generator == NO_GENERATOR:
        return generator
    try:
        if generator in models.EMBEDDED:
            models.fetch(generator, say)
        else:
            models.locate(generator)
    except ModelUnavailable as error:
        say(f"{error}")
        say("answering in quotes only until then")
        return NO_GENERATOR
    return generator


def built(seeds: Path, index: Location, say: Callable[[str], None], encoder: str | None = None) -> BuildReport | None:
    """Build the index if there is none and there are documents; report it, with the skipped files."""
    before = newest_manifest(index)
    if (before and before.passages) or not seeds.is_dir() or not folder(seeds):
        return None
    say(f"building the index of {seeds} (once; later only what changed)")
    with bars(Console(stderr=True)) as progress:
        report = build(seeds, index, encoder=encoder, progress=progress)
    say(f"read {report.read} documents, {report.passages} passages, in {report.seconds:.1f} s")
    for skipped in report.skipped:
        say(f"skipped {skipped.source!r}: {skipped.reason}")
    return report
