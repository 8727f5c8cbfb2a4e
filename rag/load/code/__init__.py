"""Reads programs and settings."""
