"""HTTP code that knows no filing: bodies, problems, streaming, the site's frame."""
