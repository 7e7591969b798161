from __future__ import annotations

import pytest

from objects_that_sound.tfx_pipeline.avc_eval_config import ACCURACY_METRIC, avc_eval_config


@pytest.fixture(scope="module")
def config():
    return avc_eval_config()


def test_the_model_answers_serialized_pairs(config):
    [model] = config.model_specs
    assert (model.signature_name, model.prediction_key, model.label_key) == (
        "score_examples",
        "score",
        "avc/label",
    )


def test_pairs_are_sliced_by_the_classes_of_both_sides(config):
    assert [list(spec.feature_keys) for spec in config.slicing_specs] == [
        [],
        ["label"],
        ["sound_label"],
    ]


def test_tfma_decides_nothing(config):
    [spec] = config.metrics_specs
    assert f'"name": "{ACCURACY_METRIC}"' in spec.metrics[0].config
    assert not any(metric.HasField("threshold") for metric in spec.metrics)
