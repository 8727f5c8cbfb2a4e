"""A compiled model gives the reference's output; it is compiled once, checked when opened, and optional."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from rag import models
from rag.answer.prompt import grounded_messages
from rag.errors import ModelUnavailable
from rag.evidence import Evidence
from rag.models import compiled, llama_graph, openvino_llama
from rag.models.compiled import CompiledModel
from rag.models.generator import TransformersGenerator
from rag.models.gguf_file import GgufLlama
from rag.models.transformers_lm import LibraryModel, LibraryWriting
from rag.types import Message, Passage
from tests.tiny_model import ASKED, embed_tiny, write_tiny_gguf, write_tiny_model

OTHER = [ASKED[0], Message("user", "[1] the mill is old.\n\nquestion: where is it?")]

FILES = ("model.bin", "model.xml", "tokenizer.json", "chat_template.jinja", "facts.json")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gguf(tmp_path_factory.mktemp("tiny") / "weights")


@pytest.fixture(scope="module")
def ready(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CompiledModel]:
    """A cache in which the model is compiled, and the open model."""
    cache = tmp_path_factory.mktemp("ready") / "cache"
    with pytest.MonkeyPatch.context() as patched:
        embed_tiny(weights, cache, patched)
        model = opened("tiny")[0].load()
    assert isinstance(model, CompiledModel)
    return cache / "compiled", model


@pytest.fixture(scope="module")
def model(ready: tuple[Path, CompiledModel]) -> CompiledModel:
    """The open compiled model; it keeps nothing between texts."""
    return ready[1]


@pytest.fixture
def uncompiled(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    embed_tiny(weights, tmp_path / "cache", monkeypatch)
    return "tiny"


@pytest.fixture
def tiny(uncompiled: str, ready: tuple[Path, CompiledModel], tmp_path: Path) -> str:
    """The model in a cache of this test's own, already compiled."""
    shutil.copytree(ready[0], tmp_path / "cache" / "compiled")
    return uncompiled


def opened(name: str, **preferences: bool) -> tuple[TransformersGenerator, list[str]]:
    said: list[str] = []
    generator = TransformersGenerator(name, max_new_tokens=30, say=said.append, **preferences)
    generator.load()
    return generator, said


def folder_of(tmp_path: Path) -> Path:
    (folder,) = (tmp_path / "cache" / "compiled").iterdir()
    return folder


def test_its_scores_equal_those_of_the_reference(tiny: str, model: CompiledModel) -> None:
    import torch

    fast, reference = model, opened(tiny, library=True)[0].load()
    assert isinstance(reference, LibraryModel)
    tokens = reference.encode(ASKED)
    assert fast.encode(ASKED) == tokens
    with torch.inference_mode():
        exact = reference.network(input_ids=torch.tensor([tokens])).logits[0].numpy()
    near = fast.begin()._logits(tokens, len(tokens))
    assert near.shape == exact.shape
    cosines = (near * exact).sum(-1) / np.linalg.norm(near, axis=-1) / np.linalg.norm(exact, axis=-1)
    assert np.median(cosines) > 0.99
    assert cosines.min() > 0.8  # random weights increase the error of 8 bits


def test_a_wrong_guess_leaves_no_trace(model: CompiledModel) -> None:
    prompt = model.encode(ASKED)
    plain, guessing = model.begin(), model.begin()
    (first,) = plain.read(prompt)
    (second,) = plain.read([first])
    (third,) = plain.read([second])
    assert guessing.read(prompt) == [first]
    wrong = (third + 1) % 40 + 3
    assert guessing.read([first], [second, wrong, wrong]) == [second, third]
    assert guessing.read([third]) == plain.read([third])
    assert guessing.kept()[0] == plain.kept()[0]
    assert np.allclose(guessing._logits(prompt[:1], 1), plain._logits(prompt[:1], 1), rtol=0, atol=1e-3)


def test_a_saved_prefix_starts_another_text(model: CompiledModel) -> None:
    prompt = model.encode(ASKED)
    begun = model.begin()
    begun.read(prompt[:10])
    kept = begun.kept()
    whole = model.begin().read(prompt)
    assert model.begin(kept).read(prompt[10:]) == whole
    begun.read(prompt[10:])
    assert model.begin(kept).read(prompt[10:]) == whole  # the first text continued, the saved prefix did not


