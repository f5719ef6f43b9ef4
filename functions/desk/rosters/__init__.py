"""Rosters at the desk: read, imported from a file after a preview, changed row by row; as pages and as JSON."""
