"""Fetches one web page into the documents folder; nothing here runs unless the user gives an address."""

from rag.site.saving import keep
from rag.site.trip import Fetched, anywhere, public, visit

__all__ = ["Fetched", "anywhere", "keep", "public", "visit"]
