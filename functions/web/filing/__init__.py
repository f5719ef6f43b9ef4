"""The HTTP code for filing that every function shares: intake, posted forms and files, receipts, documents."""
