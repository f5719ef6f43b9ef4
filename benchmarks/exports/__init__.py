"""Measures exports and packages, each beside the barest writer of the same."""
