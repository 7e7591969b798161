"""What an error of a graph says to people."""

from __future__ import annotations

import re

_NODE_TRACE = re.compile(r"\s*\[\[.*", re.DOTALL)
_NO_TRACES = "<stack traces unavailable>"


def first_words(message: str) -> str:
    """TensorFlow's message without the traces of the graph, which mean nothing to a client."""
    text = message.removeprefix("Graph execution error:").rpartition(_NO_TRACES)[2].strip()
    return _NODE_TRACE.sub("", text) or message
