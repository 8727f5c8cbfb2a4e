"""Names the options that several commands of the command line take."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from rag.index import Address, Location, index_of, location_of
from rag.models.remote import RemoteGenerator
from rag.models.remote_encoder import KEY
from rag.pipeline import Rag
from rag.protocols import Generator
from rag.types import Where

SeedsArgument = Annotated[
    Path | None,
    typer.Argument(help="The folder of the documents; by default the one that the index was built from, or seeds."),
]
IndexOption = Annotated[
    str,
    typer.Option("--index", "-i", help="The folder of the index, or postgresql://host/database/collection."),
]
NameOption = Annotated[
    str, typer.Option("--name", "-n", help="The name of a collection: its index lies in collections/NAME.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
GeneratorOption = Annotated[
    str, typer.Option("--generator", "-g", help="A model's name or folder; 'none' answers in quotes only.")
]
ServerOption = Annotated[
    str,
    typer.Option("--server", help=f"An OpenAI-compatible server that has the model -g, such as http://127.0.0.1:11434/v1; its key in {KEY}."),
]  # fmt: skip
EncoderOption = Annotated[
    str | None,
    typer.Option(
        "--encoder",
        "-e",
        help=f"A sentence-transformers model's name or folder, or http://server/v1#model; by default the one of the index. The key of a server in {KEY}.",
    ),
]
EngineOption = Annotated[
    str,
    typer.Option(
        "--engine",
        help="Where files are parsed and passages embedded: local, ray (a cluster named in RAY_ADDRESS, or else this machine), or ray:ADDRESS.",
    ),
]
ThresholdOption = Annotated[
    float,
    typer.Option("--threshold", min=0, max=1, help="Refuse below this confidence; rag eval --calibrate chooses one."),
]
SourceOption = Annotated[list[str] | None, typer.Option("--source", "-s", help="Only this file or folder; repeatable.")]
SinceOption = Annotated[
    datetime | None,
    typer.Option(
        "--since",
        formats=["%Y-%m-%d"],
        help="Only files of this day or later (the date that a file states, or its last change).",
    ),
]
UntilOption = Annotated[
    datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Only files of this day or earlier.")
]


def named(index: str, name: str = "") -> Location:
    """Return the index of a named collection, or the given one."""
    return index_of(name, on_disk(index)) if name else location_of(index)


def on_disk(index: str) -> Path:
    """Return the folder of an index; ValueError for one in a database."""
    place = location_of(index)
    if isinstance(place, Address):
        raise ValueError(f"the index at '{place}' is in a database; this command needs an index in a folder")
    return place


def in_database(index: str) -> Address:
    """Return the collection of an index in a database; ValueError for one in a folder."""
    place = location_of(index)
    if isinstance(place, Path):
        raise ValueError(
            f"the index '{place}' is a folder, which the rights of its files protect; this command needs one in a database"
        )
    return place


def searched(source: list[str] | None, since: datetime | None, until: datetime | None) -> Where:
    """Return the filter of files that the options describe."""
    return {"sources": source or (), "since": since and since.date(), "until": until and until.date()}


def open_rag(index: Location, generator: str, encoder: str | None, threshold: float, server: str = "") -> Rag:
    """Open an index with the named models; the generator may be on a server."""
    wording: Generator | str | None = None if generator == "none" else generator
    if server:
        wording = RemoteGenerator(server, generator, os.environ.get(KEY, ""))
    return Rag.open(index, encoder=encoder, generator=wording, threshold=threshold)
