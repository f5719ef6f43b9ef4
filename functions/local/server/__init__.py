"""The one-machine server: the site and every function at one address, in several processes."""
