"""How near training comes to what the machine can do."""
