"""Lays out the pages and handles what is clicked on them."""
