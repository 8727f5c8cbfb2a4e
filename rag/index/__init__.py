"""Keeps what was built in generations that are whole, checked and searched while the next one is made."""

from rag.index.search.index import Index, verify
from rag.index.storage.collections import begin_collection, collections_of, documents_of, index_of
from rag.index.storage.generation import newest
from rag.index.storage.manifest import Manifest
from rag.index.storage.records import Split
from rag.index.storage.remembered import newest_manifest, seeds_of
from rag.index.writing.embed import embed_new
from rag.index.writing.layout import Plan
from rag.index.writing.writer import IndexWriter

__all__ = [
    "Index",
    "IndexWriter",
    "Manifest",
    "Plan",
    "Split",
    "begin_collection",
    "collections_of",
    "documents_of",
    "embed_new",
    "index_of",
    "newest",
    "newest_manifest",
    "seeds_of",
    "verify",
]
