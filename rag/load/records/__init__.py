"""Reads calendars, address books and lists of literature."""
