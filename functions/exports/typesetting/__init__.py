"""What sets papers in type, with as few imports as it can do with: it also runs in processes of its own."""
