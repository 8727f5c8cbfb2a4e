"""Answers from your own documents, every sentence backed by a checked citation."""

__version__ = "0.1.0"
