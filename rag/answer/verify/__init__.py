"""Verifies worded sentences against the evidence they cite."""
