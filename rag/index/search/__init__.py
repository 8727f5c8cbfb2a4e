"""Searches one generation of an index."""
