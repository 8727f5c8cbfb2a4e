"""Keeps what is uploaded in a folder of this run's own, which ends with it."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

GRADIO_FOLDER = "GRADIO_TEMP_DIR"  # where Gradio puts what is uploaded; by default one folder for all its programs


@cache
def uploads_folder() -> Path:
    """Return the folder, readable by this user alone, that Gradio uploads into from now on."""
    folder = Path(tempfile.mkdtemp(prefix="rag-uploads-", dir=os.environ.get(GRADIO_FOLDER))).resolve()
    os.environ[GRADIO_FOLDER] = str(folder)
    atexit.register(remove_uploads)
    return folder


def remove_uploads() -> None:
    """Delete what was uploaded and not taken."""
    if uploads_folder.cache_info().currsize:
        shutil.rmtree(uploads_folder(), ignore_errors=True)


def uploaded(path: str) -> Path:
    """Return the uploaded file of that path; ValueError if it is anything else.

    A path holds a digest of the file's content with a secret, so nobody can name what somebody else has uploaded.
    """
    file = Path(os.path.realpath(path))
    if not file.is_relative_to(uploads_folder()) or str(file) != os.path.normpath(path) or not file.is_file():
        raise ValueError("only a file that was just uploaded can be added")
    return file
