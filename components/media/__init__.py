"""Media decoding: the one place that opens video and sound files (PyAV only)."""
