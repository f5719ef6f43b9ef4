"""How a form is read from its folder, checked for mistakes, and made into the document that filings pin."""
