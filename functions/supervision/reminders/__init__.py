"""Who is reminded of what is owed, by which step, and what became of it; sends nothing."""
