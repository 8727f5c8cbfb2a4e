"""The forms that a reply takes, by what is asked for."""
