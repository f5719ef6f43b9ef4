"""What every storage adapter promises, said once and run against each."""
