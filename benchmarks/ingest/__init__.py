"""CPU time of media decoding for ingest, against other ways and libraries: `make bench-ingest`."""
