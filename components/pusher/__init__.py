"""Pusher: TFX's, with versions that are always the highest."""
