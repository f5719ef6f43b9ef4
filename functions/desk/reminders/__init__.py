"""Whom to call about what is owed, at the desk: the list, what was said, what came back."""
