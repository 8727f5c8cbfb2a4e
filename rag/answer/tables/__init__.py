"""Computes over tables: which rows and columns a question asks for, and what is made of their values."""
