"""Files that the bureau hands in, read into rows: CSV and XLSX; every fault is named by line and column."""
