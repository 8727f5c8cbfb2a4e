"""Makes plain text, tables and records that are designed to harm."""

from __future__ import annotations

from tests.bombs.made import file

SENTENCE = "The mill closed in 1962 and its wheel still turns. "
TEXTS = (
    file("zeros.txt", lambda: bytes(1_000_000), "holds no text|not text"),
    file("carriage-returns.txt", lambda: (SENTENCE + "\r") * 20_000, "read"),
    file("mixed-encodings.txt", lambda: (SENTENCE * 50).encode() + "été".encode("latin-1") * 40 + SENTENCE.encode("utf-16-le"),
         "read|not text"),
    file("marks-inside.md", lambda: (SENTENCE + "\ufeff\u200b\u202e") * 1_000, "read"),
    file("lone-surrogates.json", lambda: '{"text": "' + "\\ud800\\udfff\\udfff" * 1_000 + SENTENCE + '"}', "read"),
    file("combining-marks.txt", lambda: "a" + "\u0301" * 1_000_000 + SENTENCE, "read"),
    file("only-newlines.txt", lambda: "\n" * 20_000_000, "holds no text"),
    file("no-full-stop.txt", lambda: "word " * 4_000_000, "read", heavy=True),
    file("brackets.json", lambda: "[" * 24_000_000 + "1" + "]" * 24_000_000, "nests too deeply|takes", heavy=True),
    file("lists-16-million.json", lambda: "[" + "[]," * 16_000_000 + '"The mill closed."]', "takes|holds more than", heavy=True),
)  # fmt: skip
