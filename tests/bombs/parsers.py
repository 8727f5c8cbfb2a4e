"""Replaces a parser in the child process by code that misbehaves."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent

from rag.load import Parser

RICH_TEXT = b"{\\rtf1 The mill closed in 1962.}"
HANGS = "import time; time.sleep(1e9)"
SPINS = "x = 1\nwhile True: x += 1"
WORKS = """
import time
while time.process_time() < 1.5: pass
return "The mill closed in 1962."
"""
EATS = "held = []\nwhile True: held.append(bytearray(1 << 24))"
EATS_AND_ABORTS = """
import os
held = []
try:
    while True: held.append(b"x" * (1 << 24))
except MemoryError: os.abort()
"""  # as PDFium does
ATE_BEFORE_IT_DIES = """
import os
if "big" in text: return str(len(b"x" * (900 << 20)))
os.abort()
"""
DIES = "import os; os.kill(os.getpid(), 11)"
LEAVES = "import os; os._exit(3)"
TALKS = "import os; os.write(1, b'x' * (1 << 20)); import socket; socket.socket()"
STARTS = "import subprocess; subprocess.run(['true'])"
RAISES = "raise ValueError('no such codec')"
FORGES = 'import os; os.write(1, b\'{"value": "forged"}\\n\'); return "The mill closed in 1962."'
FLOODS = "return 'word ' * 60_000_000"


@contextmanager
def misbehaving(code: str, *, wall_seconds: float = 60.0) -> Iterator[Parser]:
    """Yield a Parser whose child process runs this code instead of the rich text reader."""
    before = os.environ.get("PYTHONPATH")
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "striprtf"
        package.mkdir()
        (package / "__init__.py").touch()
        body = indent(code, "    ")
        (package / "striprtf.py").write_text(f"def rtf_to_text(text, errors):\n{body}\n", encoding="utf-8")
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, before]))
        try:
            with Parser(wall_seconds) as parser:
                yield parser
        finally:
            if before is None:
                del os.environ["PYTHONPATH"]
            else:
                os.environ["PYTHONPATH"] = before
