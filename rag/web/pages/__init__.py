"""Lays out the pages and handles their events."""
