"""What was filed, as officers read it: the list, one filing, its documents, exports, paper filings."""
