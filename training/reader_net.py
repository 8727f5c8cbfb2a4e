"""The reader as a trainable network: a BERT with two frozen embedding tables, and the heads on its last layer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

INNER = 256  # units of the head
HEADS = ("attend", "inner", "outer", "span")
COSINE = (10.0, -5.0)  # initial factor and bias of the cosine
OUT = 5  # outputs of the head: the block's score, yes, no, neither, "no short answer in this block"
DROPPED = 0.1
BACKENDS = [SDPBackend.EFFICIENT_ATTENTION, SDPBackend.FLASH_ATTENTION, SDPBackend.MATH]


@dataclass
class Batch:
    """Rows of similar length, with flat indexes of their blocks; numpy arrays until moved to a device."""

    ids: Any  # (rows, tokens)
    types: Any
    lengths: Any  # (rows,)
    asked: Any  # (rows,) tokens of the question with its two special tokens
    block_of: Any  # (rows * tokens,) the block of each token; `blocks` (one past the last) for none
    row_of: Any  # (blocks,)

    def to(self, device: str) -> Batch:
        return Batch(*(torch.from_numpy(getattr(self, name)).to(device).long() for name in self.__dataclass_fields__))


class Layer(nn.Module):
    def __init__(self, width: int, inner: int, heads: int, epsilon: float) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.mixed = (nn.Linear(width, width) for _ in range(4))
        self.norm, self.last = nn.LayerNorm(width, epsilon), nn.LayerNorm(width, epsilon)
        self.wide, self.narrow = nn.Linear(width, inner), nn.Linear(inner, width)
        self.drop = nn.Dropout(DROPPED)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        rows, tokens, width = hidden.shape
        q, k, v = (
            f(hidden).view(rows, tokens, self.heads, -1).transpose(1, 2) for f in (self.query, self.key, self.value)
        )
        with sdpa_kernel(BACKENDS):  # other backends compile again for every shape
            seen = functional.scaled_dot_product_attention(
                q, k, v, attn_mask=mask.to(q.dtype).expand(-1, self.heads, tokens, -1)
            )
        hidden = self.norm(hidden + self.drop(self.mixed(seen.transpose(1, 2).reshape(rows, tokens, width))))
        return self.last(hidden + self.drop(self.narrow(functional.gelu(self.wide(hidden)))))


NAMES = {
    "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
    "mixed": "attention.output.dense", "norm": "attention.output.LayerNorm", "wide": "intermediate.dense",
    "narrow": "output.dense", "last": "output.LayerNorm",
}  # fmt: skip


class Reader(nn.Module):
    """Encoder and heads; takes the base's tensors, and `shipped` returns what `rag.models.cross_encoder` reads."""

    def __init__(self, base: Mapping[str, np.ndarray], frozen: int = 0, *, begun: bool = False) -> None:
        """Take the base's tensors; the lowest `frozen` layers, and then also the embeddings, are not trained.

        They are still shipped if the training continues an earlier one (`begun`).
        """
        super().__init__()
        self.frozen = frozen
        self.kept = 0 if begun else frozen  # layers that are identical to the base's
        config: dict[str, Any] = json.loads(bytes(base["config"]))
        width, epsilon = config["hidden_size"], config["layer_norm_eps"]
        words = widened(base, "embeddings.word_embeddings.weight")
        places = widened(base, "embeddings.position_embeddings.weight")
        self.register_buffer("words", words, persistent=False)
        self.register_buffer("places", places, persistent=False)
        self.types = nn.Parameter(widened(base, "embeddings.token_type_embeddings.weight"))
        self.norm = nn.LayerNorm(width, epsilon)
        self.layers = nn.ModuleList(
            Layer(width, config["intermediate_size"], config["num_attention_heads"], epsilon)
            for _ in range(config["num_hidden_layers"])
        )
        self.attend = nn.Linear(width, 1)
        self.inner = nn.Linear(4 * width, INNER)
        self.outer = nn.Linear(INNER, OUT)
        self.span = nn.Linear(width, 2)
        self.scale = nn.Parameter(torch.tensor(COSINE))
        self.drop = nn.Dropout(DROPPED)
        nn.init.zeros_(self.attend.weight)
        with torch.no_grad():
            self.norm.weight.copy_(widened(base, "embeddings.LayerNorm.weight"))
            self.norm.bias.copy_(widened(base, "embeddings.LayerNorm.bias"))
            for i, layer in enumerate(self.layers):
                for mine, theirs in NAMES.items():
                    module = getattr(layer, mine)
                    module.weight.copy_(widened(base, f"encoder.layer.{i}.{theirs}.weight"))
                    module.bias.copy_(widened(base, f"encoder.layer.{i}.{theirs}.bias"))
            for head in HEADS if "outer.weight" in base else ():
                getattr(self, head).weight.copy_(widened(base, f"{head}.weight"))
                getattr(self, head).bias.copy_(widened(base, f"{head}.bias"))
            if "scale" in base:
                self.scale.copy_(widened(base, "scale"))
        if frozen:
            self.types.requires_grad_(False)
            self.norm.requires_grad_(False)
            self.layers[:frozen].requires_grad_(False)

    def train(self, mode: bool = True) -> Reader:
        """Set the mode; frozen layers have no dropout."""
        super().train(mode)
        self.layers[: self.frozen].eval()
        return self

    def hidden(self, batch: Batch) -> Tensor:
        """Return the last layer: (rows, tokens, width) float32."""
        tokens = batch.ids.shape[1]
        past = torch.arange(tokens, device=batch.ids.device)[None] >= batch.lengths[:, None]
        mask = torch.zeros(past.shape, device=past.device).masked_fill(past, -1e4)[:, None, None, :]
        self.real = ~past
        hidden = self.norm(self.words[batch.ids] + self.places[:tokens][None] + self.types[batch.types])
        hidden = hidden if self.frozen else self.drop(hidden)
        for layer in self.layers:
            hidden = layer(hidden, mask)
        return hidden.float()

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return the head's outputs per block (blocks, OUT), and start and end scores per token (rows * tokens, 2)."""
        hidden = self.hidden(batch)
        with torch.autocast(hidden.device.type, enabled=False):
            flat = hidden.flatten(0, 1)
            many = len(batch.row_of)
            sums = flat.new_zeros(many + 1, flat.shape[1]).index_add(0, batch.block_of, flat)
            counts = flat.new_zeros(many + 1).index_add(0, batch.block_of, flat.new_ones(len(flat))).clamp(min=1)
            mean = (sums / counts[:, None])[:many]
            weights = torch.exp(self.attend(flat)[:, 0].clamp(-20, 20))
            over = flat.new_zeros(many + 1).index_add(0, batch.block_of, weights).clamp(min=1e-9)
            seen = flat.new_zeros(many + 1, flat.shape[1]).index_add(0, batch.block_of, flat * weights[:, None])
            seen = (seen / over[:, None])[:many]
            places = torch.arange(hidden.shape[1], device=hidden.device)[None] < batch.asked[:, None]
            asked = (hidden * places[:, :, None]).sum(1) / batch.asked[:, None]
            asked = asked[batch.row_of]
            joined = torch.cat([mean, seen, hidden[:, 0][batch.row_of], mean * asked], dim=1)
            out = self.outer(self.drop(functional.gelu(self.inner(joined))))
            near = functional.cosine_similarity(mean, asked)
            score = out[:, 0] + self.scale[0] * near + self.scale[1]
            return torch.cat([score[:, None], out[:, 1:]], dim=1), self.span(flat)

    def watched(self) -> dict[str, Tensor]:
        """Record the largest absolute input of every linear layer from now on, by the layer's name in a checkpoint."""
        found: dict[str, Tensor] = {}

        def look(name: str, given: Tensor) -> None:
            most = given[self.real].abs().amax(dim=0).float()
            found[name] = torch.maximum(found[name], most) if name in found else most

        for i, layer in enumerate(self.layers):
            for mine in ("query", "mixed", "wide", "narrow"):
                name = f"encoder.layer.{i}.{NAMES[mine]}"
                getattr(layer, mine).register_forward_pre_hook(lambda _, given, name=name: look(name, given[0]))
        return found

    def shipped(self) -> dict[str, np.ndarray]:
        """Return the tensors with a BERT checkpoint's names (prefix `encoder.`), and the heads, float32."""
        named: dict[str, Tensor] = {"scale": self.scale}
        if not self.kept:
            named["encoder.embeddings.token_type_embeddings.weight"] = self.types
            named["encoder.embeddings.LayerNorm.weight"] = self.norm.weight
            named["encoder.embeddings.LayerNorm.bias"] = self.norm.bias
        for i, layer in enumerate(self.layers):
            if i < self.kept:
                continue
            for mine, theirs in NAMES.items():
                for kind in ("weight", "bias"):
                    named[f"encoder.encoder.layer.{i}.{theirs}.{kind}"] = getattr(getattr(layer, mine), kind)
        for head in HEADS:
            for kind in ("weight", "bias"):
                named[f"{head}.{kind}"] = getattr(getattr(self, head), kind)
        return {name: value.detach().float().cpu().numpy() for name, value in named.items()}


