"""What differs between the two supported lines of libraries; no other module asks for a version.

PyAV 18 (line of TFX 1.16; the last one for Python 3.11) and PyAV 19 (line of TFX 1.21, since
September 2026): `av.open` lost its argument `metadata_errors`. Source: PyAV's changelog, v19.0.0.
"""

from __future__ import annotations

from typing import Any

import av

_AV_MAJOR = int(av.__version__.split(".")[0])


def tolerant_metadata() -> dict[str, Any]:
    """Arguments for `av.open` with which tags that are not UTF-8 do not raise.

    PyAV 18 raises unless told to replace what it cannot decode; PyAV 19 keeps such bytes as
    surrogates and has no such argument.
    """
    return {"metadata_errors": "replace"} if _AV_MAJOR < 19 else {}
