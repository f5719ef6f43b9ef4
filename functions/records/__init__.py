"""The record of a filing: events, the folded state, receipts, the hash chain, and the port of the store."""
