"""Validates a filing, and words its problems for the filer."""
