"""Shows the chat in a browser; the only place that imports gradio.

`serve` is all that the doors need; `build_app` is for tests, and for people who mount the chat into a server of their own.
"""

from __future__ import annotations

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported, which asks only once
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from rag.web.server import build_app

__all__ = ["build_app", "serve"]


def __getattr__(name: str) -> object:
    """Import the way to the engine only when it is used."""
    if name == "serve":
        from rag.web.start import serve

        return serve
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
