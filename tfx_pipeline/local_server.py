"""How to start this project's model server in a process of its own."""

from __future__ import annotations

LOCAL_SERVER = (
    *("-m", "objects_that_sound.tfx_pipeline.cli"),
    *("serve", "--bind_address=127.0.0.1"),
)
"""Arguments of Python; flags of tensorflow_model_server may follow."""
