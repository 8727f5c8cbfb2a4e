"""Stores uploads in a temporary folder of this run."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

GRADIO_FOLDER = "GRADIO_TEMP_DIR"  # Gradio's upload folder; by default shared by all its programs


@cache
def uploads_folder() -> Path:
    """Return the private folder that Gradio uploads into from now on."""
    folder = Path(tempfile.mkdtemp(prefix="rag-uploads-", dir=os.environ.get(GRADIO_FOLDER))).resolve()
    os.environ[GRADIO_FOLDER] = str(folder)
    atexit.register(remove_uploads)
    return folder


def remove_uploads() -> None:
    """Delete unused uploads."""
    if uploads_folder.cache_info().currsize:
        shutil.rmtree(uploads_folder(), ignore_errors=True)


def uploaded(path: str) -> Path:
    """Return the uploaded file at a path; ValueError if it is anything else.

    A path contains a keyed digest of the file's content, so that nobody can name another person's upload.
    """
    file = Path(os.path.realpath(path))
    if not file.is_relative_to(uploads_folder()) or str(file) != os.path.normpath(path) or not file.is_file():
        raise ValueError("only a file that was just uploaded can be added")
    return file
