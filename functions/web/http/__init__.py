"""HTTP without any filing: bodies, problems, streaming, the site's frame."""
