"""Signing in and out, an officer's own account, and what was typed when a session ended."""
