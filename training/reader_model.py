"""Holds the reader's weights while they are trained: the encoder, the head for sentences and one for answer spans."""

from __future__ import annotations

from pathlib import Path

import torch

from rag.joint import FROZEN_LAYERS, hidden_states, load_encoder, sentence_scores

COSINE = (10.0, -5.0)  # factor and bias of the cosine, with which learning begins
INNER = 128  # units


class Joint(torch.nn.Module):
    """The model of `rag.joint`, with gradients. The head for spans only helps to learn; it is not shipped."""

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
