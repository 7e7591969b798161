"""What `models.trainer` is made of: training step, checkpoints, progress, early stopping."""
