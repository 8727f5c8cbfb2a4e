"""Measures the program on questions with known answers."""
