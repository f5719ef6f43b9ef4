"""Reads a form from its folder, checks it for mistakes, and makes the document that filings pin."""
