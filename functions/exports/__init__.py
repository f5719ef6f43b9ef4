"""Exports a selection of filings as files: XLSX, CSV, JSON Lines, PDF or a package."""
