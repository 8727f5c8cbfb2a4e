"""The laws of searching very many rows: nearly what exact search finds, whatever system maps the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexCorrupt
from rag.index import lists, publish, search
from rag.index.nearest import exact
from tests.test_index import FILES, build
from rag.index import Index, IndexWriter
