"""The form: its definition, its validation and its words; no clock, no store, no HTTP."""
