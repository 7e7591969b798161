"""Trains a network for a few steps on the backend of KERAS_BACKEND; run by test_backends.py.

Usage: python backend_training.py FOLDER BACKEND. FOLDER holds `setup.json` (the fields of a
NetworkConfig, and the objective), `batches.npz` and `before.weights.h5`; written are
`BACKEND.weights.h5` and, as standard output's last line, losses and accuracies as JSON.
"""

from __future__ import annotations

import json
import pathlib
import sys

import keras
import numpy as np

from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.factory import build_network


def main(folder: pathlib.Path, backend: str) -> None:
    assert keras.backend.backend() == backend
    batches = np.load(folder / "batches.npz")
    setup = json.loads((folder / "setup.json").read_text())
    network = build_network(NetworkConfig.from_dict(setup["network"]), setup["objective"])
    # Random numbers are the backends' own.
    network.random_colour.brightness = network.random_colour.saturation = 0.0
    network.random_gain.range = 0.0
    network.load_weights(folder / "before.weights.h5")
    # The default epsilon scales the rounding errors of a gradient near zero up to whole steps: a
    # change of the weights' last bits moves the result by 1e-5. With this one it moves by 1e-6.
    network.compile(keras.optimizers.AdamW(1e-3, weight_decay=1e-2, epsilon=1e-2))
    losses: list[float] = []
    accuracies: list[float] = []
    for step in range(len(batches["image"])):
        batch = {key: batches[key][step] for key in ("image", "audio", "group")}
        size = len(batch["group"])
        history = network.fit(batch, batch_size=size, shuffle=False, verbose=0).history
        losses += history["loss"]
        accuracies += history["avc_accuracy"]
    network.save_weights(folder / f"{backend}.weights.h5")
    if backend == "jax":  # may be missing there
        assert "tensorflow" not in sys.modules
    print(json.dumps({"loss": losses, "avc_accuracy": accuracies}))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2])
