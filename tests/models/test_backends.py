"""The same network learns the same on the TensorFlow and on the JAX backend."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from objects_that_sound.models.networks.factory import build_network

_REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
_SCRIPT = pathlib.Path(__file__).with_name("backend_training.py")
_STEPS = 6
_BATCH = 8
_LEARNING_RATE = 1e-3


def _start(folder: pathlib.Path, backend: str) -> subprocess.Popen:
    environment = os.environ | {
        "KERAS_BACKEND": backend,
        "JAX_PLATFORMS": "cpu",
        "PYTHONPATH": str(_REPOSITORY),
    }
    return subprocess.Popen(
        [sys.executable, str(_SCRIPT), str(folder), backend],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(
    scope="module",
    params=[
        ("ave", "all_pairs"),
        pytest.param(("avol", "contrastive"), marks=pytest.mark.slow),
        pytest.param(("l3", "split_pairs"), marks=pytest.mark.slow),
    ],
    ids=lambda param: param[0],
)
def trained(request, tiny_config, random_media, tmp_path_factory):
    """A network, the folder with its weights before and after, and curves [steps] by backend."""
    pytest.importorskip("jax", reason="the second backend is not installed: pip install jax")
    folder = tmp_path_factory.mktemp("backends")
    name, objective = request.param
    config = tiny_config(name, filters=(8,))
    network = build_network(config, objective, seed=7)
    network.save_weights(folder / "before.weights.h5")
    setup = {"network": dataclasses.asdict(config), "objective": objective}
    (folder / "setup.json").write_text(json.dumps(setup))
    images, sounds = random_media(config, _STEPS * _BATCH)
    np.savez(
        folder / "batches.npz",
        image=images.reshape(_STEPS, _BATCH, *images.shape[1:]),
        audio=sounds.reshape(_STEPS, _BATCH, -1),
        group=np.tile([0, 1, 2, 3, 4, 5, 5, 6], [_STEPS, 1]),
    )
    processes = {backend: _start(folder, backend) for backend in ("tensorflow", "jax")}
    curves = {}
    for backend, process in processes.items():
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        curves[backend] = json.loads(out.splitlines()[-1])
    return network, folder, curves


def _weights(network, file: pathlib.Path) -> dict[str, np.ndarray]:
    network.load_weights(file)
    arrays = {variable.path: np.array(variable) for variable in network.variables}
    return {path: array for path, array in arrays.items() if array.dtype == np.float32}


def test_the_loss_curves_are_the_same(trained):
    _, _, curves = trained
    for name in ("loss", "avc_accuracy"):
        assert curves["jax"][name] == pytest.approx(curves["tensorflow"][name], rel=1e-4)
        assert len(curves["jax"][name]) == _STEPS
        assert np.ptp(curves["jax"][name]) > 0.01


def test_so_are_the_weights_in_the_end(trained):
    network, folder, _ = trained
    before, by_tensorflow, by_jax = (
        _weights(network, folder / f"{name}.weights.h5") for name in ("before", "tensorflow", "jax")
    )
    moved = {path: np.abs(by_tensorflow[path] - before[path]).max() for path in before}
    assert np.median(list(moved.values())) > _LEARNING_RATE
    apart = {path: np.abs(by_jax[path] - by_tensorflow[path]).max() for path in before}
    assert max(apart.values()) < 1e-5
