"""Who must file what until when, and who has not (domain.md §3, §11): values in, values out; no store, no clock."""
