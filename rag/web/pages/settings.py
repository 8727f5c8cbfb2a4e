"""Lays out the settings page."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.web import strings
from rag.web.pages.clicks import still
from rag.web.pages.labels import label
from rag.web.pages.settings_actions import USUAL, SettingsActions, places, said_of
from rag.web.session.preferences import FEWEST, LONGEST, MOST, USUAL_MODEL
from rag.web.session.preferences import USUAL as USUAL_PASSAGES
from rag.web.view import sidebar

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}


def settings_tab(actions: SettingsActions, tab: Any, preferences: Any, scope: Any, top: Any, memory: Any) -> None:
    """Lay out the settings; choices are stored in `preferences` and shown in `scope` and `top`."""
    with gr.Column(elem_id="settings"):
        models = _models(actions, preferences, top, memory)
        strictness = gr.Radio([(label("STRICT"), False), (label("LENIENT"), True)], value=False, label=label("STRICTNESS"),
                              info=label("STRICTNESS_HINT"), elem_id="strictness")  # fmt: skip
        quotes = gr.Checkbox(False, label=label("QUOTES"), info=label("QUOTES_HINT"))
        passages = gr.Slider(FEWEST, MOST, USUAL_PASSAGES, step=1, label=label("PASSAGES"), info=label("PASSAGES_HINT"), elem_id="passages")  # fmt: skip
        kept = still(sidebar.notice(strings.SETTINGS_KEPT, "hint"))
    chosen = [passages, strictness, quotes]
    tab.select(actions.show, [preferences, memory, *chosen, *models], [*chosen, *models, kept], **QUIET)
    for choice in chosen:
        choice.input(actions.keep, [preferences, memory, *chosen], [preferences, top], **QUIET)
    scope.act(actions.scope, [preferences, memory], [preferences, scope], **QUIET)


def _models(actions: SettingsActions, preferences: Any, top: Any, memory: Any) -> list[Any]:
    """Lay out the choice of a model; return the components that show it."""
    models = actions.page.models
    if models.fixed:
        still(sidebar.notice(said_of(models, USUAL_MODEL, strings.MODEL_FIXED), "hint"))
    with gr.Column(elem_id="models", visible=not models.fixed):
        place = gr.Radio(places(models), value=USUAL, label=label("MODELS"), info=label("MODELS_HINT"))
        name = _box("MODEL_NAME", "MODEL_NAME_HINT")
        address = _box("MODEL_ADDRESS", "MODEL_ADDRESS_HINT")
        key = _box("MODEL_KEY", "MODEL_KEY_HINT", type="password")
        use = gr.Button(label("MODEL_USE"), size="sm", elem_id="use-model")
        said, tried = still("", elem_id="model-said"), gr.State({})
    place.input(actions.place, [place], [name, address, key], **QUIET)
    trying = use.click(actions.use, [preferences, memory, place, name, address, key], [tried, said], **QUIET)
    trying.then(actions.used, [preferences, tried], [preferences, top, said], **QUIET)
    return [place, name, address, key]


def _box(name: str, info: str, **arguments: Any) -> Any:
    return gr.Textbox("", label=label(name), info=label(info), visible=False, max_length=LONGEST, **arguments)
