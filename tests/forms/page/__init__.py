"""Forms as HTML: rendered, posted, read back, and alive in a browser."""
