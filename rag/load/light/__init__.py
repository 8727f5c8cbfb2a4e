"""Reads texts with light markup (reStructuredText, AsciiDoc, Org, LaTeX) as what they say: their marks are not shown."""
