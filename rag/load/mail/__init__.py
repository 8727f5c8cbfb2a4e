"""Reads mail: messages, mailboxes, what is attached to them and web pages that were saved as one."""
