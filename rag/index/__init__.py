"""Keeps what was built in generations that are whole, checked and searched while the next one is made."""

from rag.index.assemble import Plan
from rag.index.generation import newest
from rag.index.manifest import Manifest
from rag.index.publish import IndexWriter
from rag.index.records import Split
from rag.index.search import Index, verify

__all__ = ["Index", "IndexWriter", "Manifest", "Plan", "Split", "newest", "verify"]
