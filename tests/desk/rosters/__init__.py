"""Rosters at the desk: read, imported after a preview, changed row by row; by pages and by JSON."""
