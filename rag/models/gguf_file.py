"""Reads a Llama language model from one GGUF file: its shape, tokenizer, chat template and weights.

The package `gguf` only dequantises the weights; its own reader takes several seconds for a vocabulary. The result
equals that of transformers: the same tokens, and the same weights under checkpoint names. The format:
github.com/ggml-org/ggml, docs/gguf.md. Byte order is little-endian, version 2 or 3.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAGIC, VERSIONS = b"GGUF", (2, 3)
SCALARS = "BbHhIif?" + "\0\0" + "Qqd"  # struct format by value type
STRING, LIST = 8, 9
ALIGNMENT = 32  # bytes, unless the file states otherwise
CONTROL = 3  # the type of control tokens
PARTS = {
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}  # fmt: skip
OUTSIDE = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}


class _Tensor(NamedTuple):
    shape: tuple[int, ...]  # rows first
    kind: int
    start: int  # byte offset after the file's header


class GgufFile:
    """An open GGUF file; ValueError or struct.error if it is not one."""

    def __init__(self, file: Path) -> None:
        with file.open("rb") as stream:
            self._bytes = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        self._at = 4
        version, tensors, facts = self._take("IQQ")
        if self._bytes[:4] != MAGIC or version not in VERSIONS:
            raise ValueError(f"{file.name} is not a GGUF file of version 2 or 3")
        self.facts: dict[str, Any] = {}
        for _ in range(facts):
            name = self._text()
            self.facts[name] = self._value(self._take("I")[0])
        self._tensors = dict(self._described() for _ in range(tensors))
        step = int(self.facts.get("general.alignment", ALIGNMENT))
        self._data = -(-self._at // step) * step

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def tensor(self, name: str) -> NDArray[np.float32]:
        """Return a tensor by its name in the file."""
        from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
        from gguf.quants import dequantize

        shape, number, start = self._tensors[name]
        kind = GGMLQuantizationType(number)
        numbers, size = GGML_QUANT_SIZES[kind]  # per block: numbers, bytes
        length = int(np.prod(shape)) // numbers * size
        packed = np.frombuffer(self._bytes, dtype=np.uint8, count=length, offset=self._data + start)
        exact: NDArray[np.float32] = dequantize(packed, kind).reshape(shape)
        return exact.astype(np.float32, copy=False)

    def _take(self, form: str) -> tuple[Any, ...]:
        form = f"<{form}"
        values = struct.unpack_from(form, self._bytes, self._at)
        self._at += struct.calcsize(form)
        return values

    def _text(self) -> str:
        start = self._at + 8
        self._at = start + int.from_bytes(self._bytes[self._at : start], "little")
        return self._bytes[start : self._at].decode("utf-8")

    def _value(self, kind: int) -> Any:
        if kind == STRING:
            return self._text()
        if kind != LIST:
            return self._take(SCALARS[kind])[0]
        inner, count = self._take("IQ")
        if inner in (STRING, LIST):
            return [self._value(inner) for _ in range(count)]
        return list(self._take(f"{count}{SCALARS[inner]}"))

    def _described(self) -> tuple[str, _Tensor]:
        name = self._text()
        (axes,) = self._take("I")
        shape = self._take(f"{axes}Q")[::-1]  # the file lists the innermost first
        return name, _Tensor(shape, *self._take("IQ"))


class GgufLlama:
    """A Llama model in a GGUF file, under the names of its checkpoint and config.json."""

    def __init__(self, file: Path) -> None:
        self._file = GgufFile(file)
        self._facts = self._file.facts
        if self._facts.get("general.architecture") != "llama" or self._facts.get("tokenizer.ggml.model") != "gpt2":
            raise ValueError(f"{file.name} holds no Llama model with a byte-level vocabulary")
        self.template = str(self._facts.get("tokenizer.chat_template", ""))
        self.end = int(self._facts["tokenizer.ggml.eos_token_id"])

    @property
    def config(self) -> dict[str, Any]:
        """The part of config.json that `rag.models.llama_graph` reads."""
        attention, tied = "llama.attention", "output.weight" not in self._file
        rotary = (
            "llama3" if "rope_freqs.weight" in self._file else self._facts.get("llama.rope.scaling.type", "default")
        )
        return {
            "model_type": "llama",
            "hidden_act": "silu",
            "hidden_size": self._facts["llama.embedding_length"],
            "num_hidden_layers": self._facts["llama.block_count"],
            "num_attention_heads": self._facts[f"{attention}.head_count"],
            "num_key_value_heads": self._facts[f"{attention}.head_count_kv"],
            "rms_norm_eps": self._facts[f"{attention}.layer_norm_rms_epsilon"],
            "rope_parameters": {"rope_type": rotary, "rope_theta": self._facts.get("llama.rope.freq_base", 10_000.0)},
            "tie_word_embeddings": tied,
        }

    def weights(self, name: str) -> NDArray[np.float32]:
        """Return a tensor by its checkpoint name."""
        place = name.removesuffix(".weight")
        if place in OUTSIDE:
            return self._file.tensor(f"{OUTSIDE[place]}.weight")
        _, _, number, part = place.split(".", 3)
        values = self._file.tensor(f"blk.{number}.{PARTS[part]}.weight")
        heads = {"self_attn.q_proj": "num_attention_heads", "self_attn.k_proj": "num_key_value_heads"}.get(part)
        return _halves_apart(values, self.config[heads]) if heads else values

    def special(self) -> dict[str, str]:
        """Return the special tokens of the chat template by name."""
        parts = {"bos_token": "bos", "eos_token": "eos", "unk_token": "unknown", "pad_token": "padding"}
        tokens = self._facts["tokenizer.ggml.tokens"]
        ids = {name: self._facts.get(f"tokenizer.ggml.{part}_token_id") for name, part in parts.items()}
        return {name: tokens[token] for name, token in ids.items() if token is not None}

    def tokenizer(self) -> Tokenizer:
        """Return the model's tokenizer."""
        from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers
        from tokenizers.models import BPE

        tokens = self._facts["tokenizer.ggml.tokens"]
        merges = [tuple(merge.split(" ")) for merge in self._facts["tokenizer.ggml.merges"]]
        made = Tokenizer(BPE({token: i for i, token in enumerate(tokens)}, merges))
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = decoders.ByteLevel()
        kinds = zip(tokens, self._facts["tokenizer.ggml.token_type"], strict=True)
        made.add_special_tokens([AddedToken(token, normalized=False) for token, kind in kinds if kind == CONTROL])
        return made


def _halves_apart(values: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Reorder query or key rows as in a checkpoint: a GGUF file interleaves the two halves of a rotary pair."""
    pairs = values.reshape(heads, -1, 2, values.shape[1])
    return np.ascontiguousarray(pairs.swapaxes(1, 2)).reshape(values.shape)
