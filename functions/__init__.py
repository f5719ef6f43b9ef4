"""Qingdan: the serverless functions, and what they are made of."""

__version__ = "0.1.0"
