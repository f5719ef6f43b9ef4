"""The editor's content, read once into models; renders nothing."""
