"""Checks the data folder of one machine: events, chains, the projection, receipts, seals, files."""

from functions.storage.sqlite.audit.folder import Auditor

__all__ = ["Auditor"]
