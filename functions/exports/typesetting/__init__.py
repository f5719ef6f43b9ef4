"""Typesets documents, with as few imports as possible: it also runs in processes of its own."""
