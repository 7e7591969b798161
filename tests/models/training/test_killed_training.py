"""A training that is killed at any moment goes on where it was."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time
from typing import Any

import h5py
import numpy as np
import pytest

from objects_that_sound.models.network_config import NetworkConfig

_REPOSITORY = pathlib.Path(__file__).parents[3]
_PROGRAM = pathlib.Path(__file__).with_name("killed_training.py")


class _Training:
    """A process that trains a network on files into a folder."""

    def __init__(self, network: NetworkConfig, files: tuple[str, str], folder: pathlib.Path):
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._log = folder / "log"
        fields = json.dumps(dataclasses.asdict(network))
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(_PROGRAM), *files, str(folder), fields],
                stdout=log,
                stderr=log,
                env=os.environ | {"PYTHONPATH": str(_REPOSITORY), "CUDA_VISIBLE_DEVICES": "-1"},
            )

    def kill_after(self, checkpoint: int, seconds: float) -> None:
        """Sends SIGKILL so many seconds after a checkpoint of at least this step is there."""
        deadline = time.monotonic() + 300
        while self._newest() < checkpoint:
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.001)
        time.sleep(seconds)
        self._process.kill()
        assert self._process.wait(30) == -signal.SIGKILL, "it was finished already"

    def finish(self) -> None:
        assert self._process.wait(300) == 0, self._log.read_text()

    def _newest(self) -> int:
        names = [path.name for path in self._folder.glob("model_run/.unfinished/*/step-*.npz")]
        return max((int(name[5:-4]) for name in names), default=0)

    @property
    def log(self) -> str:
        return self._log.read_text()


def _weights(folder: pathlib.Path) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    with h5py.File(folder / "final.weights.h5") as file:
        file.visititems(
            lambda name, item: (
                found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None
            )
        )
    return found


def _history(folder: pathlib.Path) -> dict[str, Any]:
    """But for the time that it took."""
    [path] = folder.glob("model_run/*/history.json")
    history = json.loads(path.read_text())
    seconds = history["curves"].pop("seconds")
    assert seconds == sorted(seconds)
    return history


@pytest.mark.slow
def test_the_result_equals_that_of_an_undisturbed_training(tiny_config, write_examples, tmp_path):
    network = tiny_config("avol", filters=(4, 8))
    files = (
        write_examples(tmp_path / "train", 57),  # batches go over the ends of passes
        write_examples(tmp_path / "eval", 20),
    )
    undisturbed = _Training(network, files, tmp_path / "undisturbed")

    folder = tmp_path / "killed"
    rng = random.Random(5)
    for checkpoint in (rng.randrange(10, 40), rng.randrange(55, 90)):
        _Training(network, files, folder).kill_after(checkpoint, rng.uniform(0, 0.05))
    last = _Training(network, files, folder)
    last.finish()
    steps = [int(step) for step in re.findall(r"going on after step (\d+)", last.log)]
    assert len(steps) == 2
    assert 0 < steps[0] < steps[1] < 120
    assert not list(folder.glob("model_run/.unfinished"))
    undisturbed.finish()
    assert "going on" not in undisturbed.log

    wanted, got = _weights(tmp_path / "undisturbed"), _weights(folder)
    assert len(wanted) > 50
    assert wanted.keys() == got.keys()
    assert [name for name in wanted if not np.array_equal(wanted[name], got[name])] == []
    # Every epoch's means too, also of those in which it was killed.
    assert _history(folder) == _history(tmp_path / "undisturbed")
