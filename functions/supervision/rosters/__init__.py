"""Rosters as versioned records: the state of any day, and what an import would change; no store, no clock, no file."""
