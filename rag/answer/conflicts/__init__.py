"""Tells which statements oppose each other, which replaces which, and when each was made."""
