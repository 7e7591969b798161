"""The server that a run starts for itself."""

from __future__ import annotations

from objects_that_sound.serving.model_server.loopback import is_loopback
from objects_that_sound.tfx_pipeline.commands.serve import command
from objects_that_sound.tfx_pipeline.local_server import LOCAL_SERVER


def test_it_listens_on_this_machine_only():
    flags = [*LOCAL_SERVER[LOCAL_SERVER.index("serve") + 1 :], "--model_base_path=m", "--port=1"]
    assert is_loopback(command.make_context("serve", flags).params["bind_address"])
