"""Runs whose root lies on object storage, and is worked on in a folder of this machine."""
