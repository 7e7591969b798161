from __future__ import annotations

import dataclasses
import os
import time

import pytest

from objects_that_sound.models.training.checkpoint_folder import checkpoint_folder, remove_given_up
from objects_that_sound.models.training_config import TrainingConfig


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


@pytest.fixture
def unfinished(tmp_path):
    """Checkpoints by the days since they were written; the own ones are the oldest."""
    ages = {"a" * 16: (40, 30), "b" * 16: (40, 13), "c" * 16: (15, 14.5), "notes": (40,)}
    for name, days in ages.items():
        (tmp_path / name).mkdir()
        for number, age in enumerate(days):
            file = tmp_path / name / f"step-{number:09}.npz"
            file.touch()
            os.utime(file, (time.time() - age * 86_400,) * 2)
    (tmp_path / ("d" * 16)).mkdir()  # about to be written
    return tmp_path


def test_checkpoints_of_trainings_given_up_are_removed(unfinished, capsys):
    before = {path.name for path in unfinished.iterdir()}
    remove_given_up(str(unfinished / ("a" * 16)))
    assert before - {path.name for path in unfinished.iterdir()} == {"c" * 16}
    assert "c" * 16 in capsys.readouterr().err
    remove_given_up(str(unfinished / ("e" * 16)))  # not there yet itself
    assert not (unfinished / ("a" * 16)).exists()


def test_without_other_trainings_nothing_is_removed(tmp_path):
    remove_given_up(str(tmp_path / ".unfinished" / ("a" * 16)))
    assert list(tmp_path.iterdir()) == []
