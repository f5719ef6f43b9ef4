"""Measures pages of the desk on full stores, imports of rosters, and sign-ins."""
