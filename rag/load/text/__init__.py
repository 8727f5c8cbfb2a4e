"""Reads plain text, Markdown and RTF."""
