"""Draws of units and officers: pool, ranks, sizes and replacements; no store, no clock, no randomness."""
