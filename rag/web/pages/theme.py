"""Sets Gradio's fonts (system fonts) and colours; all other styles are in `static/chat.css`."""

from __future__ import annotations

from typing import Any

import gradio as gr

SANS = (
    "ui-sans-serif",
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "Roboto",
    "Helvetica Neue",
    "Noto Sans",
    "sans-serif",
)
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "Liberation Mono", "monospace")


def theme() -> Any:
    """Return the theme; no font is downloaded."""
    base = gr.themes.Base(primary_hue="teal", neutral_hue="stone", font=SANS, font_mono=MONO)
    return base.set(
        body_background_fill="#faf9f7",
        body_background_fill_dark="#16181b",
        body_text_color="#1f2328",
        body_text_color_dark="#e9e6e1",
        body_text_color_subdued="#5b6068",
        body_text_color_subdued_dark="#a9abb0",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        button_primary_background_fill="#0f6b62",
        button_primary_background_fill_hover="#0b564f",
        button_primary_background_fill_dark="#0f6b62",
        button_primary_background_fill_hover_dark="#138277",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        input_background_fill="#ffffff",
        input_background_fill_dark="#1f2226",
        input_border_color="#d9d5ce",
        input_border_color_dark="#3a3e44",
        checkbox_background_color_selected="#0f6b62",
        checkbox_background_color_selected_dark="#138277",
        checkbox_border_color_selected="#0f6b62",
        checkbox_border_color_selected_dark="#74cbbf",
        checkbox_border_color="#8b877f",
        checkbox_border_color_dark="#7c828a",
        checkbox_background_color_dark="#16181b",
        slider_color="#0f6b62",
        slider_color_dark="#74cbbf",
        input_placeholder_color="#6a6f77",
        input_placeholder_color_dark="#9a9da3",
    )
