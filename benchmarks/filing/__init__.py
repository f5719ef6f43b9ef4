"""Measures how fast filings are judged and taken in, beside floors of bare parts."""
