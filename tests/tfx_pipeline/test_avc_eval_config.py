from __future__ import annotations

import pytest

from tfx_pipeline.avc_eval_config import ACCURACY_METRIC, avc_eval_config


@pytest.fixture(scope="module")
def config():
    return avc_eval_config(min_accuracy=0.75, max_accuracy_drop=0.02)


def test_the_model_answers_serialized_pairs(config):
    [model] = config.model_specs
    assert (model.signature_name, model.prediction_key, model.label_key) == (
        "score_examples",
        "score",
        "avc/label",
    )


def test_accuracy_has_both_thresholds_and_no_other_metric_has_any(config):
    [spec] = config.metrics_specs
    accuracy, *others = spec.metrics
    assert f'"name": "{ACCURACY_METRIC}"' in accuracy.config
    assert accuracy.threshold.value_threshold.lower_bound.value == 0.75
    assert accuracy.threshold.change_threshold.absolute.value == -0.02
    assert others
    assert not any(metric.HasField("threshold") for metric in others)
