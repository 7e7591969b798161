"""Several processes train as one does, and go on where one of them was killed."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from objects_that_sound.models.training_config import TrainingConfig
from objects_that_sound.serving.launcher.free_ports import free_ports

_REPOSITORY = pathlib.Path(__file__).parents[3]
_PROGRAM = pathlib.Path(__file__).with_name("several_workers.py")
_TRAINING = TrainingConfig(
    batch_size=16,
    steps=12,
    steps_per_epoch=6,
    learning_rate=1e-3,
    shuffle_buffer=20,
    average_weights=True,
    checkpoint_steps=2,
    seed=3,
)


@pytest.fixture(scope="module")
def setup(tiny_config, write_examples, tmp_path_factory) -> dict:
    """Eight files to train on, of unequal length, and one to validate on."""
    folder = tmp_path_factory.mktemp("examples")
    return {
        "files": [write_examples(folder / f"train{n}", 13 + n) for n in range(8)],
        "eval_files": [write_examples(folder / "eval", 20)],
        "network": dataclasses.asdict(tiny_config("ave", filters=(4, 8))),
        "training": dataclasses.asdict(_TRAINING),
        "frozen": False,
        "share": 2,
    }


class _Team:
    """Processes that train together into a folder; of one, a process without others."""

    def __init__(self, setup: dict, folder: pathlib.Path, count: int):
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._logs = [folder / f"log{index}" for index in range(count)]
        addresses = [f"127.0.0.1:{port}" for port in free_ports(count)]
        self._processes = []
        for index, log in enumerate(self._logs):
            environment = os.environ | {
                "PYTHONPATH": str(_REPOSITORY),
                "CUDA_VISIBLE_DEVICES": "-1",
                "TF_NUM_INTRAOP_THREADS": "1",
            }
            if count > 1:
                task = {"type": "worker", "index": index}
                cluster = {"cluster": {"worker": addresses}, "task": task}
                environment["TF_CONFIG"] = json.dumps(cluster)
            with open(log, "wb") as file:
                self._processes.append(
                    subprocess.Popen(
                        [sys.executable, str(_PROGRAM), str(folder), json.dumps(setup)],
                        stdout=file,
                        stderr=file,
                        env=environment,
                    )
                )

    def finish(self) -> None:
        statuses = self._wait()
        assert set(statuses) == {0}, self.logs

    def kill_one_after(self, checkpoint: int) -> list[int]:
        """Kills the last worker as soon as a checkpoint is there; gives how the others ended."""
        while self._newest() < checkpoint:
            assert all(process.poll() is None for process in self._processes), self.logs
            time.sleep(0.001)
        self._processes[-1].kill()
        *others, last = self._wait()
        assert last == -signal.SIGKILL
        return others

    def _wait(self) -> list[int]:
        try:
            return [process.wait(600) for process in self._processes]
        finally:
            for process in self._processes:
                process.kill()

    def _newest(self) -> int:
        names = [path.name for path in self._folder.glob(".unfinished/*/step-*.npz")]
        return max((int(name[5:-4]) for name in names), default=0)

    @property
    def logs(self) -> list[str]:
        return [log.read_text(errors="replace") for log in self._logs]

    @property
    def weights(self) -> dict[str, np.ndarray]:
        return dict(np.load(self._folder / "weights.npz"))

    @property
    def curves(self) -> dict[str, list[float]]:
        curves = json.loads((self._folder / "curves.json").read_text())
        del curves["seconds"]
        return curves


def _changed(setup: dict, training: dict | None = None, **others) -> dict:
    return setup | others | {"training": setup["training"] | (training or {})}


def _furthest(one: _Team, other: _Team) -> float:
    """The greatest difference between weights of two trainings."""
    assert one.weights.keys() == other.weights.keys()
    assert len(one.weights) > 10
    return max(float(np.abs(one.weights[name] - other.weights[name]).max()) for name in one.weights)


@pytest.mark.slow
def test_two_workers_train_as_one_process_does_and_go_on_where_one_was_killed(setup, tmp_path):
    two = _Team(setup, tmp_path / "two", 2)
    two.finish()
    alone = _Team(_changed(setup, {"accumulation_steps": 2}), tmp_path / "alone", 1)
    alone.finish()
    assert _furthest(two, alone) < 2e-4  # 12 steps of 1e-3
    assert two.curves["step"] == alone.curves["step"] == [6, 12]
    # Not those of validations: moving statistics follow two parts of one process twice a step.
    assert two.curves["loss"] == pytest.approx(alone.curves["loss"], rel=1e-3)
    # The chief alone shows the progress, writes the log of TensorBoard, and exports.
    shown = ["Train:" in log for log in two.logs]
    assert shown == [True, False]
    assert len(list((tmp_path / "two" / "model_run").glob("events*"))) == 1
    assert (tmp_path / "two" / "model" / "saved_model.pb").exists()
    assert not (tmp_path / "two" / ".unfinished").exists()

    killed = _Team(setup, tmp_path / "killed", 2)
    [status] = killed.kill_one_after(4)
    assert status != 0  # it does not wait for ever
    again = _Team(setup, tmp_path / "killed", 2)
    again.finish()
    begun = [re.findall(r"going on after step (\d+)", log) for log in again.logs]
    assert begun[0] == begun[1] and 0 < int(begun[0][0]) < 12
    assert _furthest(again, two) < 1e-5
    assert again.curves["val_loss"] == pytest.approx(two.curves["val_loss"], rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("network", ["ave", "avol", "l3"])
def test_gathered_embeddings_of_four_workers_make_the_pairs_of_the_whole_batch(
    network, setup, tmp_path
):
    frozen = _changed(
        setup,
        {"gather_embeddings": True, "objective": "split_pairs" if network == "l3" else "all_pairs"},
        frozen=True,
        share=4,
        network=setup["network"] | {"network": network},
    )
    four = _Team(frozen, tmp_path / "four", 4)
    four.finish()
    whole = _Team(frozen, tmp_path / "whole", 1)
    whole.finish()
    assert _furthest(four, whole) < 2e-4
    apart = _Team(_changed(frozen, {"accumulation_steps": 4}), tmp_path / "apart", 1)
    apart.finish()
    assert _furthest(four, apart) > 1e-3  # pairs of four parts are others
