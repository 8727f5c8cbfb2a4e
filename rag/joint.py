"""Reads a question together with a passage, in the embedded encoder with trained upper layers.

The encoder's embeddings and lower layers stay as they are; the upper layers and the heads come from `rag/weights`. One pass
gives a score for every sentence of the passage; 0 is the score of "no sentence here answers".
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rag import models

FROZEN_LAYERS = 3  # of six; with the embeddings three quarters of the weights, and they need not be shipped
LONGEST = 320  # tokens of question, heading and passage together; the default splitter's passages are shorter
MOST_QUESTION = 64  # tokens
BATCH_TOKENS = 4096  # padded tokens of one forward pass

Text = tuple[str, str, Sequence[tuple[int, int]]]  # heading, passage, spans of its sentences


class Joint(torch.nn.Module):
    """The encoder with heads for sentences and for spans."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        from transformers import AutoModel

        self.encoder = AutoModel.from_pretrained(
            str(folder), local_files_only=True, add_pooling_layer=False, attn_implementation="sdpa"
        )
        width = int(self.encoder.config.hidden_size)
        self.inner = torch.nn.Linear(2 * width, 128)
        self.outer = torch.nn.Linear(128, 1)
        self.span = torch.nn.Linear(width, 2)

    def forward(self, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the sentences' scores (all sentences of the batch,) and the tokens' span scores (passages, tokens, 2)."""
        hidden = self.encoder(
            input_ids=batch["ids"], attention_mask=batch["mask"], token_type_ids=batch["types"]
        ).last_hidden_state.float()
        pooled = torch.bmm(batch["pool"], hidden)[batch["real"]]  # (sentences, width)
        whole = hidden[:, :1].expand(-1, batch["pool"].shape[1], -1)[batch["real"]]
        scores = self.outer(torch.nn.functional.gelu(self.inner(torch.cat([pooled, whole], dim=1))))
        return scores[:, 0], self.span(hidden)

    def trained(self) -> dict[str, torch.Tensor]:
        """Return the weights that differ from the encoder's."""
        kept = (*(f"encoder.encoder.layer.{i}." for i in range(FROZEN_LAYERS)), "encoder.embeddings.")
        return {name: value for name, value in self.state_dict().items() if not name.startswith(kept)}


class JointScorer:
    """Scores sentences with a Joint model; deterministic, on the CPU."""

    def __init__(self, weights: Path, *, encoder: str = models.DEFAULT_ENCODER) -> None:
        from safetensors.torch import load_file
        from transformers import AutoTokenizer

        folder = models.locate(encoder)
        self.tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        self.model = Joint(folder).eval()
        if weights.name:
            self.model.load_state_dict({k: v.float() for k, v in load_file(weights).items()}, strict=False)
        self.half = halves()

    @torch.inference_mode()
    def score(self, question: str, texts: Sequence[Text]) -> NDArray[np.float32]:
        """Return the score of every sentence, passage after passage: (sentences,) float32; cut-off ones get -10."""
        found = []
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.half):
            for batch in batches(self.tokenizer, [(question, text) for text in texts]):
                found.append(self.model(batch)[0].numpy())
        return np.concatenate(found) if found else np.zeros(0, dtype=np.float32)


def halves() -> bool:
    """Tell whether this processor multiplies bfloat16 natively; elsewhere float32 is faster."""
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported()) and "avx512_bf16" in _flags()


def _flags() -> str:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def batches(tokenizer: Any, pairs: Sequence[tuple[str, Text]]) -> list[dict[str, torch.Tensor]]:
    """Tokenise (question, text) pairs, in order, into batches of at most BATCH_TOKENS padded tokens."""
    made: list[dict[str, torch.Tensor]] = []
    rows: list[tuple[list[int], list[int], list[tuple[int, int]], list[tuple[int, int]]]] = []
    for question, text in pairs:
        row = _row(tokenizer, question, text)
        longest = max([len(row[0]), *(len(r[0]) for r in rows)])
        if rows and longest * (len(rows) + 1) > BATCH_TOKENS:
            made.append(_collated(rows))
            rows = []
        rows.append(row)
    return [*made, _collated(rows)] if rows else made


def _row(
    tokenizer: Any, question: str, text: Text
) -> tuple[list[int], list[int], list[tuple[int, int]], list[tuple[int, int]]]:
    """Return token ids, token types, each sentence's tokens as [first, last), and each token's span in the passage."""
    heading, passage, spans = text
    asked = tokenizer(question, add_special_tokens=False, truncation=True, max_length=MOST_QUESTION)["input_ids"]
    head = tokenizer(f"{heading}:", add_special_tokens=False)["input_ids"][:32] if heading else []
    room = LONGEST - len(asked) - len(head) - 3
    body = tokenizer(passage, add_special_tokens=False, return_offsets_mapping=True, truncation=True, max_length=room)
    before = len(asked) + len(head) + 2
    ids = [tokenizer.cls_token_id, *asked, tokenizer.sep_token_id, *head, *body["input_ids"], tokenizer.sep_token_id]
    types = [0] * (len(asked) + 2) + [1] * (len(ids) - len(asked) - 2)
    offsets = body["offset_mapping"]
    tokens = []
    for start, end in spans:
        inside = [i for i, (a, b) in enumerate(offsets) if a < end and b > start]
        tokens.append((before + inside[0], before + inside[-1] + 1) if inside else (0, 0))
    return ids, types, tokens, [(-1, -1)] * before + list(offsets) + [(-1, -1)]


def _collated(rows: Sequence[tuple[list[int], list[int], list[tuple[int, int]], list[tuple[int, int]]]]) -> dict[str, torch.Tensor]:
    width = max(len(row[0]) for row in rows)
    ids, types, mask = (torch.zeros(len(rows), width, dtype=torch.long) for _ in range(3))
    most = max([1, *(len(row[2]) for row in rows)])
    pool, real = torch.zeros(len(rows), most, width), torch.zeros(len(rows), most, dtype=torch.bool)
    for i, (row_ids, row_types, sentences, _) in enumerate(rows):
        ids[i, : len(row_ids)], types[i, : len(row_ids)] = torch.tensor(row_ids), torch.tensor(row_types)
        mask[i, : len(row_ids)] = 1
        real[i, : len(sentences)] = True
        for k, (first, last) in enumerate(sentences):
            pool[i, k, first:last] = 1 / max(1, last - first)
    return {"ids": ids, "types": types, "mask": mask, "pool": pool, "real": real}
