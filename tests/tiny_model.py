"""A language model of two layers with drawn weights, which reads and writes letters."""

from __future__ import annotations

import hashlib
from pathlib import Path

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
    """Write a causal language model of two layers with drawn weights, which reads and writes letters."""
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


def embed_tiny(tiny: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make the tiny model one of the embedded ones, and return the checksum of its weights."""
    monkeypatch.setenv("RAG_CACHE", str(cache))
    cache.mkdir()
    (cache / "tiny_package").symlink_to(tiny, target_is_directory=True)
    sha256 = hashlib.sha256((tiny / "model.safetensors").read_bytes()).hexdigest()
    monkeypatch.setitem(models.EMBEDDED, "tiny", Embedded("tiny_package", "tiny==1", "model.safetensors", sha256))
    return sha256
