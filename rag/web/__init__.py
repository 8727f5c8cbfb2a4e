"""The chat in a browser; only this package imports gradio.

The command line needs only `serve`; `build_app` is for tests and for mounting the chat into another server.
"""

from __future__ import annotations

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported, because it reads this once
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from rag.web.server import build_app
from rag.web.start import serve

__all__ = ["build_app", "serve"]
