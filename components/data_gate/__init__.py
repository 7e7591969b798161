"""DataGate component."""
