"""The pipeline of Objects that Sound: its graph, presets, runners and command line."""
