"""Checks packages, receipts, backups and data folders offline."""
