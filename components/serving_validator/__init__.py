"""ServingValidator: a candidate must be served well before it is pushed."""
