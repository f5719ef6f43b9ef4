"""What filing needs of HTTP, whoever files: intake, posted forms and files, receipts, documents."""
