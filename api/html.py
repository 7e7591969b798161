"""Pictures and sounds inside HTML, as notebooks show it."""

from __future__ import annotations

import base64


def data_uri(kind: str, content: bytes) -> str:
    """A file as an address that holds it.

    Args:
        kind: media type, such as `image/jpeg`.
        content: bytes of the file.
    """
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
