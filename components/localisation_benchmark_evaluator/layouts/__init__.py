"""Reads the folders in which the benchmarks are published; one layout a module."""
