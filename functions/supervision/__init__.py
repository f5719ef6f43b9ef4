"""What follows from a filing: when it was due; later also who owes one. No clock, no store, no HTTP."""
