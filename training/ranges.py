"""Collects the largest inputs of the linear layers of encoders and readers: `rag.models.bert_graph` needs fixed scales.

    python -m training.ranges rag/weights/ranges.safetensors WEIGHTS=RANGES.npz ...

`training.reader` measures them: NAME-ranges.npz are those of a reader, over the development questions with their
passages; with `--alone`, BASE-encoder-ranges.npz are those of the encoder by itself, over questions and passages. A
model is identified by the checksum of its weights; entries of other models are kept, unless `--forget` drops them. For
the mean of two trainings give both, with the same weights; the larger value of each counts.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from rag.models import catalog


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("measured", nargs="+", metavar="WEIGHTS=RANGES")
    parser.add_argument(
        "--forget",
        action="append",
        default=[],
        metavar="CHECKSUM",
        help="first digits of the checksum of weights that no longer exist",
    )
    given = parser.parse_args()
    known = load_file(given.out) if given.out.is_file() else {}
    kept = {name: most for name, most in known.items() if not name.startswith(tuple(given.forget) or ("-",))}
    new: dict[str, np.ndarray] = {}
    for pair in given.measured:
        weights, _, ranges = pair.rpartition("=")
        prefix = catalog.sha256_of(Path(weights))[: catalog.SHORT]
        read = np.load(ranges)
        for name in read.files:
            most = read[name].astype(np.float16)
            new[f"{prefix}/{name}"] = np.maximum(most, new.get(f"{prefix}/{name}", most))
    kept |= new
    save_file(kept, given.out)
    print(
        f"{len(kept)} layers of {len({name.partition('/')[0] for name in kept})} models, {given.out.stat().st_size / 1e3:.0f} kB"
    )


if __name__ == "__main__":
    main()
