"""What is said of the results of runs in which TFMA was the gate."""

from __future__ import annotations

import pathlib

import pytest
import tensorflow as tf
import tensorflow_model_analysis as tfma
from apache_beam.options.pipeline_options import PipelineOptions

from objects_that_sound.components.beam_options import local_beam_pipeline_args
from objects_that_sound.tfx_pipeline.avc_eval_config import avc_eval_config
from objects_that_sound.tfx_pipeline.report.evaluator_result import EvaluatorResult
from objects_that_sound.tfx_pipeline.report.tfma_result import read_tfma_result

RUNNER = PipelineOptions(local_beam_pipeline_args(1))


def _save_model(folder: pathlib.Path, feature: str) -> str:
    """Saves a model that answers with a feature of its input."""

    class Echo(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
        def score_examples(self, examples):
            spec = {feature: tf.io.FixedLenFeature([], tf.float32)}
            return {"score": tf.io.parse_example(examples, spec)[feature]}

    module = Echo()
    path = str(folder / feature)
    tf.saved_model.save(module, path, {"score_examples": module.score_examples})
    return path


def _evaluate(folder: pathlib.Path, min_accuracy: float, max_drop: float | None) -> str:
    """Lets TFMA judge a model that is right on 8 of 10 (the latest blessed one: on all)."""
    records = str(folder / "records")
    with tf.io.TFRecordWriter(records) as writer:
        for i in range(10):
            label = i % 2
            features = tf.train.Example().features
            features.feature["label"].int64_list.value.append(label)
            features.feature["new"].float_list.value.append(0.9 if label == (i < 8) else 0.1)
            features.feature["old"].float_list.value.append(0.9 if label else 0.1)
            writer.write(tf.train.Example(features=features).SerializeToString())
    config = avc_eval_config()
    del config.slicing_specs[1:]
    config.model_specs[0].label_key = "label"
    metrics = config.metrics_specs[0].metrics
    del metrics[1:]
    metrics[0].threshold.CopyFrom(
        tfma.MetricThreshold(
            value_threshold=tfma.GenericValueThreshold(lower_bound={"value": min_accuracy}),
            change_threshold=tfma.GenericChangeThreshold(
                direction=tfma.MetricDirection.HIGHER_IS_BETTER,
                absolute={"value": -(max_drop or 0.0)},
            ),
        )
    )
    config = tfma.utils.update_eval_config_with_defaults(
        config, has_baseline=max_drop is not None, rubber_stamp=True
    )
    models = [
        tfma.default_eval_shared_model(
            _save_model(folder, "old" if spec.is_baseline else "new"),
            model_name=spec.name,
            eval_config=config,
        )
        for spec in config.model_specs
    ]
    tfma.run_model_analysis(
        eval_shared_model=models if len(models) > 1 else models[0],
        eval_config=config,
        data_location=records,
        output_path=str(folder / "result"),
        pipeline_options=RUNNER,
    )
    return str(folder / "result")


def _texts(result: EvaluatorResult, passed: bool) -> tuple[str, ...]:
    return tuple(one["text"] for one in result.decisions if one["passed"] == passed)


@pytest.mark.parametrize(
    ("min_accuracy", "failures", "passes"),
    [
        (0.9, ("avc_accuracy 0.800 is below the threshold 0.900",), ()),
        (0.75, (), ("avc_accuracy 0.800 is at least the threshold 0.750",)),
    ],
)
def test_value_threshold(tmp_path, min_accuracy, failures, passes):
    result = read_tfma_result(_evaluate(tmp_path, min_accuracy, None))
    assert result.metrics["avc_accuracy"] == pytest.approx(0.8)
    assert _texts(result, passed=False) == failures
    assert _texts(result, passed=True) == passes


@pytest.mark.parametrize(("max_drop", "met"), [(0.02, False), (0.3, True)])
def test_change_threshold(tmp_path, max_drop, met):
    result = read_tfma_result(_evaluate(tmp_path, 0.75, max_drop))
    assert result.metrics["change"]["avc_accuracy"]["value"] == pytest.approx(-0.2)
    verdict = "within" if met else "beyond"
    said = (
        f"avc_accuracy changed by -0.200 against the latest blessed model, {verdict} the limit of "
        f"-{max_drop:.3f}"
    )
    value = "avc_accuracy 0.800 is at least the threshold 0.750"
    assert _texts(result, passed=False) == (() if met else (said,))
    assert set(_texts(result, passed=True)) == ({value, said} if met else {value})
