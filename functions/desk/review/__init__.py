"""Decisions on filings: one at a time, several at once, in pages and in JSON."""
