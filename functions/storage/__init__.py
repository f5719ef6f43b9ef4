"""The adapters behind the ports: the only place that knows SQL, files and their vendors."""
