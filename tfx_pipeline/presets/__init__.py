"""Presets: what to ingest, which network to train, how, and what the gate asks of it."""
