"""What TFMA measures on the pairs: the slices and plots of its viewer; it decides nothing."""

from __future__ import annotations

import tensorflow_model_analysis as tfma

from objects_that_sound.models import examples

ACCURACY_METRIC = "avc_accuracy"


def avc_eval_config() -> tfma.EvalConfig:
    """AVC accuracy and AUC of all pairs and by the classes of image and sound, and plots.

    Without thresholds: TFMA's have no intervals. AvcEvaluator and ModelGate decide.
    """
    return tfma.EvalConfig(
        model_specs=[
            tfma.ModelSpec(
                signature_name="score_examples",
                prediction_key="score",
                label_key=examples.AVC_LABEL,
            )
        ],
        slicing_specs=[
            tfma.SlicingSpec(),
            tfma.SlicingSpec(feature_keys=[examples.LABEL]),
            tfma.SlicingSpec(feature_keys=[examples.SOUND_LABEL]),
        ],
        metrics_specs=[
            tfma.MetricsSpec(
                metrics=[
                    tfma.MetricConfig(
                        class_name="BinaryAccuracy",
                        config=f'"name": "{ACCURACY_METRIC}", "threshold": 0.5',
                    ),
                    tfma.MetricConfig(class_name="AUC", config='"name": "avc_auc"'),
                    tfma.MetricConfig(class_name="ExampleCount"),
                    tfma.MetricConfig(class_name="ConfusionMatrixPlot"),
                    tfma.MetricConfig(class_name="CalibrationPlot"),
                ]
            )
        ],
    )
