"""Finds words, sentences, dates and figures in texts by rules and lists, without a model."""
