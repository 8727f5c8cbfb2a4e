"""Puts our own HTML on the page, with or without buttons that send events."""

from __future__ import annotations

from typing import Any

import gradio as gr

# A click on our button becomes a Python event with the button's data: `leave` if it leaves the conversation, `note` if
# it changes nothing on the page, else `act`.
CLICKS = """
element.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-act]');
  if (!button) return;
  const data = { ...button.dataset };
  if (data.ask) {
    const said = await window.ragAsk(data.ask, data.value);
    if (said === null) return;
    data.said = said;
  }
  if ('leave' in data) trigger('leave', data);
  else if ('note' in data) trigger('note', data);
  else trigger('act', data);
});
"""


def clickable(**arguments: Any) -> Any:
    """Return a gr.HTML whose buttons send events."""
    return gr.HTML(js_on_load=CLICKS, apply_default_css=False, **arguments)


def still(html: str, **arguments: Any) -> Any:
    """Return a gr.HTML without events."""
    return gr.HTML(html, js_on_load=None, apply_default_css=False, **arguments)
