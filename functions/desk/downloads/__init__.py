"""Downloads that take longer than one request: made in the background, handed over behind a gateway."""
