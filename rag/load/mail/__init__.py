"""Reads mail: messages, mailboxes, attachments, and web pages saved as a message."""
