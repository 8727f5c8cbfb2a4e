"""Answers a question from the passages of an index."""
