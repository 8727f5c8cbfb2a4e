"""Replies to what is no question about the documents: small talk, and wishes about the last answer."""
