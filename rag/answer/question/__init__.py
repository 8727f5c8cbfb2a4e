"""Understands a question: what it wants, what it leans on, and what of it is only told."""
