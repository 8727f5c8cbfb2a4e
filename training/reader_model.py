"""Holds the reader's weights while they are trained: the encoder, the head for sentences and one for answer spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from rag.models.cross_encoder import FROZEN_LAYERS, Row

COSINE = (10.0, -5.0)  # factor and bias of the cosine, with which learning begins
INNER = 128  # units


class Joint(torch.nn.Module):
    """The model of `rag.models.cross_encoder`, with gradients. The head for spans only helps to learn; it is not shipped."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.encoder = load_encoder(folder)
        width = int(self.encoder.config.hidden_size)
        self.inner = torch.nn.Linear(3 * width, INNER)
        self.outer = torch.nn.Linear(INNER, 1)
        self.scale = torch.nn.Parameter(torch.tensor(COSINE))
        self.span = torch.nn.Linear(width, 2)

    def forward(self, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the sentences' scores (sentences,) and the tokens' span scores (passages, tokens, 2)."""
        hidden = hidden_states(self.encoder, batch)
        heads = {name: value for name, value in self.named_parameters() if not name.startswith("encoder.")}
        return sentence_scores(hidden, batch, heads), self.span(hidden)

    def shipped(self) -> dict[str, torch.Tensor]:
        """Return the weights that reading needs and the encoder does not have."""
        left_out = (
            *(f"encoder.encoder.layer.{i}." for i in range(FROZEN_LAYERS)),
            "encoder.embeddings.",
            "encoder.pooler.",
            "span.",
        )
        return {name: value for name, value in self.state_dict().items() if not name.startswith(left_out)}


def load_encoder(folder: Path) -> Any:
    """Load the encoder."""
    from transformers import AutoModel

    return AutoModel.from_pretrained(
        str(folder), local_files_only=True, use_safetensors=True, attn_implementation="sdpa"
    )


def hidden_states(encoder: Any, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """Return the encoder's last layer: (passages, tokens, width) float32."""
    read = encoder(input_ids=batch["ids"], attention_mask=batch["mask"], token_type_ids=batch["types"])
    hidden: torch.Tensor = read.last_hidden_state.float()
    return hidden


def sentence_scores(
    hidden: torch.Tensor, batch: Mapping[str, torch.Tensor], heads: Mapping[str, torch.Tensor]
) -> torch.Tensor:
    """Return the scores of all real sentences of the batch, passage after passage: (sentences,).

    A sentence is the mean of its tokens, the question the mean of its own, as the encoder was made for; their scaled cosine
    is where learning began, and a small network over both adds what it learnt.
    """
    many = batch["pool"].shape[1]
    pooled = torch.bmm(batch["pool"], hidden)[batch["real"]]
    whole = hidden[:, :1].expand(-1, many, -1)[batch["real"]]
    of_question = (batch["mask"] * (1 - batch["types"])).float()[:, None]
    asked = torch.bmm(of_question / of_question.sum(2, keepdim=True), hidden).expand(-1, many, -1)[batch["real"]]
    joined = torch.cat([pooled, whole, pooled * asked], dim=1)
    inner = functional.gelu(functional.linear(joined, heads["inner.weight"], heads["inner.bias"]))
    learnt = functional.linear(inner, heads["outer.weight"], heads["outer.bias"])[:, 0]
    cosine = functional.cosine_similarity(pooled, asked)
    return learnt + heads["scale"][0] * cosine + heads["scale"][1]


def collated(rows: Sequence[Row]) -> dict[str, torch.Tensor]:
    """Pad rows into tensors: ids, types, mask (rows, tokens); pool (rows, sentences, tokens); real (rows, sentences)."""
    width, most = max(len(r.ids) for r in rows), max([1, *(len(r.sentences) for r in rows)])
    ids, types, mask = (torch.zeros(len(rows), width, dtype=torch.long) for _ in range(3))
    pool, real = torch.zeros(len(rows), most, width), torch.zeros(len(rows), most, dtype=torch.bool)
    for i, r in enumerate(rows):
        ids[i, : len(r.ids)], types[i, : len(r.ids)] = torch.tensor(r.ids), torch.tensor(r.types)
        mask[i, : len(r.ids)] = 1
        real[i, : len(r.sentences)] = True
        for k, (first, last) in enumerate(r.sentences):
            pool[i, k, first:last] = 1 / max(1, last - first)
    return {"ids": ids, "types": types, "mask": mask, "pool": pool, "real": real}
