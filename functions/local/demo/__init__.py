"""The desk as it looks in real life: invented units, what they filed in three years, and what officers did with it."""
