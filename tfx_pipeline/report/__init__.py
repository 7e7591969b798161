"""The report of a run: collected from ML Metadata, written as JSON and HTML."""
