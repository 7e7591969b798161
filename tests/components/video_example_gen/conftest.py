"""Ingest as a whole: a folder of good and bad videos, and the component run over it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from objects_that_sound.serving.launcher.free_ports import free_ports

_GOOD = 24


@dataclasses.dataclass(frozen=True)
class Ingested:
    """All that a run of VideoExampleGen gave, but for the order of shards and records.

    Attributes:
        records: serialized examples by split, sorted.
        rejects: content of rejects.jsonl.
        properties: custom properties of the artifact.
        shards: how many files there are.
    """

    records: dict[str, list[bytes]]
    rejects: str
    properties: dict[str, object]
    shards: int = dataclasses.field(compare=False)


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    """Four files that are taken for videos by their names, among others that are not."""
    names = ["b.mp4", "a.webm", "deep/er/c.mp4", "deep/no_suffix"]
    others = [".hidden.mp4", "annotations.jsonl", "README.md", "README", "deep/x.csv", ".git/o.mp4"]
    for name in names + others:
        path = tmp_path / "videos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "videos"


@pytest.fixture(scope="session")
def mixed_videos(media, tmp_path_factory) -> pathlib.Path:
    """A folder of 24 good videos and six bad ones."""
    folder = tmp_path_factory.mktemp("mixed_videos")
    for index in range(_GOOD):
        media(folder / f"good_{index:02d}.mp4", frames=50 + index)
    whole = (folder / "good_00.mp4").read_bytes()
    (folder / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    (folder / "text.mp4").write_text("this is no video\n" * 20)
    (folder / "empty.mp4").touch()
    media(folder / "mute.mp4", sound=None)
    media(folder / "short.mp4", frames=20)
    media(folder / "hush.mp4", sound=[0.0] * 88200)
    return folder


@pytest.fixture(scope="session")
def ingest(mixed_videos):
    """A function that runs the component with given Beam options into a folder."""

    def run(out: pathlib.Path, beam_pipeline_args: list[str]) -> Ingested:
        from tfx.types import standard_artifacts

        from objects_that_sound.components.video_example_gen.component import VideoExampleGen
        from objects_that_sound.components.video_example_gen.executor import Executor

        component = VideoExampleGen(
            str(mixed_videos), image_size=64, sample_rate=8000, examples_per_video=25
        )
        artifact = standard_artifacts.Examples()
        artifact.uri = str(out)
        out.mkdir(parents=True)
        executor = Executor(Executor.Context(beam_pipeline_args=beam_pipeline_args))
        executor.Do({}, {"examples": [artifact]}, component.exec_properties)
        return _read(artifact)

    return run


def _read(artifact) -> Ingested:
    import tensorflow as tf
    from tfx.types import artifact_utils

    out = pathlib.Path(artifact.uri)
    files = {
        split: sorted(map(str, out.glob(f"Split-{split}/data*")))
        for split in artifact_utils.decode_split_names(artifact.split_names)
    }
    records = {
        split: sorted(tf.data.TFRecordDataset(names, "GZIP").as_numpy_iterator())
        for split, names in files.items()
    }
    properties = {
        name: value.string_value or value.int_value
        for name, value in artifact.mlmd_artifact.custom_properties.items()
    }
    return Ingested(
        records, (out / "rejects.jsonl").read_text(), properties, sum(map(len, files.values()))
    )


@pytest.fixture(scope="session")
def ingested_locally(ingest, tmp_path_factory) -> Ingested:
    """What a run in this process gives."""
    from objects_that_sound.components.beam_options import local_beam_pipeline_args

    return ingest(tmp_path_factory.mktemp("local") / "examples", local_beam_pipeline_args())


@pytest.fixture(scope="session")
def job_service(tmp_path_factory) -> Iterator[str]:
    """HOST:PORT of Beam's own job service, which runs pipelines in Python."""
    port_file = tmp_path_factory.mktemp("job_service") / "port"
    module = "apache_beam.runners.portability.local_job_service_main"
    with _running([sys.executable, "-m", module, f"--port_file={port_file}"], port_file.parent):
        _wait(port_file.exists)
        yield f"localhost:{port_file.read_text()}"


@pytest.fixture(scope="session")
def worker_pool(tmp_path_factory) -> Iterator[str]:
    """HOST:PORT of a Beam worker pool, which starts worker processes on demand."""
    [port] = free_ports(1)
    module = "apache_beam.runners.worker.worker_pool_main"
    folder = tmp_path_factory.mktemp("worker_pool")
    with _running([sys.executable, "-m", module, f"--service_port={port}"], folder):
        _wait(lambda: _answers(port))
        yield f"localhost:{port}"


@pytest.fixture(scope="session")
def running() -> Callable[..., contextlib.AbstractContextManager[subprocess.Popen]]:
    """A context that runs a command with a folder for its log, and ends all that it started."""
    return _running


@contextlib.contextmanager
def _running(command: list[str], folder: pathlib.Path) -> Iterator[subprocess.Popen]:
    """Runs a program, and ends it with all that it started; its log is FOLDER/log."""
    folder.mkdir(exist_ok=True)
    if shutil.which("setpriv"):  # so that it ends with the tests even where these are killed
        command = ["setpriv", "--pdeathsig", "TERM", *command]
    # The worker pool starts its workers as `python`.
    path = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PATH": path},
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("localhost", port), 1):
        return True
    return False


def _wait(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "a program did not start in time"
        time.sleep(0.1)
