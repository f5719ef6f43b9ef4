"""Seals over all events: the Merkle tree and the signed root."""
