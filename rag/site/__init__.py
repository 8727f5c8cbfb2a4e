"""Brings one web page by its address among the documents; nothing here runs unless somebody asks for that address."""

from rag.site.saving import keep
from rag.site.trip import Fetched, anywhere, public, visit

__all__ = ["Fetched", "anywhere", "keep", "public", "visit"]
