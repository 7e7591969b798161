"""What the pipeline's components cost beside the work that they are for."""
