"""Model server, its launcher and clients; they know the SavedModel's signatures and nothing else of this project."""
