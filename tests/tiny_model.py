"""A language model of two layers with random weights, which reads and writes letters: a checkpoint, or a GGUF file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from rag import models
from rag.models.catalog import Embedded
from rag.types import Message

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }} {{ m['content'] }}<|im_end|>{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant {% endif %}"
)
LETTERS = " \n.,:?!'[]()<>|_abcdefghijklmnopqrstuvwxyz0123456789"
SPECIAL = ["<|im_start|>", "<|im_end|>", "<unk>"]
ASKED = [Message("system", "say what is so"), Message("user", "[1] a mill.\n\nquestion: what?")]


def write_tiny_model(folder: Path, *, template: str | None = TEMPLATE) -> Path:
    """Write a causal language model of two layers with random weights, which reads and writes letters."""
    import torch
    from tokenizers import Regex, Tokenizer
    from tokenizers.decoders import Fuse
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Split
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    words = {token: i for i, token in enumerate([*SPECIAL, *LETTERS])}
    tokenizer = Tokenizer(WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Split(Regex("[\\s\\S]"), "isolated")
    tokenizer.decoder = Fuse()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<|im_start|>", eos_token="<|im_end|>", unk_token="<unk>"
    )
    fast.chat_template = template
    fast.save_pretrained(folder)
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=len(words), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=512,
        bos_token_id=0, eos_token_id=1, initializer_range=0.5,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def write_tiny_gguf(folder: Path, *, architecture: str = "llama") -> Path:
    """Write a model of the same size as one GGUF file, with other weights."""
    import gguf

    folder.mkdir()
    plain = {" ": "\u0120", "\n": "\u010a"}  # their form in a byte-level vocabulary
    tokens = [*SPECIAL, *(plain.get(letter, letter) for letter in LETTERS), "th"]
    kinds = [gguf.TokenType.CONTROL] * len(SPECIAL) + [gguf.TokenType.NORMAL] * (len(LETTERS) + 1)
    writer = gguf.GGUFWriter(folder / "tiny.gguf", architecture)
    writer.add_block_count(2), writer.add_context_length(512), writer.add_embedding_length(32)
    writer.add_feed_forward_length(64), writer.add_head_count(4), writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-6), writer.add_rope_freq_base(10_000.0), writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2"), writer.add_tokenizer_pre("smollm"), writer.add_token_list(tokens)
    writer.add_token_types(kinds), writer.add_token_merges(["t h"]), writer.add_chat_template(TEMPLATE)
    writer.add_bos_token_id(0), writer.add_eos_token_id(1), writer.add_unk_token_id(2)
    drawn = np.random.default_rng(7)
    shapes = {"attn_q": (32, 32), "attn_k": (16, 32), "attn_v": (16, 32), "attn_output": (32, 32),
              "ffn_gate": (64, 32), "ffn_up": (64, 32), "ffn_down": (32, 64)}  # fmt: skip
    matrices = {f"blk.{n}.{part}.weight": shape for n in range(2) for part, shape in shapes.items()}
    for name, shape in {"token_embd.weight": (len(tokens), 32), **matrices}.items():
        packed = gguf.quantize(drawn.normal(0, 0.5, shape).astype(np.float32), gguf.GGMLQuantizationType.Q4_1)
        writer.add_tensor(name, packed, raw_dtype=gguf.GGMLQuantizationType.Q4_1)
    for name in ["output_norm.weight", *(f"blk.{n}.{part}_norm.weight" for n in range(2) for part in ("attn", "ffn"))]:
        writer.add_tensor(name, drawn.uniform(0.5, 1.5, 32).astype(np.float32))
    writer.write_header_to_file(), writer.write_kv_data_to_file(), writer.write_tensors_to_file()
    writer.close()
    return folder


def embed_tiny(tiny: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Register the tiny model as an embedded one, and return the checksum of its weights."""
    monkeypatch.setenv("RAG_CACHE", str(cache))
    cache.mkdir()
    (cache / "tiny_package").symlink_to(tiny, target_is_directory=True)
    (weights,) = models.weight_files(tiny)
    sha256 = hashlib.sha256(weights.read_bytes()).hexdigest()
    monkeypatch.setitem(models.EMBEDDED, "tiny", Embedded("tiny_package", "tiny==1", 1, weights.name, sha256))
    return sha256
