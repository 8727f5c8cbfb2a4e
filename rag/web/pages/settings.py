"""Lays out the settings page."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.web import strings
from rag.web.pages.clicks import still
from rag.web.pages.settings_actions import LOCAL, SERVER, USUAL, SettingsActions
from rag.web.session.preferences import FEWEST, LONGEST, MOST
from rag.web.session.preferences import USUAL as USUAL_PASSAGES
from rag.web.view import sidebar

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}


def settings_tab(settings_actions: SettingsActions, tab: Any, preferences: Any, scope_note: Any, top: Any) -> None:
    """Lay out the settings; what is chosen is kept in `preferences`, and said in `scope_note` and `top`."""
    with gr.Column(elem_id="settings"):
        models = _models(settings_actions, preferences, top)
        strictness = gr.Radio([(strings.STRICT, False), (strings.LENIENT, True)], value=False, label=strings.STRICTNESS,
                              info=strings.STRICTNESS_HINT, elem_id="strictness")  # fmt: skip
        quotes = gr.Checkbox(False, label=strings.QUOTES, info=strings.QUOTES_HINT)
        scope = gr.Dropdown(
            [], multiselect=True, label=strings.SCOPE, info=strings.SCOPE_HINT, elem_id="sources-choice"
        )
        passages = gr.Slider(
            FEWEST, MOST, USUAL_PASSAGES, step=1, label=strings.PASSAGES, info=strings.PASSAGES_HINT, elem_id="passages"
        )
        still(sidebar.notice(strings.SETTINGS_KEPT, "hint"))
    chosen = [scope, passages, strictness, quotes]
    tab.select(settings_actions.show, [preferences], [*chosen, *models], **QUIET)
    for choice in chosen:
        choice.input(settings_actions.keep, [preferences, *chosen], [preferences, scope_note, top], **QUIET)


def _models(settings_actions: SettingsActions, preferences: Any, top: Any) -> list[Any]:
    """Lay out the choice of a model; return the components that show which one is chosen."""
    usual = settings_actions.page.models.usual
    if settings_actions.page.models.fixed:
        still(sidebar.notice(strings.MODEL_FIXED.format(model=usual), "hint"))
    with gr.Column(elem_id="models", visible=not settings_actions.page.models.fixed):
        places = [
            (strings.MODEL_USUAL.format(model=usual), USUAL),
            (strings.MODEL_LOCAL, LOCAL),
            (strings.MODEL_SERVER, SERVER),
        ]
        place = gr.Radio(places, value=USUAL, label=strings.MODELS, info=strings.MODELS_HINT)
        name = _box(strings.MODEL_NAME, strings.MODEL_NAME_HINT)
        address = _box(strings.MODEL_ADDRESS, strings.MODEL_ADDRESS_HINT)
        key = _box(strings.MODEL_KEY, strings.MODEL_KEY_HINT, type="password")
        use = gr.Button(strings.MODEL_USE, size="sm", elem_id="use-model")
        said = still("", elem_id="model-said")
    place.input(settings_actions.place, [place], [name, address, key], **QUIET)
    use.click(settings_actions.use, [preferences, place, name, address, key], [preferences, top, said], **QUIET)
    return [place, name, address, key]


def _box(label: str, info: str, **arguments: Any) -> Any:
    return gr.Textbox("", label=label, info=info, visible=False, max_length=LONGEST, **arguments)
