"""The publisher: how the public text becomes a site."""
