"""Seals over all events: the Merkle tree, the signed root, and the making of both."""
