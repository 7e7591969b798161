from __future__ import annotations

import dataclasses

from models.training.checkpoint_folder import checkpoint_folder
from models.training_config import TrainingConfig


def test_it_lies_beside_the_outputs_of_executions_and_knows_configurations_and_files(
    tiny_config, tmp_path
):
    file = tmp_path / "data.gz"
    file.write_bytes(b"12345")
    root = tmp_path / "Trainer" / "model_run"
    training = TrainingConfig()

    def folder(run="7", network=None, config=training, base_model=None):
        run_dir = str(root / run)
        return checkpoint_folder(run_dir, network or tiny_config(), config, [str(file)], base_model)

    first = folder()
    assert first.startswith(str(root / ".unfinished") + "/")
    assert folder(run="8") == first  # the next execution has another output folder
    assert folder(config=dataclasses.replace(training, checkpoint_steps=9)) == first
    others = [
        folder(network=tiny_config(embedding_size=4)),
        folder(config=dataclasses.replace(training, learning_rate=1e-3)),
        folder(base_model="model/3"),
    ]
    file.write_bytes(b"123456")
    others.append(folder())
    assert len({first, *others}) == 5
    assert checkpoint_folder("gs://b/run/1/", tiny_config(), training, []).startswith(
        "gs://b/run/."
    )
