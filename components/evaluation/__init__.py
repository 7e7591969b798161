"""What the evaluators share: metrics, the Evaluation artifact, readers and pictures."""
