"""Lays out the settings page."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.web import side, texts
from rag.web.choosing import LOCAL, SERVER, USUAL, Choosing
from rag.web.clicks import still
from rag.web.wishes import FEWEST, LONGEST, MOST
from rag.web.wishes import USUAL as USUAL_PASSAGES

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}


def settings_tab(choosing: Choosing, tab: Any, wishes: Any, scope_note: Any, top: Any) -> None:
    """Lay out the settings; what is chosen is kept in `wishes`, and said in `scope_note` and `top`."""
    with gr.Column(elem_id="settings"):
        models = _models(choosing, wishes, top)
        strictness = gr.Radio([(texts.STRICT, False), (texts.LENIENT, True)], value=False, label=texts.STRICTNESS,
                              info=texts.STRICTNESS_HINT, elem_id="strictness")  # fmt: skip
        quotes = gr.Checkbox(False, label=texts.QUOTES, info=texts.QUOTES_HINT)
        scope = gr.Dropdown([], multiselect=True, label=texts.SCOPE, info=texts.SCOPE_HINT, elem_id="sources-choice")
        passages = gr.Slider(
            FEWEST, MOST, USUAL_PASSAGES, step=1, label=texts.PASSAGES, info=texts.PASSAGES_HINT, elem_id="passages"
        )
        still(side.notice(texts.SETTINGS_KEPT, "hint"))
    chosen = [scope, passages, strictness, quotes]
    tab.select(choosing.show, [wishes], [*chosen, *models], **QUIET)
    for choice in chosen:
        choice.input(choosing.keep, [wishes, *chosen], [wishes, scope_note, top], **QUIET)


def _models(choosing: Choosing, wishes: Any, top: Any) -> list[Any]:
    """Lay out the choice of a model; return the components that show which one is chosen."""
    usual = choosing.page.models.usual
    if choosing.page.models.fixed:
        still(side.notice(texts.MODEL_FIXED.format(model=usual), "hint"))
    with gr.Column(elem_id="models", visible=not choosing.page.models.fixed):
        places = [
            (texts.MODEL_USUAL.format(model=usual), USUAL),
            (texts.MODEL_LOCAL, LOCAL),
            (texts.MODEL_SERVER, SERVER),
        ]
        place = gr.Radio(places, value=USUAL, label=texts.MODELS, info=texts.MODELS_HINT)
        name = _box(texts.MODEL_NAME, texts.MODEL_NAME_HINT)
        address = _box(texts.MODEL_ADDRESS, texts.MODEL_ADDRESS_HINT)
        key = _box(texts.MODEL_KEY, texts.MODEL_KEY_HINT, type="password")
        use = gr.Button(texts.MODEL_USE, size="sm", elem_id="use-model")
        said = still("", elem_id="model-said")
    place.input(choosing.place, [place], [name, address, key], **QUIET)
    use.click(choosing.use, [wishes, place, name, address, key], [wishes, top, said], **QUIET)
    return [place, name, address, key]


def _box(label: str, info: str, **arguments: Any) -> Any:
    return gr.Textbox("", label=label, info=info, visible=False, max_length=LONGEST, **arguments)
