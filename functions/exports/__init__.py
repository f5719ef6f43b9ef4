"""What was filed, as files: a selection of the store as XLSX, CSV, JSON Lines, PDF or a package."""
