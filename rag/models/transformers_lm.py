"""Runs any causal language model in transformers.

A GGUF file is converted to safetensors once, because transformers needs about 20 seconds to read it; the result is
cached under the file's fingerprint. No code that comes with a model is run.
"""

from __future__ import annotations

import copy
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.errors import ModelUnavailable
from rag.models import catalog
from rag.types import Message

SAFELY: dict[str, bool] = {"local_files_only": True, "trust_remote_code": False}
ADAPTER = Path(__file__).parent.parent / "weights" / "generator.safetensors"  # see weights/GENERATOR.md


class LibraryModel:
    """A model in transformers, the reference implementation."""

    def __init__(self, tokenizer: Any, network: Any) -> None:
        ends = network.generation_config.eos_token_id
        self.tokenizer = tokenizer
        self.network = network
        self.ends = frozenset(ends if isinstance(ends, list) else [ends])  # tokens that end a text, or None

    def encode(self, messages: Sequence[Message], *, asks: bool = True) -> list[int]:
        """Return the tokens of messages in the model's chat format; `asks` adds the start of a reply."""
        if not messages:
            return []
        known = self.tokenizer.get_added_vocab()
        content = [{"role": message.role, "content": inert(message.content, known)} for message in messages]
        encoded = self.tokenizer.apply_chat_template(
            content, add_generation_prompt=asks, enable_thinking=False, return_dict=True
        )
        return list(encoded["input_ids"])

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens."""
        text: str = self.tokenizer.decode(tokens, skip_special_tokens=True)
        return text

    def begin(self, kept: Any = None) -> LibraryWriting:
        """Return an empty text, or one of the cached tokens."""
        return LibraryWriting(self.network, copy.deepcopy(kept))


class LibraryWriting:
    """A text as far as the model has read it."""

    def __init__(self, network: Any, kept: Any) -> None:
        self._network = network
        self._cache = kept

    @property
    def forgets(self) -> bool:
        """True if a wrong guess can be undone."""
        return bool(self._cache.is_croppable)

    def read(self, tokens: Sequence[int], guess: Sequence[int] = ()) -> list[int]:
        """Read tokens; return the most likely next one, and one more for each correct guess."""
        import torch

        with torch.inference_mode():
            step = self._network(
                input_ids=torch.tensor([[*tokens, *guess]]),
                cache=self._cache,
                use_cache=True,
                logits_to_keep=len(guess) + 1,
            )
        self._cache = step.cache
        likeliest: list[int] = step.logits[0].argmax(dim=-1).tolist()
        true = came_true(guess, likeliest)
        if true < len(guess):
            self._cache.crop(true - len(guess))
        return likeliest[: true + 1]

    def kept(self) -> Any:
        """Return the cache, to begin other texts with."""
        return self._cache


def inert(text: str, control: Iterable[str]) -> str:
    """Break the model's control tokens in a text, so that no text can end its message."""
    for token in control:
        if len(token.strip()) > 1:
            text = text.replace(token, f"{token[0]} {token[1:]}")
    return text


def came_true(guess: Sequence[int], likeliest: Sequence[int]) -> int:
    """Return the length of the prefix of guesses that are the most likely tokens."""
    return next((i for i, token in enumerate(guess) if token != likeliest[i]), len(guess))


def library_model(name: str, folder: Path, *, adapter: Path | None, say: Callable[[str], None]) -> LibraryModel:
    """Return the model, with the adapter applied if it was made for this model.

    Raises ModelUnavailable, in one line, for files that cannot be read and for a model that cannot chat.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    readable = folder if list(folder.glob("*.safetensors")) else _converted(name, folder, say)
    with _no_bars(), one_line(name, readable):
        tokenizer = AutoTokenizer.from_pretrained(readable, **SAFELY)
        model = AutoModelForCausalLM.from_pretrained(readable, use_safetensors=True, dtype=torch.float32, **SAFELY)
    if not getattr(tokenizer, "chat_template", None):
        raise ModelUnavailable(name, "it has no chat template; give the instruction-tuned variant")
    if adapter is not None and name in catalog.EMBEDDED:
        with one_line(name, adapter):
            _adapt(model, adapter, catalog.EMBEDDED[name].sha256)
    return LibraryModel(tokenizer, model.eval())


def _adapt(model: Any, adapter: Path, sha256: str) -> None:
    """Add the adapter's `up @ down` to the weights, if it was made for weights with this checksum."""
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
def one_line(name: str, file: Path) -> Iterator[None]:
    """Turn a library's exception about a file into one line."""
    from safetensors import SafetensorError

    try:
        yield
    except (
        OSError,
        ValueError,
        LookupError,
        RuntimeError,
        TypeError,
        ImportError,
        struct.error,
        SafetensorError,
    ) as error:
        raise ModelUnavailable(name, f"{file} cannot be read: {' '.join(str(error).split())[:300]}") from error


@contextmanager
def _no_bars() -> Iterator[None]:
    """Disable the progress bars of transformers."""
    from transformers.utils import logging as reports

    bars = reports.is_progress_bar_enabled()
    reports.disable_progress_bar()
    try:
        yield
    finally:
        if bars:
            reports.enable_progress_bar()


def _converted(name: str, folder: Path, say: Callable[[str], None]) -> Path:
    """Return the folder with the GGUF's weights as safetensors, made once and put in place by one rename."""
    files = sorted(folder.glob("*.gguf"))
    if len(files) != 1:
        raise ModelUnavailable(name, f"{folder} holds {len(files)} .gguf files; give a folder with exactly one")
    target = catalog.cache_folder() / "converted" / catalog.fingerprint(name).rpartition("@")[2]
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

    with _no_bars(), one_line(name, file):
        tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name, **SAFELY)
        read = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32, **SAFELY)
    del read.config.quantization_config  # the weights are dequantised; with this entry transformers would not save them
    plain = type(read)(read.config)
    plain.load_state_dict(read.state_dict())
    plain.generation_config = read.generation_config
    plain.save_pretrained(target)
    tokenizer.save_pretrained(target)
