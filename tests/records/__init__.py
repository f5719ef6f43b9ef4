"""What events, numbers, codes, receipts and states promise."""
