"""Compiles the embedded language model for this machine.

This is done once, directly from its GGUF file: the graph, with the adapter merged in, is stored in the user's cache
with its tokenizer. It needs neither torch nor transformers. Every file is verified by checksum; a damaged one is made
again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.models import catalog, llama_graph, openvino_llama
from rag.models.gguf_file import GgufLlama
from rag.models.transformers_lm import inert, one_line
from rag.types import Message

GRAPH, WEIGHTS, FACTS = "model.xml", "model.bin", "facts.json"
TOKENIZER, TEMPLATE = "tokenizer.json", "chat_template.jinja"


class CompiledModel:
    """A compiled model; it is used like a `LibraryModel` and usually gives the same text."""

    def __init__(self, folder: Path) -> None:
        from jinja2.sandbox import ImmutableSandboxedEnvironment
        from tokenizers import Tokenizer

        facts = _facts(folder)
        self.ends = frozenset(facts["ends"])
        self._special = facts["special"]
        self._llama = openvino_llama.Llama(folder / GRAPH)
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._control = [token.content for token in self._tokenizer.get_added_tokens_decoder().values()]
        plain = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)  # as transformers does
        self._template = plain.from_string((folder / TEMPLATE).read_text(encoding="utf-8"))

    def encode(self, messages: Sequence[Message], *, asks: bool = True) -> list[int]:
        """Return the tokens of messages in the model's chat format; `asks` adds the start of a reply."""
        if not messages:
            return []
        content = [{"role": message.role, "content": inert(message.content, self._control)} for message in messages]
        text = self._template.render(messages=content, add_generation_prompt=asks, **self._special)
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens."""
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=True))

    def begin(self, kept: openvino_llama.Kept | None = None) -> openvino_llama.Writing:
        """Return an empty text, or one of the cached tokens."""
        return self._llama.begin(kept)


def compiled_model(
    name: str, folder: Path, *, adapter: Path | None, say: Callable[[str], None]
) -> CompiledModel | None:
    """Return a compiled embedded model, creating missing cache files.

    None unless the model is one GGUF file that `rag.models.llama_graph` supports.
    """
    files = sorted(folder.glob("*.gguf"))
    if len(files) != 1:
        return None
    target = catalog.cache_folder() / "compiled" / _key(name, adapter)
    if not _is_whole(target):
        with one_line(name, files[0]):
            model = GgufLlama(files[0])
            if not llama_graph.fits(model.config):
                return None
        say(f"making {name} ready for this machine (a few seconds, once)")
        _make(name, model, target, adapter=adapter)
    return CompiledModel(target)


def _key(name: str, adapter: Path | None) -> str:
    """Return the cache key of a compiled model, from its weights, adapter and layout."""
    added = catalog.remembered_sha256(adapter) if adapter and adapter.is_file() else ""
    made_of = f"{catalog.EMBEDDED[name].sha256} {added} {llama_graph.LAYOUT}"
    return hashlib.sha256(made_of.encode()).hexdigest()[:16]


def _is_whole(folder: Path) -> bool:
    """Return True if every file exists and is unchanged."""
    try:
        sums: Mapping[str, str] = _facts(folder)["sha256"]
        return bool(sums) and all(catalog.remembered_sha256(folder / file) == sha256 for file, sha256 in sums.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _facts(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    return read


def _make(name: str, model: GgufLlama, target: Path, *, adapter: Path | None) -> None:
    """Create the folder and put it in place by one rename."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        made = Path(scratch) / "model"
        made.mkdir()
        model.tokenizer().save(str(made / TOKENIZER), pretty=False)
        (made / TEMPLATE).write_text(model.template, encoding="utf-8")
        llama_graph.write(_adapted(name, model, adapter), model.config, made / GRAPH)
        _write_facts(made, model)
        shutil.rmtree(target, ignore_errors=True)  # damaged, else it would have been opened
        try:
            made.rename(target)
        except OSError:
            if not _is_whole(target):  # else another process was faster, with the same bytes
                raise


def _adapted(name: str, model: GgufLlama, adapter: Path | None) -> llama_graph.Weights:
    """Return the model's weights, adding the adapter's `up @ down` if it was made for this model."""
    if adapter is None:
        return model.weights
    from safetensors import safe_open

    with one_line(name, adapter):
        factors: Any = safe_open(adapter, framework="np")
    if factors.metadata()["base_sha256"] != catalog.EMBEDDED[name].sha256:
        return model.weights
    changed = set(factors.keys())

    def weights(tensor: str) -> NDArray[np.float32]:
        values, place = model.weights(tensor), tensor.removesuffix(".weight")
        if f"{place}.up" in changed:
            up, down = (factors.get_tensor(f"{place}.{half}").astype(np.float32) for half in ("up", "down"))
            values = values + up @ down
        return values

    return weights


def _write_facts(made: Path, model: GgufLlama) -> None:
    sums = {file: catalog.sha256_of(made / file) for file in (GRAPH, WEIGHTS, TOKENIZER, TEMPLATE)}
    facts = {"ends": [model.end], "special": model.special(), "sha256": sums}
    (made / FACTS).write_text(json.dumps(facts, indent=1), encoding="utf-8")
