"""One machine: the command line and the server that mounts every function beside the static site."""
