"""Packs each function file for AWS Lambda: its code, what it imports, nothing else; the same bytes each time."""
