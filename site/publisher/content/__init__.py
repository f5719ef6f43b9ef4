"""What an editor wrote, read once into models; draws nothing."""
