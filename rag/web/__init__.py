"""Shows the chat in a browser; the only place that imports gradio.

`serve` is all that the doors need; `build_app` is for tests, and for people who mount the chat into a server of their own.
"""

from __future__ import annotations

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported, which asks only once
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from rag.web.server import build_app
from rag.web.start import serve

__all__ = ["build_app", "serve"]
