"""The forms of a reply, by what the question asks for."""
