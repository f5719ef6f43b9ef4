"""What a form is: its definition, its validation and its words; no clock, no store, no HTTP."""
