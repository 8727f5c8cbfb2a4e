"""Reads a language model with its tokenizer from disk.

A GGUF file is turned into safetensors once, because reading it takes transformers some 20 seconds each time; the
result lies in the user's cache under the fingerprint of the file. No code that comes with a model is run.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag import models
from rag.errors import ModelUnavailable

SAFELY: dict[str, bool] = {"local_files_only": True, "trust_remote_code": False}
ADAPTER = Path(__file__).parent / "weights" / "generator.safetensors"  # see weights/GENERATOR.md


def read_language_model(
    name: str, folder: Path, *, adapter: Path | None, say: Callable[[str], None]
) -> tuple[Any, Any]:
    """Return tokenizer and model, changed by the adapter if that was made for this model.

    Raises ModelUnavailable, in one line, for files that cannot be read and for a model that cannot chat.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    readable = folder if list(folder.glob("*.safetensors")) else _converted(name, folder, say)
    with _one_line(name, readable):
        tokenizer = AutoTokenizer.from_pretrained(readable, **SAFELY)
        model = AutoModelForCausalLM.from_pretrained(readable, use_safetensors=True, dtype=torch.float32, **SAFELY)
    if not getattr(tokenizer, "chat_template", None):
        raise ModelUnavailable(name, "it has no chat template; give the instruction-tuned variant")
    if adapter is not None and name in models.EMBEDDED:
        with _one_line(name, adapter):
            _adapt(model, adapter, models.EMBEDDED[name].sha256)
    return tokenizer, model.eval()


def _adapt(model: Any, adapter: Path, sha256: str) -> None:
    """Add `up @ down` to every weight that the adapter changes, if it was made for weights with this checksum."""
    import torch
    from safetensors import safe_open

    with safe_open(adapter, framework="pt") as factors, torch.inference_mode():
        if factors.metadata()["base_sha256"] != sha256:
            return
        for key in factors.keys():  # noqa: SIM118  (no mapping)
            place, _, half = key.rpartition(".")
            if half == "up":
                change = factors.get_tensor(key).float() @ factors.get_tensor(f"{place}.down").float()
                model.get_submodule(place).weight += change


@contextmanager
def _one_line(name: str, file: Path) -> Iterator[None]:
    """Turn what transformers raises over a file into one line, and keep its bars off the screen."""
    from safetensors import SafetensorError
    from transformers.utils import logging as reports

    bars = reports.is_progress_bar_enabled()
    reports.disable_progress_bar()
    try:
        yield
    except (
        OSError,
        ValueError,
        LookupError,
        RuntimeError,
        TypeError,
        struct.error,
        SafetensorError,
    ) as error:
        raise ModelUnavailable(name, f"{file} cannot be read: {' '.join(str(error).split())[:300]}") from error
    finally:
        if bars:
            reports.enable_progress_bar()


def _converted(name: str, folder: Path, say: Callable[[str], None]) -> Path:
    """Return the folder with the GGUF's weights as safetensors; made once, and put in place by one rename."""
    files = sorted(folder.glob("*.gguf"))
    if len(files) != 1:
        raise ModelUnavailable(name, f"{folder} holds {len(files)} .gguf files; give a folder with exactly one")
    target = models.cache_folder() / "converted" / models.fingerprint(name).rpartition("@")[2]
    if target.is_dir():
        return target
    say(f"converting {files[0].name} for the first start (about 20 seconds, once)")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        made = Path(scratch) / "model"
        _convert(name, files[0], made)
        try:
            made.rename(target)
        except OSError:
            if not target.is_dir():  # else another process was quicker, with the same bytes
                raise
    return target


def _convert(name: str, file: Path, target: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with _one_line(name, file):
        tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name, **SAFELY)
        read = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32, **SAFELY)
    del read.config.quantization_config  # the weights are plain now; with it, transformers won't save them
    plain = type(read)(read.config)
    plain.load_state_dict(read.state_dict())
    plain.generation_config = read.generation_config
    plain.save_pretrained(target)
    tokenizer.save_pretrained(target)
