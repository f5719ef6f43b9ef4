"""Measures cold starts on AWS, and computes what a great day costs there."""
