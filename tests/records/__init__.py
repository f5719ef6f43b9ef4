"""Events, numbers, codes, receipts and states."""
