"""Serves other programs: OpenAI's protocol over HTTP, and MCP."""
