"""Sums up documents, and what several of them say about a topic."""
