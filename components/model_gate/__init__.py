"""ModelGate: one verdict of all evaluators."""
