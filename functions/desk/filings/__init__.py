"""Officers' views of filings: the list, one filing, its documents, exports, paper filings."""
