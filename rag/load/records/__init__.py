"""Reads calendars, address books, chat exports and bibliographies."""
