from __future__ import annotations

import json

import pytest

from objects_that_sound.models.training_history import TrainingHistory


def test_it_comes_back_from_json():
    history = TrainingHistory(
        {"step": [10, 20], "val_avc_accuracy": [0.6, 0.5]},
        exported=0,
        chosen=True,
        val_split="val",
        ended="plateau",
        examples=100,
        batch_size=8,
    )
    assert TrainingHistory.from_json(json.loads(json.dumps(history.to_json()))) == history


@pytest.mark.parametrize(
    ("older", "exported", "chosen"),
    [
        ({"step": [10, 20, 30], "exported": [0.0, 1.0, 0.0]}, 1, True),
        ({"step": [10, 20, 30], "exported": [0.0, 0.0, 1.0]}, 2, False),
        ({"step": [10, 20], "loss": [2.0, 1.0]}, 1, False),
    ],
)
def test_curves_of_older_runs_are_read_too(older, exported, chosen):
    history = TrainingHistory.from_json(older)
    assert (history.exported, history.chosen) == (exported, chosen)
    assert history.curves == {name: older[name] for name in older if name != "exported"}
    assert (history.val_split, history.ended, history.examples) == ("eval", "steps", None)
