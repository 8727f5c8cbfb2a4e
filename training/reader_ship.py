"""Writes a trained reader in the shipped format.

    python -m training.reader_ship ENCODER OUT.safetensors WEIGHTS... [--mean OTHER... [--share 0.5]] [--yes 0.75]

WEIGHTS are the output of `training.reader`. A trained matrix of the encoder is stored as its difference from the
encoder's own, in 4 bits with one factor per row: fine-tuning changes a weight by a few hundredths of its size, so this
is more exact than 8 bits of the whole matrix. With --mean the tensors are the mean of two trainings with the same
start, where OTHER has the weight --share; --yes is added to the score of yes. WEIGHTS and OTHER may also be in the
shipped format.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from rag.models import catalog
from rag.models.cross_encoder import trained_tensors

Array = NDArray[np.float32]
MOST = 7  # largest step of a difference on each side of zero


def whole(files: Sequence[Path], encoder: Path) -> dict[str, Array]:
    """Return a training's tensors in float32, from 8 bits with row factors, half precision, or the shipped format."""
    if any(name.endswith("+") for name in load_file(files[0])):
        return {name: value for file in files for name, value in trained_tensors(file, encoder).items()}
    read = {name: value for file in files for name, value in load_file(file).items()}
    return {
        name: value.astype(np.float32) * (read[f"{name}#"].astype(np.float32) if f"{name}#" in read else 1)
        for name, value in read.items()
        if not name.endswith("#")
    }


def shipped(trained: Mapping[str, Array], base: Mapping[str, Array]) -> dict[str, NDArray[np.generic]]:
    """Return the tensors in the shipped format; `rag.models.cross_encoder.trained_tensors` reads them back."""
    kept: dict[str, NDArray[np.generic]] = {}
    for name, value in trained.items():
        own = base.get(name.removeprefix("encoder."))
        if own is None or value.ndim < 2 or value.shape[1] % 2:
            kept[name] = value.astype(np.float16)
            continue
        change = value - own.astype(np.float32)
        factor = (np.abs(change).max(axis=1, keepdims=True) / MOST).astype(np.float16)
        factor[factor == 0] = 1
        steps = np.clip(np.round(change / factor.astype(np.float32)), -MOST, MOST).astype(np.int8) + 8
        kept[f"{name}+"] = (steps[:, ::2] | (steps[:, 1::2] << 4)).astype(np.uint8)
        kept[f"{name}+#"] = factor
    return kept


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("encoder")
    asked.add_argument("out", type=Path)
    asked.add_argument("weights", type=Path, nargs="+")
    asked.add_argument("--mean", type=Path, nargs="+", default=[])
    asked.add_argument("--share", type=float, default=0.5)
    asked.add_argument("--yes", type=float, default=0.0)
    given = asked.parse_args()
    encoder = catalog.locate(given.encoder)
    trained = whole(given.weights, encoder)
    if given.mean:
        other = whole(given.mean, encoder)
        trained = {name: value + given.share * (other[name] - value) for name, value in trained.items()}
    trained["outer.bias"][1] += given.yes
    kept = shipped(trained, load_file(encoder / "model.safetensors"))
    save_file(kept, given.out, {"encoder": given.encoder})
    given.out.chmod(0o644)
    print(f"{given.out}: {given.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
