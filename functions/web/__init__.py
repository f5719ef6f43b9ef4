"""The HTTP code that the functions share: problems, pages, sessions, limits."""
