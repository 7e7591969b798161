"""LatestBlessedModel component."""
