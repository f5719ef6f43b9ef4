"""Signing in and out, an officer's own account, and the text kept when a session ended."""
