"""What runs beside the requests: long downloads and documents set overnight."""
