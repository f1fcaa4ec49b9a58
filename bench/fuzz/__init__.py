"""What strangers send, thrown at everything that reads it."""
