"""The gate's rules, in TFMA's terms."""

from __future__ import annotations

import tensorflow_model_analysis as tfma

from models import examples

ACCURACY_METRIC = "avc_accuracy"


def avc_eval_config(min_accuracy: float, max_accuracy_drop: float) -> tfma.EvalConfig:
    """AVC accuracy and AUC over pair examples, with a value and a change threshold on accuracy.

    Args:
        min_accuracy: a model below is not blessed; chance is 0.5.
        max_accuracy_drop: a model that is worse than the latest blessed one by more is not blessed.
    """
    accuracy = tfma.MetricConfig(
        class_name="BinaryAccuracy",
        config=f'"name": "{ACCURACY_METRIC}", "threshold": 0.5',
        threshold=tfma.MetricThreshold(
            value_threshold=tfma.GenericValueThreshold(lower_bound={"value": min_accuracy}),
            change_threshold=tfma.GenericChangeThreshold(
                direction=tfma.MetricDirection.HIGHER_IS_BETTER,
                absolute={"value": -max_accuracy_drop},
            ),
        ),
    )
    return tfma.EvalConfig(
        model_specs=[
            tfma.ModelSpec(
                signature_name="score_examples",
                prediction_key="score",
                label_key=examples.AVC_LABEL,
            )
        ],
        slicing_specs=[tfma.SlicingSpec()],
        metrics_specs=[
            tfma.MetricsSpec(
                metrics=[
                    accuracy,
                    tfma.MetricConfig(class_name="AUC", config='"name": "avc_auc"'),
                    tfma.MetricConfig(class_name="ExampleCount"),
                ]
            )
        ],
    )
