"""Fits what decides which document a request for a summary means, and measures it in folders that it was not fitted on.

    python -m training.summaries [--features FILE.json]

The requests are in training/summaries.jsonl, the folders in training/documents/worlds; one folder in six, by its name,
is held out. An index is built for each folder and searched as the program does. The weights are those of a softmax over
the documents found (`rag.answer.summary.which_document.WEIGHTS`). Takes ten minutes on two cores; with --features the features
are kept in a file, and read from it if it exists.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag import Rag, build
from rag.answer.lookup import DEEP
from rag.answer.retrieve import retrieve
from rag.answer.summary.which_document import FEATURES, WEIGHTS, about, documents_asked_for, features
from training.data import Part
from training.reader_written import World, worlds

HERE = Path(__file__).parent
STEPS, STEP, SHRINK = 600, 2.0, 1e-3


class Request(NamedTuple):
    """A request with the features of the documents found for it."""

    part: Part
    q: str
    rows: list[list[float]]  # (documents, features)
    meant: int  # the row of the document that is meant; -1 if it was not found
    chosen: bool  # the program chooses that document


def requests(file: Path) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return the requests for one document, by folder: text and file."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
        if "file" in row:
            found[row["world"]].append((row["q"], row["file"]))
    return found


def read(world: World, asked: Sequence[tuple[str, str]]) -> Iterator[Request]:
    """Build the index of a folder and yield its requests."""
    with TemporaryDirectory() as place:
        world.write(Path(place) / "documents")
        build(Path(place) / "documents", Path(place) / "index")
        rag = Rag.open(Path(place) / "index", generator=None)
        index = rag.index
        for q, meant in asked:
            hits = index.hits(retrieve(index, rag.encoder, [about(q)], k=DEEP)["fused"])
            found = list(dict.fromkeys(hit.passage.source for hit in hits))
            rows = features(q, {source: index.documents[source] for source in found}, hits, rag.encoder)
            chosen = documents_asked_for(q, index.documents, list(index.documents), hits, rag.encoder)
            yield Request(world.part, q, rows.tolist(), found.index(meant) if meant in found else -1, chosen == [meant])


def fitted(of: Sequence[Request]) -> NDArray[np.float64]:
    """Return the weights under which the documents that are meant are likeliest."""
    weights = np.zeros(len(FEATURES))
    groups = [(np.array(one.rows), one.meant) for one in of if one.meant >= 0]
    for _ in range(STEPS):
        slope = -SHRINK * weights
        for rows, meant in groups:
            shares = np.exp(rows @ weights - (rows @ weights).max())
            slope += (rows[meant] - shares @ rows / shares.sum()) / len(groups)
        weights += STEP * slope
    return weights


def right(of: Sequence[Request], weights: NDArray[np.float64]) -> float:
    """Return the share of requests whose document has the highest score."""
    return float(np.mean([int((np.array(one.rows) @ weights).argmax()) == one.meant for one in of]))


def main() -> None:
    """Read, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--features", type=Path)
    given = parser.parse_args()
    if given.features and given.features.exists():
        every = [Request(*row) for row in json.loads(given.features.read_text(encoding="utf-8"))]
    else:
        asked = requests(HERE / "summaries.jsonl")
        every = [one for world in worlds(HERE / "documents" / "worlds") for one in read(world, asked[world.name])]
        if given.features:
            given.features.write_text(json.dumps(every), encoding="utf-8")
    parts = {part: [one for one in every if one.part == part] for part in ("train", "dev")}
    weights = fitted(parts["train"])
    print("fitted: ", dict(zip(FEATURES, np.round(weights, 2).tolist(), strict=True)))
    print("in use: ", dict(zip(FEATURES, np.round(WEIGHTS, 2).tolist(), strict=True)))
    for part, some in parts.items():
        alone = {name: right(some, np.eye(len(FEATURES))[i]) for i, name in enumerate(FEATURES)}
        print(f"{part}: {len(some)} requests; found at all {np.mean([one.meant >= 0 for one in some]):.3f}; right:")
        print(
            f"  fitted {right(some, weights):.3f}, as the program chooses {np.mean([one.chosen for one in some]):.3f}"
        )
        print("  by one alone: " + ", ".join(f"{name} {share:.3f}" for name, share in alone.items()))


if __name__ == "__main__":
    main()
