"""BaselineEvaluator: what is reached on the same examples without a trained network."""
