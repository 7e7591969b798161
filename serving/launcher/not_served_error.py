"""The error of a server that does not serve its models."""

from __future__ import annotations


class NotServedError(Exception):
    """The server ended, refused the model or took too long; the message says what it printed."""
