"""Turns values into HTML, JSON and Markdown."""
