"""BaselineEvaluator: what is reached on the pairs without a network."""
