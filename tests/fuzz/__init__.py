"""Fuzzing of everything that reads what strangers send: `make fuzz`. No test of `make test` is in here."""
