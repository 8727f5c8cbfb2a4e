"""The interface has five languages: every text exists in each, with the same placeholders."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from rag.web import strings

ROOT = Path(__file__).resolve().parent.parent
USED = re.compile(r"""\bstrings\.([A-Z][A-Z_]+)\b|\b(?:label|_box|plural)\(\s*["']([A-Z_]+)["'](?:, "([A-Z_]+)")?""")


def places(text: object) -> list[list[str]]:
    """Return the placeholders of a text, or of each of its forms."""
    forms = text.values() if isinstance(text, dict) else text if isinstance(text, list) else [text]
    return [sorted({str(name) for _, name, _, _ in string.Formatter().parse(str(form)) if name}) for form in forms]


@pytest.mark.parametrize("code", strings.LANGUAGES)
def test_every_language_has_every_text_with_the_same_placeholders(code: str) -> None:
    english, texts = strings.texts("en"), strings.texts(code)
    assert set(texts) == set(english)
    assert {name: places(text) for name, text in texts.items()} == {
        name: places(text) for name, text in english.items()
    }
    assert texts["STAGE_NAMES"].keys() == english["STAGE_NAMES"].keys()


def test_every_used_text_exists_and_every_unused_one_is_gone() -> None:
    used = {
        name
        for file in (ROOT / "rag" / "web").rglob("*.py")
        for found in USED.findall(file.read_text(encoding="utf-8"))
        for name in found
        if name
    }
    assert used - {"LANGUAGES"} | {"STAGE_NAMES"} == set(strings.texts("en"))


def test_a_missing_text_is_an_error() -> None:
    with pytest.raises(AttributeError, match="NOWHERE"):
        strings.NOWHERE  # noqa: B018


@pytest.mark.parametrize(
    ("wish", "code"),
    [("de-AT,de;q=0.9,en;q=0.8", "de"), ("pt-BR,fr;q=0.5,en;q=0.7", "en"), ("zh-CN", "zh"), ("es;q=0", "en"), ("", "en"), ("x" * 9_999, "en"),
     ("fr;q=x,es;q=0.1", "es")],
)  # fmt: skip
def test_the_first_supported_language_of_the_browser_is_used(wish: str, code: str) -> None:
    assert strings.preferred(wish) == code
