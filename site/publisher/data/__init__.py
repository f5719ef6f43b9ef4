"""The content in other formats, for programs and for spreadsheets: open data, feed, calendar, schemas."""
