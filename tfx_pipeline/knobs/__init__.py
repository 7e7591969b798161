"""Knobs: settings that are declared once, as fields of a dataclass, and read from there."""
