"""A form as HTML, and what a browser posts, read back as typed data."""
