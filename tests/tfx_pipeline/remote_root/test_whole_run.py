"""A whole run whose root, with the pushed model, lies on an S3 server on loopback."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading

import pytest
from tensorflow_serving.apis import model_pb2

from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.serving.model_server.model_server_options import ModelServerOptions
from objects_that_sound.serving.s3_folder import S3Folder

_STEP = 4
_PROGRAM = """
import json, os, pathlib, signal, sys, time
from objects_that_sound.models.training.checkpoint_store import CheckpointStore
from objects_that_sound.tfx_pipeline.cli import main
from objects_that_sound.tfx_pipeline.remote_root import root_lease
from objects_that_sound.tfx_pipeline.remote_root.work_folder import work_folder

root, step, *arguments = sys.argv[1:]
root_lease.STALE_SECONDS = 1.0
save = CheckpointStore.save

def is_copied(name):  # and all that was copied with it
    path = pathlib.Path(work_folder(root), ".copied.json")
    copied = json.loads(path.read_text()) if path.exists() else {}
    return any(one.endswith(name) and size >= 0 for one, (size, _) in copied.items())

def save_and_die(store, now, checkpoint):
    save(store, now, checkpoint)
    if now == int(step):
        while not is_copied(f"step-{now:09}.npz"):
            time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGKILL)

CheckpointStore.save = save_and_die
main([*arguments, "--root", root])
"""


@pytest.mark.slow
def test_a_run_killed_in_training_goes_on_on_another_machine_and_its_model_is_served(
    address, machine, videos
):
    folder = machine("here").root

    def run(dies_after: int) -> tuple[int, str]:
        arguments = ["run", "--videos", str(videos), "--preset", "smoke"]
        arguments += ["--set", "training.checkpoint_steps=2"]
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, address, str(dies_after), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=3600,
            env=os.environ | {"COLUMNS": "200"},
        )
        return done.returncode, done.stdout.decode(errors="replace")

    status, output = run(_STEP)
    assert status == -9, output
    shutil.rmtree(folder)  # another machine, whose user is called the same
    status, output = run(0)
    assert status == 0, output
    assert "has not ended its work" in output
    before, _, after = output.partition("── Trainer")
    told = dict(re.findall(r"── (\S+)\n   (\w+)", before))
    assert told.pop("VideoExampleGen") == "unchanged", output
    assert {word for name, word in told.items() if "resolver" not in name} == {"unchanged"}, output
    assert f"going on after step {_STEP}" in after
    remote = S3Folder(address)
    files = remote.files()
    assert {"report.html", "report.json", "metadata.sqlite"} <= set(files)
    assert not any(".unfinished" in name and name.endswith(".npz") for name in files)
    there = {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in pathlib.Path(folder).rglob("*")
        if path.is_file() and not path.is_symlink() and path.name not in _OWN
    }
    own = {".owner.json", "metadata.sqlite"}
    copied = {name: one.size for name, one in files.items() if not name.endswith("/")}
    assert {n: copied[n] for n in copied.keys() - own} == {n: there[n] for n in there.keys() - own}

    [version] = remote.below("serving/objects-that-sound").folders()
    options = ModelServerOptions(
        f"{address}/serving/objects-that-sound",
        port=None,
        bind_address="127.0.0.1",
        file_system_poll_wait_seconds=0.1,
    )
    loaded = threading.Event()
    with ModelServer(options) as server:
        server.registry._on_poll = lambda available: available["default"] and loaded.set()
        assert loaded.wait(120)
        with server.registry.acquire(model_pb2.ModelSpec(name="default")) as servable:
            assert servable.version == int(version)
            assert "embed_image" in servable.signatures


_OWN = {".lock", ".folder_id", ".copied.json"}
