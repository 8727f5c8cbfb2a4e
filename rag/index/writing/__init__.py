"""Writes a new generation, reusing what did not change."""
