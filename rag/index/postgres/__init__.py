"""Keeps an index in PostgreSQL with pgvector, for many machines that read and one at a time that builds."""
