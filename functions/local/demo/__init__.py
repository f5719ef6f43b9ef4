"""A realistic demo of the desk: invented units, their filings of three years, and the officers' decisions."""
