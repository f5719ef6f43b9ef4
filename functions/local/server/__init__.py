"""The one-machine server: the site and every function in one address, in several processes."""
