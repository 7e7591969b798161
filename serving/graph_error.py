"""What an error of a graph says to people."""

from __future__ import annotations

import re

_NODE_TRACE = re.compile(r"\s*\[\[.*", re.DOTALL)
_CODE_TRACE = re.compile(r"Detected at node .*\n(?:(?:  .*|<stack traces unavailable>)?\n)+")


def first_words(message: str) -> str:
    """TensorFlow's message without the traces of the graph, which mean nothing to a client."""
    text = _CODE_TRACE.sub("", message.removeprefix("Graph execution error:")).strip()
    return _NODE_TRACE.sub("", text) or message
