"""Checks of the content; every mistake names file, line, cause and cure."""
