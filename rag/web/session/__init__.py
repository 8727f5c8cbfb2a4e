"""Holds what a running chat works with: the engine, rebuilds, conversations, preferences."""
