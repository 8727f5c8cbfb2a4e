"""Words, sentences, dates and figures of texts, found by rules and lists, without a model."""