def test_two_texts_at_once_continue_as_each_does_alone(model: CompiledModel) -> None:
    prompts = [model.encode(messages) for messages in (ASKED, OTHER)]
    alone = [written(model.begin(), prompt) for prompt in prompts]
    texts = [model.begin(), model.begin()]
    mixed = [text.read(prompt) for text, prompt in zip(texts, prompts, strict=True)]
    for _ in range(5):
        mixed = [said + text.read(said[-1:]) for said, text in zip(mixed, texts, strict=True)]
    assert mixed == alone
    assert alone[0] != alone[1]


def written(text: openvino_llama.Writing | LibraryWriting, prompt: list[int]) -> list[int]:
    """Return the six likeliest tokens after a prompt, one after another."""
    made = text.read(prompt)
    for _ in range(5):
        made += text.read(made[-1:])
    return made


def test_closing_the_iterator_stops_the_model(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = opened(tiny)[0]
    calls: list[int] = []
    read = openvino_llama.Writing.read
    monkeypatch.setattr(openvino_llama.Writing, "read", lambda self, *given: (calls.append(1), read(self, *given))[1])
    pieces = generator.generate(ASKED)
    next(pieces)
    steps = len(calls)
    pieces.close()  # type: ignore[attr-defined]
    assert len(calls) == steps <= 3


def test_it_is_compiled_once(uncompiled: str, tmp_path: Path) -> None:
    first, said = opened(uncompiled)
    assert "once" in said[-1]
    made = folder_of(tmp_path)
    before = {file.name: file.stat().st_mtime_ns for file in made.iterdir()}
    second, said = opened(uncompiled)
    assert said == []
    assert {file.name: file.stat().st_mtime_ns for file in made.iterdir()} == before
    assert list(second.generate(ASKED)) == list(first.generate(ASKED))


def damaged(file: Path, damage: str) -> None:
    """Truncate, change or remove a file."""
    whole = file.read_bytes()
    file.unlink()
    if damage != "gone":
        file.write_bytes(whole[: len(whole) // 2] if damage == "cut" else b"{" + whole[1:][::-1])


def test_any_damage_to_a_cache_is_detected(tiny: str, tmp_path: Path) -> None:
    made = folder_of(tmp_path)
    assert compiled._is_whole(made)
    for file in FILES:
        for damage in ("cut", "gone", "changed"):
            torn = tmp_path / f"{damage}-{file}"
            shutil.copytree(made, torn)
            damaged(torn / file, damage)
            assert not compiled._is_whole(torn), (file, damage)


@pytest.mark.parametrize(
    ("file", "damage"), [("model.bin", "cut"), ("tokenizer.json", "gone"), ("facts.json", "changed")]
)
def test_a_torn_cache_is_compiled_again(tiny: str, tmp_path: Path, file: str, damage: str) -> None:
    words = list(opened(tiny)[0].generate(ASKED))
    damaged(folder_of(tmp_path) / file, damage)
    again, said = opened(tiny)
    assert any("once" in line for line in said)
    assert compiled._is_whole(folder_of(tmp_path))
    assert list(again.generate(ASKED)) == words


def test_another_adapter_means_another_compiled_model(tiny: str, tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").touch()
    assert compiled._key(tiny, None) != compiled._key(tiny, tmp_path / "a.safetensors")


def test_a_gguf_file_is_read_as_transformers_reads_it(tiny: str, weights: Path) -> None:
    reference = opened(tiny, library=True)[0].load()
    assert isinstance(reference, LibraryModel)
    read = GgufLlama(weights / "tiny.gguf")
    theirs = {name: value.numpy() for name, value in reference.network.state_dict().items()}
    assert [
        name for name in theirs if name != "lm_head.weight" and not np.array_equal(read.weights(name), theirs[name])
    ] == []
    text = "The mill: the oldest.\n\n  1748?<|im_end|> it is"
    assert read.tokenizer().encode(text).ids == reference.tokenizer.encode(text)
    assert read.special() == {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "unk_token": "<unk>"}
    theirs_config = reference.network.config.to_dict()
    assert {name: theirs_config[name] for name in read.config} == read.config


@pytest.mark.parametrize("made_for", ["this model", "another"])
def test_an_adapter_is_added_to_the_weights_it_was_made_for(
    tiny: str, weights: Path, tmp_path: Path, made_for: str
) -> None:
    base = models.EMBEDDED[tiny].sha256 if made_for == "this model" else "0" * 64
    place = "model.layers.1.mlp.down_proj"  # 64 → 32
    factors = {f"{place}.up": np.full((32, 2), 0.5, np.float16), f"{place}.down": np.full((2, 64), 0.25, np.float16)}
    save_file(factors, tmp_path / "a.safetensors", metadata={"base_sha256": base})
    plain = GgufLlama(weights / "tiny.gguf")
    adapted = compiled._adapted(tiny, plain, tmp_path / "a.safetensors")
    change = adapted(f"{place}.weight") - plain.weights(f"{place}.weight")
    assert np.allclose(change, 0.25 if made_for == "this model" else 0.0, atol=1e-6)
    other = "model.layers.0.mlp.down_proj.weight"
    assert np.array_equal(adapted(other), plain.weights(other))


def test_a_damaged_adapter_is_a_one_line_error(tiny: str, tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelUnavailable, match=r"a\.safetensors cannot be read"):
        TransformersGenerator(tiny, adapter=tmp_path / "a.safetensors").load()


@pytest.mark.parametrize("kept", [0, 3, 20, 200, 2000])
def test_a_torn_gguf_file_is_a_one_line_error(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    folder = shutil.copytree(weights, tmp_path / "weights")
    whole = (folder / "tiny.gguf").read_bytes()
    (folder / "tiny.gguf").write_bytes(whole[:kept] or b"no such file")
    embed_tiny(folder, tmp_path / "cache", monkeypatch)
    with pytest.raises(ModelUnavailable, match=r"tiny\.gguf cannot be read") as caught:
        opened("tiny")
    assert "\n" not in str(caught.value)


def test_a_model_in_safetensors_runs_in_transformers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embed_tiny(write_tiny_model(tmp_path / "weights"), tmp_path / "cache", monkeypatch)
    assert isinstance(opened("tiny")[0].load(), LibraryModel)


@pytest.mark.parametrize(
    "changed",
    [{"model_type": "mixtral"}, {"hidden_act": "gelu"}, {"attention_bias": True},
     {"rope_parameters": {"rope_type": "llama3", "rope_theta": 5e5}}],
)  # fmt: skip
def test_only_supported_architectures_fit(changed: dict[str, object]) -> None:
    plain = {"model_type": "llama", "hidden_act": "silu", "rope_parameters": {"rope_type": "default"}}
    assert llama_graph.fits(plain)
    assert not llama_graph.fits({**plain, **changed})


QUOTES = [
    ("The mill of Norrby", "The mill of Norrby was built in 1748 by John Adair, who had come from Easton."),
    ("", "After the repairs of 1768, it was used by about 8,074 people a year, mostly in summer."),
    ("Opening hours", "The library opens at nine on weekdays, except on Mondays, when it opens at noon."),
    ("", "A window of fifty days (1 May to 19 June) is left for objections, which have to be made in writing."),
]
QUESTIONS = ["Who built the mill?", "When does the library open?"]


@pytest.mark.model
def test_the_embedded_model_generates_the_words_of_the_reference() -> None:
    passages = [
        Passage(str(n), "d", "a.txt", quote, 0, len(quote), heading=heading)
        for n, (heading, quote) in enumerate(QUOTES)
    ]
    evidence = [Evidence(passage, 0, len(passage.text), passage.text, 1.0) for passage in passages]
    fast, reference = TransformersGenerator(), TransformersGenerator(library=True)
    for n, question in enumerate(QUESTIONS):
        messages = grounded_messages(question, [evidence[2 * n], evidence[2 * n + 1]])
        assert "".join(fast.generate(messages)) == "".join(reference.generate(messages))


def test_compiling_a_model_loads_neither_torch_nor_transformers(weights: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from rag.models import EMBEDDED, catalog, compiled; "
        "EMBEDDED['tiny'] = catalog.Embedded('tiny_package', 'tiny==1', 1, 'tiny.gguf', '0' * 64); "
        f"made = compiled.compiled_model('tiny', Path({str(weights)!r}), adapter=None, say=str); "
        "print(type(made).__name__, sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "RAG_CACHE": str(tmp_path)},
    )
    assert (done.stdout.strip(), done.stderr) == ("CompiledModel []", "")
