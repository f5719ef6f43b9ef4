"""Checks records for consistency, and signs the statements that an export package makes about itself."""
