"""Accounts and the audit log, for whoever administers the desk."""
