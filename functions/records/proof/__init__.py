"""Checks what was recorded against itself, and signs what a package says of itself."""
