"""The trainable check of a worded sentence: a BERT encoder, a head for each token and a head for the whole statement.

It does not import the rest of the project, so that it runs on a machine with only PyTorch and transformers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch.nn import functional

INNER = 96  # units
MOST_QUESTION, MOST_CLAIM, LONGEST = 48, 112, 288  # tokens


class Row(NamedTuple):
    """A question with a statement and its evidence, as tokens."""

    ids: list[int]
    types: list[int]  # 0 question and statement, 1 evidence
    claim: tuple[int, int]  # first token, and one after the last
    wrong: tuple[int, int]  # tokens known to be wrong; (0, 0) none; (-1, -1) unknown


def row(tokenizer: Any, question: str, blocks: Sequence[str], claim: str, span: tuple[int, int] = (-1, -1)) -> Row:
    """Tokenise: [CLS] question [SEP] statement [SEP] block [SEP] block [SEP] ..."""
    encoded = tokenizer.encode_batch([question, claim, *blocks], add_special_tokens=False)
    asked, said = encoded[0].ids[:MOST_QUESTION], encoded[1].ids[:MOST_CLAIM]
    first, last = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    ids = [first, *asked, last]
    begin = len(ids)
    ids += [*said, last]
    types = [0] * len(ids)
    for block in encoded[2:]:
        ids += [*block.ids[: max(0, LONGEST - len(ids) - 1)], last]
    ids = ids[:LONGEST]
    types += [1] * (len(ids) - len(types))
    wrong = (-1, -1)
    if span[0] >= 0:
        inside = [i for i, (a, b) in enumerate(encoded[1].offsets[:MOST_CLAIM]) if a < span[1] and b > span[0]]
        wrong = (begin + inside[0], begin + inside[-1] + 1) if inside else (-1, -1)
    return Row(ids, types, (begin, begin + len(said)), wrong)


class Check(torch.nn.Module):
    """Reads question, statement and evidence; scores the whole statement and each of its tokens."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        from transformers import BertConfig, BertModel

        made = BertConfig(**{**config, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0})
        self.encoder = BertModel(made, add_pooling_layer=False)
        width = int(config["hidden_size"])
        self.token = torch.nn.Linear(width, 1)
        self.inner = torch.nn.Linear(3 * width, INNER)
        self.outer = torch.nn.Linear(INNER, 1)

    def forward(self, batch: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits that the statement holds (n,), and that a token is wrong (n, tokens)."""
        read = self.encoder(input_ids=batch["ids"], attention_mask=batch["mask"], token_type_ids=batch["types"])
        hidden = read.last_hidden_state.float()
        tokens = self.token(hidden)[..., 0]
        said = batch["claim"]
        share = torch.softmax(tokens.masked_fill(~said, -1e4), dim=1)
        worst = torch.einsum("nt,ntd->nd", share, hidden)
        mean = torch.einsum("nt,ntd->nd", said / said.sum(1, keepdim=True).clamp(min=1), hidden)
        joined = torch.cat([hidden[:, 0], mean, worst], dim=1)
        return self.outer(functional.gelu(self.inner(joined)))[:, 0], tokens


def collated(rows: Sequence[Row], labels: Sequence[bool], multiple: int = 16) -> dict[str, torch.Tensor]:
    """Pad rows into tensors: ids, types, mask, claim, wrong (n, tokens); label, known (n,)."""
    width = -(-max(len(r.ids) for r in rows) // multiple) * multiple
    ids, types, mask = (torch.zeros(len(rows), width, dtype=torch.int64) for _ in range(3))
    claim, wrong = (torch.zeros(len(rows), width, dtype=torch.bool) for _ in range(2))
    known = torch.zeros(len(rows), dtype=torch.bool)
    for i, r in enumerate(rows):
        ids[i, : len(r.ids)], types[i, : len(r.ids)] = torch.tensor(r.ids), torch.tensor(r.types)
        mask[i, : len(r.ids)] = 1
        claim[i, slice(*r.claim)] = True
        known[i] = labels[i] or r.wrong[0] >= 0
        if not labels[i] and r.wrong[0] >= 0:
            wrong[i, slice(*r.wrong)] = True
    return {"ids": ids, "types": types, "mask": mask, "claim": claim, "wrong": wrong, "known": known,
            "label": torch.tensor(labels, dtype=torch.float32)}  # fmt: skip


def loss_of(scores: torch.Tensor, tokens: torch.Tensor, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """Return the loss of the whole statement, plus half the token loss where the wrong tokens are known."""
    whole = functional.binary_cross_entropy_with_logits(scores, batch["label"] * 0.97 + 0.015)
    counted = batch["claim"] & batch["known"][:, None]
    each = functional.binary_cross_entropy_with_logits(tokens, batch["wrong"].float(), reduction="none")
    return whole + 1.0 * (each * counted).sum() / counted.sum().clamp(min=1)


# Weights in 8 bits with one scale per row: a quarter of the size, with the same figures.


def packed(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return matrices as int8 with "NAME.scale", and everything else in half precision."""
    out = {}
    for name, value in state.items():
        value = value.detach().float().cpu()
        if value.ndim == 2 and value.numel() > 10_000:
            scale = value.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
            out[name] = torch.round(value / scale).to(torch.int8).contiguous()
            out[f"{name}.scale"] = scale[:, 0].to(torch.float32)
        else:
            out[name] = value.half().contiguous()
    return out


def unpacked(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {
        name: value.float() * state[f"{name}.scale"].float()[:, None] if f"{name}.scale" in state else value.float()
        for name, value in state.items()
        if not name.endswith(".scale")
    }


def start(folder: Path) -> Check:
    """Return the model with the encoder in a folder, from 8 bits or from its checkpoint."""
    import json

    from safetensors.torch import load_file

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    model = Check(
        {k: v for k, v in config.items() if k not in ("architectures", "transformers_version", "torch_dtype", "dtype")}
    )
    file = folder / "encoder-int8.safetensors"
    weights = (
        unpacked(load_file(file))
        if file.exists()
        else {k: v.float() for k, v in load_file(folder / "model.safetensors").items()}
    )
    missing = model.encoder.load_state_dict(weights, strict=False).missing_keys
    missing = [name for name in missing if "position_ids" not in name]
    if missing:
        raise ValueError(f"{folder} lacks {missing[:3]}")
    model.encoder.embeddings.requires_grad_(False)
    return model


def shipped(model: Check) -> dict[str, torch.Tensor]:
    """Return the tensors that the runtime needs and the encoder does not contain: all layers and the heads."""
    return packed({k: v for k, v in model.state_dict().items() if not k.startswith("encoder.embeddings.")})
