"""Which model server there is."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from objects_that_sound.components.isolated_python import isolated_python
from objects_that_sound.serving.launcher.not_served_error import NotServedError

_BINARY = "tensorflow_model_server"


def server_command(local_server: Sequence[str]) -> tuple[str, list[str]]:
    """The server to be had here: its name, and the command without flags.

    Args:
        local_server: arguments of Python that start a model server which takes
            tensorflow_model_server's flags, for where that one is not on the PATH.

    Raises:
        NotServedError: there is neither.
    """
    binary = shutil.which(_BINARY)
    if binary is not None:
        return _BINARY, [binary]
    if not local_server:
        raise NotServedError(f"there is no {_BINARY} on the PATH, and no local server is set")
    return "local model server", isolated_python(*local_server)
