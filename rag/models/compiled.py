"""Compiles the embedded language model for this machine.

That is done once: the graph, with the adapter in its weights, lies in the user's cache with its tokenizer, and needs neither
torch nor transformers to be opened. Every file is checked against its checksum first; what is torn is made again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from rag.models import catalog, llama_graph, openvino_llama
from rag.models.transformers_lm import inert, library_model
from rag.types import Message

GRAPH, WEIGHTS, FACTS = "model.xml", "model.bin", "facts.json"
TOKENIZER, TEMPLATE = "tokenizer.json", "chat_template.jinja"


class CompiledModel:
    """A model that runs compiled; it is used like a `LibraryModel`, whose words it writes as a rule."""

    def __init__(self, folder: Path) -> None:
        from jinja2.sandbox import ImmutableSandboxedEnvironment
        from tokenizers import Tokenizer

        facts = _facts(folder)
        self.ends = frozenset(facts["ends"])
        self._special = facts["special"]
        self._llama = openvino_llama.Llama(folder / GRAPH)
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._control = [token.content for token in self._tokenizer.get_added_tokens_decoder().values()]
        plain = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)  # as transformers reads a template
        self._template = plain.from_string((folder / TEMPLATE).read_text(encoding="utf-8"))

    def encode(self, messages: Sequence[Message], *, asks: bool = True) -> list[int]:
        """Return the tokens of messages, in the form that the model was taught; `asks` for one more."""
        if not messages:
            return []
        content = [{"role": message.role, "content": inert(message.content, self._control)} for message in messages]
        text = self._template.render(messages=content, add_generation_prompt=asks, **self._special)
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens."""
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=True))

    def begin(self, kept: openvino_llama.Kept | None = None) -> openvino_llama.Writing:
        """Return a text of nothing, or of the tokens that were kept."""
        return self._llama.begin(kept)


def compiled_model(
    name: str, folder: Path, *, adapter: Path | None, say: Callable[[str], None]
) -> CompiledModel | None:
    """Return an embedded model compiled, or None where it cannot be; what is missing in the cache is made.

    It cannot be where OpenVINO is not installed, and for a model of another kind than `rag.models.llama_graph` lays out.
    """
    if find_spec("openvino") is None:
        say("OpenVINO is not installed, so the model runs in transformers, which is slower; run: pip install openvino")
        return None
    target = catalog.cache_folder() / "compiled" / _key(name, adapter)
    if not _is_whole(target) and not _made(name, folder, target, adapter=adapter, say=say):
        return None
    return CompiledModel(target)


def _key(name: str, adapter: Path | None) -> str:
    """Return what a compiled model is made of, as one word: weights, adapter, layout."""
    added = catalog.remembered_sha256(adapter) if adapter and adapter.is_file() else ""
    made_of = f"{catalog.EMBEDDED[name].sha256} {added} {llama_graph.LAYOUT}"
    return hashlib.sha256(made_of.encode()).hexdigest()[:16]


def _is_whole(folder: Path) -> bool:
    """Tell whether every file is there and is what it was when it was made."""
    try:
        sums: Mapping[str, str] = _facts(folder)["sha256"]
        return bool(sums) and all(catalog.remembered_sha256(folder / file) == sha256 for file, sha256 in sums.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _facts(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    return read


def _made(name: str, folder: Path, target: Path, *, adapter: Path | None, say: Callable[[str], None]) -> bool:
    """Make the folder and put it in place by one rename; False for a model of another kind."""
    model = library_model(name, folder, adapter=adapter, say=say)
    config = model.network.config.to_dict()
    if not llama_graph.fits(config) or not getattr(model.tokenizer, "is_fast", False):
        return False
    say(f"compiling {name} for this machine (some 10 seconds, once)")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        made = Path(scratch) / "model"
        model.tokenizer.save_pretrained(made)
        values = model.network.state_dict()
        llama_graph.write(lambda tensor: np.asarray(values[tensor].numpy()), config, made / GRAPH)
        _write_facts(made, model)
        shutil.rmtree(target, ignore_errors=True)  # torn, or it would have been opened
        try:
            made.rename(target)
        except OSError:
            if not _is_whole(target):  # else another process was quicker, with the same bytes
                raise
    return True


def _write_facts(made: Path, model: Any) -> None:
    special = {key: value for key, value in model.tokenizer.special_tokens_map.items() if isinstance(value, str)}
    sums = {file: catalog.sha256_of(made / file) for file in (GRAPH, WEIGHTS, TOKENIZER, TEMPLATE)}
    facts = {"ends": sorted(model.ends - {None}), "special": special, "sha256": sums}
    (made / FACTS).write_text(json.dumps(facts, indent=1), encoding="utf-8")
