"""A compiled training step on each Keras backend, for `benchmarks.train_gpu`."""
