"""The officers' pages and API: sign-in, filings, review, downloads, administration; for signed-in staff only."""
