"""Runs that are killed at any moment, and go on where they were."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

import psutil
import pytest

_VIDEOS = 40
_SHARDS = 9  # of four or five videos each: eight for training, one for evaluation

_PROGRAM = """
import os, signal, sys
from tfx.types import standard_artifacts
from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.components.video_example_gen import component, executor
from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig

# Where the tests run in the background of a shell, Ctrl+C is ignored, here as well.
signal.signal(signal.SIGINT, signal.default_int_handler)
base, uri = sys.argv[1:]
made = component.VideoExampleGen(base, examples_per_video=25, examples_per_shard=100)
artifact = standard_artifacts.Examples()
artifact.uri = uri
os.makedirs(uri)
work = executor.Executor(executor.Executor.Context(beam_pipeline_args=local_beam_pipeline_args()))
work.Do({}, {"examples": [artifact]}, made.exec_properties)
"""


@pytest.fixture(scope="module")
def videos(media, tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("videos")
    for number in range(_VIDEOS - 4):
        media(folder / f"{number}.mp4", frames=50 + number)
    whole = (folder / "0.mp4").read_bytes()
    for number in range(4):
        (folder / f"cut_{number}.mp4").write_bytes(whole[: 5000 + number])
    return folder


class _Run:
    """A run of the executor in a process of its own; `temporary` is its TMPDIR."""

    def __init__(self, videos: pathlib.Path, uri: pathlib.Path, temporary: pathlib.Path):
        temporary.mkdir(exist_ok=True)
        self._store = uri.parent / ".unfinished"
        self._log = temporary.parent / f"{uri.name}.log"
        with open(self._log, "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, str(videos), str(uri)],
                stdout=log,
                stderr=log,
                env=os.environ | {"TMPDIR": str(temporary)},
            )

    @property
    def log(self) -> str:
        return self._log.read_text().replace("\r", "\n")

    def wait_for(self, videos: int) -> None:
        """Until so many videos are done."""
        while self._done() < videos:
            assert self.process.poll() is None, self.log
            time.sleep(0.002)

    def end(self, number: int) -> list[psutil.Process]:
        """Sends a signal; gives the processes that are left half a minute later."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        assert children
        self.process.send_signal(number)
        self.process.wait(30)
        _, alive = psutil.wait_procs(children, timeout=30)
        return alive

    def _done(self) -> int:
        with contextlib.suppress(FileNotFoundError):
            for path in self._store.glob(".part-progress-*"):
                lines = path.read_text().splitlines(keepends=True)
                return sum(json.loads(line)[0] for line in lines if line.endswith("\n"))
        return 0

    def finished_shards(self) -> int:
        return len(list(self._store.glob("*.json")))


def _files(uri: pathlib.Path) -> dict[pathlib.Path, bytes]:
    return {path.relative_to(uri): path.read_bytes() for path in uri.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends orphans on Linux only")
def test_examples_equal_those_of_an_undisturbed_run(videos, tmp_path):
    undisturbed = _Run(videos, tmp_path / "undisturbed" / "1", tmp_path / "tmp")
    assert undisturbed.process.wait(300) == 0, undisturbed.log
    assert "reus" not in undisturbed.log
    wanted = _files(tmp_path / "undisturbed" / "1")
    assert len(wanted) == _SHARDS + 2  # and the rejects, and the list of videos

    rng = random.Random(3)
    moments = [rng.randrange(5, 12), rng.randrange(14, 22), rng.randrange(24, 32)]
    found = 0
    for number, videos_done in enumerate(moments):
        run = _Run(videos, tmp_path / "killed" / str(number), tmp_path / "tmp")
        run.wait_for(videos_done)
        assert run.end(signal.SIGKILL) == []
        assert run.process.returncode == -signal.SIGKILL
        if found:
            assert "reusing" in run.log or run.finished_shards() == found
        assert found <= run.finished_shards() < _SHARDS
        found = run.finished_shards()
    assert found  # or nothing was tested

    last = _Run(videos, tmp_path / "killed" / "last", tmp_path / "tmp")
    assert last.process.wait(300) == 0, last.log
    # What was finished was not decoded again.
    assert re.findall(r"reused (\d+) of (\d+) shards", last.log) == [(str(found), str(_SHARDS))]
    assert _files(tmp_path / "killed" / "last") == wanted
    assert sorted(os.listdir(tmp_path / "killed")) == ["0", "1", "2", "last"]
    left = os.listdir(tmp_path / "tmp")
    assert not [name for name in left if not name.startswith("beam-pipeline-temp")]  # Beam's own


@pytest.mark.slow
def test_ctrl_c_ends_all_soon(videos, tmp_path):
    run = _Run(videos, tmp_path / "examples" / "1", tmp_path / "tmp")
    run.wait_for(10)
    assert run.end(signal.SIGINT) == []
    assert run.process.returncode != 0
    assert "KeyboardInterrupt" in run.log
    assert 0 < run.finished_shards() < _SHARDS
    left = os.listdir(tmp_path / "examples" / ".unfinished")
    assert "rejects.jsonl" in left and not [name for name in left if name.startswith(".")]
