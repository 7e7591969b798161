"""Typed clients of a model server: this project's or a stock tensorflow_model_server."""
