"""Measures the program on questions whose answers are known."""
