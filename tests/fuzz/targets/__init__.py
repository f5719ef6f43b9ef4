"""One module for each reader of what strangers send."""
