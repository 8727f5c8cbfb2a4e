"""The state of a running chat: engine, rebuilds, conversations, preferences."""
