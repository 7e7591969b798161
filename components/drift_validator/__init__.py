"""DriftValidator component."""
