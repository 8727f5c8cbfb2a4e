"""Answers other programs: by OpenAI's protocol over HTTP, and by MCP."""
