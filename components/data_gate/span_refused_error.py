"""The error that ends a run whose new examples must not be trained on."""

from __future__ import annotations


class SpanRefusedError(RuntimeError):
    """A span's examples are not as they should be; the message says which, how and what to do."""
