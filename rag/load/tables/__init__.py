"""Reads CSV, JSON and office files."""
