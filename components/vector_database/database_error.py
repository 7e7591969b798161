"""What goes wrong with a vector database."""

from __future__ import annotations


class DatabaseError(ConnectionError):
    """A vector database cannot be reached, or it cannot do what it was asked."""
