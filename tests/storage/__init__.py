"""What only the one-machine adapter promises: durability, faults, locks, files."""
