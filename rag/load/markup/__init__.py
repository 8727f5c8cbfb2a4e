"""Reads HTML, EPUB, XML and mail."""
