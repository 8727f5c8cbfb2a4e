"""Reads light markup (reStructuredText, AsciiDoc, Org, LaTeX) as plain text without its markup."""
