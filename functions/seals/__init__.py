"""Published seals and proofs, for everybody."""
