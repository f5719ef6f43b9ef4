"""Renders a form as HTML, and parses a browser's post as typed data."""
