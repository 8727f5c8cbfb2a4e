"""The initial labels of the page; the browser translates each into its language."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.web import strings

GRADIOS = ("zh-CN", "zh-TW")  # Gradio's codes for languages with a different code
_NAMES: set[str] = set()


def label(name: str) -> Any:
    """Return a text that the browser translates."""
    _NAMES.add(name)
    return gr.I18n()(name)


def translations() -> Any:
    """Return every label in every language, after the page is laid out."""
    ours = {code: {name: strings.texts(code)[name] for name in _NAMES} for code in strings.LANGUAGES}
    return gr.I18n(**ours, **{code: ours[code[:2]] for code in GRADIOS})