def widened(base: Mapping[str, np.ndarray], name: str) -> Tensor:
    """Return a float32 tensor of the base, from few bits with factors per row or block, or from half precision."""
    value = base[name]
    if f"{name}#4" in base:
        factor = base[f"{name}#4"].astype(np.float32)
        whole = np.stack([value & 15, value >> 4], axis=2).reshape(len(value), -1, 32).astype(np.float32) - 8
        return torch.from_numpy((whole * factor[..., None]).reshape(len(value), -1))
    value = value.astype(np.float32)
    return torch.from_numpy(value * base[f"{name}#"] if f"{name}#" in base else value)


def narrowed(value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a matrix as 8 bits with one factor (half precision) for each row."""
    factor = (np.abs(value).max(axis=1, keepdims=True) / 127).astype(np.float16)
    factor[factor == 0] = 1
    return np.clip(np.round(value / factor.astype(np.float32)), -127, 127).astype(np.int8), factor


def best_span(starts: np.ndarray, ends: np.ndarray, none: float, longest: int = 30) -> tuple[int, int, float]:
    """Return the first and last token of a block's best short answer, and its probability."""
    start, end = softmaxed(starts, none), softmaxed(ends, none)
    both = np.triu(start[:, None] * end[None]) - np.triu(np.ones((len(start), len(start))), longest)
    i, j = divmod(int(both.argmax()), len(start))
    return i, j, float(both[i, j])


def softmaxed(values: np.ndarray, none: float) -> np.ndarray:
    top = max(float(values.max()), none)
    raised = np.exp(values - top)
    return raised / (raised.sum() + np.exp(none - top))
