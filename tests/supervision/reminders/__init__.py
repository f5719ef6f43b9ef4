"""Who is reminded by which step, without a store."""
