"""The publisher: turns the public text into a site."""
