"""The name of what ServingValidator leaves, for whoever reads it; imports nothing."""

from __future__ import annotations

VALIDATION_FILE = "validation.json"
"""In the InfraBlessing artifact: what was measured, and the decisions."""
