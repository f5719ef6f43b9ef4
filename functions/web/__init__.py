"""What the functions share of HTTP: problems, pages, sessions, limits."""
