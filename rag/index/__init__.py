"""Keeps what was built in generations that are whole, checked and searched while the next one is made."""

from rag.index.build.layout import Plan
from rag.index.build.writer import IndexWriter
from rag.index.search.index import Index, verify
from rag.index.storage.generation import newest
from rag.index.storage.manifest import Manifest
from rag.index.storage.records import Split

__all__ = ["Index", "IndexWriter", "Manifest", "Plan", "Split", "newest", "verify"]
