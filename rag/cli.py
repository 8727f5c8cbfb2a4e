"""The command line: rag build | add | ask | search | chat | serve | mcp | password | key | share | eval | info |
verify | fetch.

Exit codes: 0 answered or built, 1 a user's error in one line on stderr, 2 wrong usage, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from rag import models
from rag.answer.read import REFUSAL_THRESHOLD
from rag.building import build
from rag.console import bars, describe, note, out, print_answer, print_hit, print_json
from rag.engines import LOCAL
from rag.errors import RagError
from rag.evaluation.questions import made_questions, read_questions
from rag.evaluation.shown import check_can_be_written, print_calibration, print_figures
from rag.index import Location, documents_of, open_index, seeds_of, verify
from rag.options import (
    EncoderOption,
    EngineOption,
    GeneratorOption,
    IndexOption,
    JsonOption,
    NameOption,
    SeedsArgument,
    ServerOption,
    SinceOption,
    SourceOption,
    ThresholdOption,
    UntilOption,
    named,
    on_disk,
    open_rag,
    searched,
)
from rag.pipeline import Rag
from rag.serving import chat, key, mcp, password, serve, share
from rag.talk import talk

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
for command in (chat, serve, mcp, password, key, share):
    app.command()(command)

STOPPED = 130  # the shells' exit code for Ctrl-C; typer turns a KeyboardInterrupt into it


def _version(wanted: bool) -> None:
    if wanted:
        from rag import __version__

        out.print(f"rag {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    pass


@app.command(name="build")
def build_command(
    seeds: SeedsArgument = None,
    index: IndexOption = "index",
    name: NameOption = "",
    encoder: EncoderOption = None,
    engine: EngineOption = LOCAL,
    json_: JsonOption = False,
) -> None:
    """Build the index of a folder of documents; only what changed is read and embedded."""
    place = named(index, name)
    seeds = seeds or (documents_of(place) if name and isinstance(place, Path) else None)
    _build(seeds, place, encoder, json_, engine)


@app.command()
def add(
    address: Annotated[str, typer.Argument(help="The address of one web page, text or PDF.")],
    index: IndexOption = "index",
    name: NameOption = "",
    encoder: EncoderOption = None,
    private: Annotated[
        bool, typer.Option("--private", help="Allow an address on this machine or in a private network.")
    ] = False,
    json_: JsonOption = False,
) -> None:
    """Fetch one web page, save it among the documents, and build the index."""
    from rag.site import anywhere, keep, public, visit

    place = named(index, name)
    kept = seeds_of(place)
    if kept and not kept.is_dir():  # the index would be built from this page alone
        raise RagError(
            f"the documents of the index at '{place}', '{kept}', are not there; put the folder back, or run: rag build FOLDER"
        )
    seeds = documents_of(place) if name and isinstance(place, Path) else kept or Path("seeds")
    source = keep(visit(address, allowed=anywhere if private else public), seeds)
    note.print(f"kept as {source!r} in {seeds}")
    _build(seeds, place, encoder, json_)


def _build(seeds: Path | None, place: Location, encoder: str | None, json_: bool, engine: str = LOCAL) -> None:
    """Build with progress, and report what was done."""
    with bars(note) as progress:
        report = build(seeds, place, encoder=encoder, engine=engine, progress=progress)
    if json_:
        print_json(dataclasses.asdict(report))
    else:
        out.print(describe(report))
        if report.advice:
            note.print(report.advice)


@app.command(name="ask")
def ask_command(
    question: Annotated[str, typer.Argument(help="The question; without one you talk, line by line.")] = "",
    index: IndexOption = "index",
    name: NameOption = "",
    generator: GeneratorOption = models.DEFAULT_GENERATOR,
    server: ServerOption = "",
    encoder: EncoderOption = None,
    source: SourceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    threshold: ThresholdOption = REFUSAL_THRESHOLD,
    json_: JsonOption = False,
) -> None:
    """Answer a question with checked citations; without a question, start a conversation: a number opens a citation."""
    rag = open_rag(named(index, name), generator, encoder, threshold, server)
    where = searched(source, since, until)
    if not question:
        if not talk(rag, where, json_lines=json_):
            raise typer.Exit(1)
        return
    answer = rag.ask(question, **where)
    if json_:
        print_json(dataclasses.asdict(answer))
    else:
        print_answer(answer)


@app.command()
def search(
    question: str,
    index: IndexOption = "index",
    name: NameOption = "",
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages.")] = 10,
    encoder: EncoderOption = None,
    source: SourceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    json_: JsonOption = False,
) -> None:
    """Show the passages nearest to a question."""
    rag = Rag.open(named(index, name), encoder=encoder, generator=None)
    hits = rag.search(question, k=k, **searched(source, since, until))
    if json_:
        print_json([dataclasses.asdict(hit) for hit in hits])
    else:
        for n, hit in enumerate(hits, start=1):
            print_hit(n, hit)


@app.command(name="eval")
def eval_command(
    questions: Annotated[
        Path | None, typer.Argument(help="JSONL of questions; without it they are made from the documents.")
    ] = None,
    index: IndexOption = "index",
    generator: GeneratorOption = models.DEFAULT_GENERATOR,
    threshold: ThresholdOption = REFUSAL_THRESHOLD,
    choose: Annotated[bool, typer.Option("--calibrate", help="Choose the threshold of refusal instead.")] = False,
    save: Annotated[Path | None, typer.Option(help="Write the figures as JSON.")] = None,
    compare: Annotated[Path | None, typer.Option(help="Earlier figures; exit 1 if one of them became worse.")] = None,
) -> None:
    """Measure retrieval, answers, citations and refusals on questions, or choose the refusal threshold with them."""
    if choose and compare:
        raise typer.BadParameter("--calibrate produces no figures to compare; leave out one of the two")
    if save:
        check_can_be_written(save)
    rag = open_rag(named(index), "none" if choose else generator, None, threshold)
    asked = read_questions(questions) if questions else made_questions(rag)
    if choose:
        print_calibration(rag, asked, save)
    elif not print_figures(rag, asked, save, compare):
        raise typer.Exit(1)


@app.command()
def info(index: IndexOption = "index", json_: JsonOption = False) -> None:
    """Show what the index holds and how it is searched."""
    manifest = dataclasses.asdict(open_index(named(index)).manifest)
    if json_:
        print_json(manifest)
    else:
        for name, value in manifest.items():
            if not isinstance(value, (list, tuple, dict)):
                out.print(f"{name.replace('_', ' '):<14} {value}")


@app.command(name="verify")
def verify_command(index: IndexOption = "index") -> None:
    """Check every file of the index against its checksum."""
    problems = verify(on_disk(index))
    for problem in problems:
        note.print(str(problem))
    if not problems:
        out.print("every file of the index matches its manifest")
    raise typer.Exit(1 if problems else 0)


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="An embedded model's name.")] = models.DEFAULT_GENERATOR,
) -> None:
    """Download an embedded model, so that no network is needed later."""
    out.print(f"{name} is in {models.fetch(name, note.print)}")


def main() -> None:
    """Run the command line; a user's error is one line on stderr and exit code 1."""
    try:
        app()
    except (RagError, ValueError, OSError) as error:
        note.print(f"rag: {error}")
        raise SystemExit(1) from error
    except (KeyboardInterrupt, SystemExit) as end:
        if isinstance(end, SystemExit) and end.code != STOPPED:
            raise
        note.print("rag: stopped; what was done is kept, and the index is unchanged")
        raise SystemExit(STOPPED) from None
