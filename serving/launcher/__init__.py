"""Starts a model server as a process of its own: this project's or a stock tensorflow_model_server."""
