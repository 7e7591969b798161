"""Pushes that are killed: whatever was copied until then, no half of a version is ever served."""

from __future__ import annotations

import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pytest

from objects_that_sound.serving.client.grpc_client import GrpcClient
from objects_that_sound.serving.model_server.model_server import ModelServer
from objects_that_sound.serving.model_server.serving_error import ServingError
from objects_that_sound.serving.model_server.version_folder import VersionFolder
from objects_that_sound.serving.model_server.version_manager import VersionManager

Save = Callable[[pathlib.Path, float], None]

_COPY = """
import os, sys
source, target, files, limit = sys.argv[1], sys.argv[2], sys.argv[3].split(","), int(sys.argv[4])
copied = 0
for name in files:
    os.makedirs(os.path.dirname(os.path.join(target, name)), exist_ok=True)
    data = open(os.path.join(source, name), "rb").read()
    with open(os.path.join(target, name), "wb", buffering=0) as file:
        for start in range(0, max(len(data), 1), 256):
            if copied >= limit:
                print("here", flush=True)
                sys.stdin.read()  # killed now
            copied += file.write(data[start : start + 256])
print("done", flush=True)
"""


def push_and_kill(source: pathlib.Path, target: pathlib.Path, files: list[str], limit: int) -> bool:
    """Copies file after file in a process that is killed after so many bytes; True if it was."""
    arguments = [sys.executable, "-c", _COPY, str(source), str(target), ",".join(files), str(limit)]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    reached = process.stdout.readline().strip()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert reached in ("here", "done")
    return reached == "here"


def names(folder: pathlib.Path) -> list[str]:
    return [f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()]


@pytest.fixture(scope="module")
def made(save_toy: Save, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("made")
    for version in (1, 2):
        save_toy(folder / str(version), float(version))
    return folder


@pytest.mark.parametrize("order", ["as Pusher", "variables first", "shuffled"])
def test_no_stage_of_a_killed_push_is_served(
    made: pathlib.Path, tmp_path: pathlib.Path, order: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(VersionFolder, "idle_seconds", lambda self: 10.0)  # killed long ago
    files = sorted(names(made / "2"), key=lambda name: (name.count("/"), name))
    if order == "variables first":
        files.reverse()
    elif order == "shuffled":
        random.Random(0).shuffle(files)
    sizes = [(made / "2" / name).stat().st_size for name in files]
    ends = [sum(sizes[: n + 1]) for n in range(len(sizes))]
    limits = sorted(
        {0, *ends[:-1], *(end - size // 2 for end, size in zip(ends, sizes, strict=True))}
    )
    shutil.copytree(made / "1", tmp_path / "1")
    manager = VersionManager("m", tmp_path)
    manager.poll()
    stages, needed = 0, set(files) - {"fingerprint.pb"}
    for limit in limits:
        shutil.rmtree(tmp_path / "2", ignore_errors=True)
        if not push_and_kill(made / "2", tmp_path / "2", files, limit):
            continue
        if all(
            (tmp_path / "2" / f).is_file()
            and (made / "2" / f).stat().st_size == (tmp_path / "2" / f).stat().st_size
            for f in needed
        ):
            continue  # killed within fingerprint.pb, which no loader needs
        stages += 1
        assert manager.poll()
        with manager.acquire() as servable:
            assert servable.version == 1, f"served half a version, killed after {limit} bytes"
    assert stages >= 5
    shutil.rmtree(tmp_path / "2", ignore_errors=True)
    assert not push_and_kill(made / "2", tmp_path / "2", files, 10**9)
    assert manager.poll()
    with manager.acquire() as servable:  # pushed again, whole this time
        assert servable.version == 2
        scale = servable.predict("scale_of", {"query": np.array([b""], dtype=object)})["scale"]
        assert scale.tolist() == [2.0]
    manager.close()


def test_a_running_server_during_a_killed_and_a_repeated_push(
    made: pathlib.Path, tmp_path: pathlib.Path, options: Callable
):
    files = sorted(names(made / "2"), key=lambda name: (name.count("/"), name))
    shutil.copytree(made / "1", tmp_path / "1")
    with (
        ModelServer(options(tmp_path, rest_api_port=0)) as server,
        GrpcClient(f"127.0.0.1:{server.port}", "toy") as client,
    ):

        def scale() -> float:
            return float(client.predict("scale_of", {"query": [b""]}, {"scale": float})["scale"][0])

        def wait_until(condition: Callable[[], bool]) -> None:
            end = time.monotonic() + 30
            while not condition():
                assert time.monotonic() < end, "waited in vain"
                assert scale() == 1
                time.sleep(0.02)

        total = sum((made / "2" / name).stat().st_size for name in files)
        assert push_and_kill(made / "2", tmp_path / "2", files, total - 300)
        wait_until(lambda: [s.state for s in client.model_status()] == ["END", "AVAILABLE"])
        reported = client.model_status()[0]
        assert reported.version == 2 and reported.error_message
        assert not push_and_kill(made / "2", tmp_path / "2", files, 10**9)
        end = time.monotonic() + 30
        while scale() != 2:
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.02)


def test_what_the_loader_says_of_half_a_version(made: pathlib.Path, tmp_path: pathlib.Path):
    from objects_that_sound.serving.model_server.servable import Servable

    folder = pathlib.Path(shutil.copytree(made / "2", tmp_path / "2"))
    data = folder / "variables" / "variables.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[: data.stat().st_size // 2])
    with pytest.raises(ServingError):
        Servable(VersionFolder(folder, 2))
