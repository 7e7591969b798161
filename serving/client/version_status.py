"""The state of one version of a model on the server."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class VersionStatus:
    """One entry of the model status API.

    Attributes:
        version: its number.
        state: `START`, `LOADING`, `AVAILABLE`, `UNLOADING` or `END`.
        error_code: `OK`, or why it is not served.
        error_message: empty, or the same in words.
    """

    version: int
    state: str
    error_code: str
    error_message: str
