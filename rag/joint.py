"""Reads a question together with a passage, in the embedded encoder with trained upper layers.

The encoder's embeddings and lower layers stay as they are; the upper layers and the head come from `rag/weights`. One pass
gives a score for every sentence of the passage; 0 is the score of "no sentence here answers".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag import models

if TYPE_CHECKING:
    import torch

FROZEN_LAYERS = 3  # of six; with the embeddings three quarters of the weights, and they need not be shipped
LONGEST = 320  # tokens of question, heading and passage together; the default splitter's passages are shorter
MOST_QUESTION, MOST_TOPIC = 64, 32  # tokens
BATCH_TOKENS = 4096  # padded tokens of one forward pass

Text = tuple[str, str, Sequence[tuple[int, int]]]  # topic, passage, spans of its sentences


class Row(NamedTuple):
    """One question with one passage, as tokens."""

    ids: list[int]
    types: list[int]  # 0 the question, 1 the passage
    sentences: list[tuple[int, int]]  # first token and the one after the last; (0, 0) if cut off
    offsets: list[tuple[int, int]]  # each token's span in the passage; (-1, -1) outside


class JointScorer:
    """Scores sentences with the trained layers; deterministic, on the CPU. The model is loaded at the first question."""

    def __init__(self, weights: Path, *, encoder: str = models.DEFAULT_ENCODER) -> None:
        self.weights = weights
        self.folder = models.locate(encoder)
        self._loaded: tuple[Any, Any, Mapping[str, torch.Tensor]] | None = None

    def score(self, question: str, texts: Sequence[Text]) -> NDArray[np.float32]:
        """Return the score of every sentence, passage after passage: (sentences,) float32."""
        import torch

        tokenizer, encoder, heads = self._model()
        rows = [row(tokenizer, question, text) for text in texts]
        found: list[NDArray[np.float32]] = []
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=halves()):
            for batch in batches(rows):
                found.append(sentence_scores(hidden_states(encoder, batch), batch, heads).float().numpy())
        return np.concatenate(found) if found else np.zeros(0, dtype=np.float32)

    def _model(self) -> tuple[Any, Any, Mapping[str, torch.Tensor]]:
        if self._loaded is None:
            from safetensors.torch import load_file
            from transformers import AutoTokenizer

            trained = {name: value.float() for name, value in load_file(self.weights).items()}
            encoder = load_encoder(self.folder).eval()
            layers = {name.removeprefix("encoder."): v for name, v in trained.items() if name.startswith("encoder.")}
            encoder.load_state_dict(layers, strict=False)
            heads = {name: value for name, value in trained.items() if not name.startswith("encoder.")}
            self._loaded = AutoTokenizer.from_pretrained(str(self.folder), local_files_only=True), encoder, heads
        return self._loaded


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
    import torch
    from torch.nn import functional

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


def halves() -> bool:
    """Tell whether this processor multiplies bfloat16 natively; elsewhere float32 is faster."""
    try:
        return "avx512_bf16" in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False


def batches(rows: Sequence[Row]) -> list[dict[str, torch.Tensor]]:
    """Gather rows, in order, into batches of at most BATCH_TOKENS padded tokens."""
    gathered: list[list[Row]] = []
    for each in rows:
        longest = max([len(each.ids), *(len(r.ids) for r in gathered[-1])]) if gathered else 0
        if gathered and longest * (len(gathered[-1]) + 1) <= BATCH_TOKENS:
            gathered[-1].append(each)
        else:
            gathered.append([each])
    return [collated(group) for group in gathered]


def row(tokenizer: Any, question: str, text: Text) -> Row:
    """Tokenise one question with one passage: [CLS] question [SEP] topic: passage [SEP]."""
    about, passage, spans = text
    asked = tokenizer(question, add_special_tokens=False, truncation=True, max_length=MOST_QUESTION)["input_ids"]
    head = tokenizer(f"{about}:", add_special_tokens=False)["input_ids"][:MOST_TOPIC] if about else []
    room = LONGEST - len(asked) - len(head) - 3
    body = tokenizer(passage, add_special_tokens=False, return_offsets_mapping=True, truncation=True, max_length=room)
    before = len(asked) + len(head) + 2
    ids = [tokenizer.cls_token_id, *asked, tokenizer.sep_token_id, *head, *body["input_ids"], tokenizer.sep_token_id]
    types = [0] * (len(asked) + 2) + [1] * (len(ids) - len(asked) - 2)
    offsets = [(int(a), int(b)) for a, b in body["offset_mapping"]]
    tokens = []
    for start, end in spans:
        inside = [i for i, (a, b) in enumerate(offsets) if a < end and b > start]
        tokens.append((before + inside[0], before + inside[-1] + 1) if inside else (0, 0))
    return Row(ids, types, tokens, [(-1, -1)] * before + offsets + [(-1, -1)])


def collated(rows: Sequence[Row]) -> dict[str, torch.Tensor]:
    """Pad rows into tensors: ids, types, mask (rows, tokens); pool (rows, sentences, tokens); real (rows, sentences)."""
    import torch

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
