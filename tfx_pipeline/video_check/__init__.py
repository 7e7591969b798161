"""What a run will do, told before it does it."""
