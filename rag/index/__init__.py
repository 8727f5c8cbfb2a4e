"""Stores an index as complete, checked generations; one is searched while the next is built."""

from rag.index.places import (
    Building,
    building,
    newest,
    newest_manifest,
    open_index,
    pointer,
    seeds_of,
    share,
    shares,
    unshare,
)
from rag.index.search.index import Index, verify
from rag.index.storage.address import Address, Location, location_of
from rag.index.storage.collections import begin_collection, collections_of, documents_of, index_of
from rag.index.storage.manifest import Manifest
from rag.index.storage.records import Split
from rag.index.writing.embed import embed_new, lend
from rag.index.writing.layout import Plan
from rag.index.writing.writer import IndexWriter

__all__ = [
    "Address",
    "Building",
    "Index",
    "IndexWriter",
    "Location",
    "Manifest",
    "Plan",
    "Split",
    "begin_collection",
    "building",
    "collections_of",
    "documents_of",
    "embed_new",
    "index_of",
    "lend",
    "location_of",
    "newest",
    "newest_manifest",
    "open_index",
    "pointer",
    "seeds_of",
    "share",
    "shares",
    "unshare",
    "verify",
]
