"""A build: generates the pages, packs the assets, writes the search index, and reports what was made."""
