"""Whether a filing is valid, and what a filer reads when it is not."""
