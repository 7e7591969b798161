"""A local model server that speaks the TensorFlow Serving API for any SavedModel."""
