"""The rows of the metrics table."""

from __future__ import annotations

from objects_that_sound.tfx_pipeline.report.metric_row import MetricRow, metric_rows
from objects_that_sound.tfx_pipeline.report.report_json import report_json
from objects_that_sound.tfx_pipeline.report.run_summary import RunSummary


def test_rows_hold_every_value_beside_its_chance():
    report = {
        "avc_accuracy": 0.9,
        "avc_chance": 0.5,
        "avc_ceiling": 0.95,
        "colour_histogram_accuracy": None,
        "localisation": {
            "pointing_accuracy": 0.8,
            "random_baseline": 0.1,
            "centre_baseline": 0.3,
            "wrong_sound_pointing_accuracy": 0.2,
            "ciou": 0.5,
            "ciou_centre_baseline": 0.4,
            "confidence": {"ciou": {"low": 0.45, "high": 0.55}},
        },
        "retrieval": {
            "k": 30,
            "audio_image": {"ndcg": 0.7, "chance": 0.2},
            "image_image": {},
            "confidence": {"ndcg_audio_image": {"low": 0.6, "high": None}},
        },
        "sound_benchmark": {
            "dataset": "esc10",
            "accuracy": 0.6,
            "chance": 0.1,
            "mfcc_accuracy": 0.55,
            "embedding_accuracy": None,
            "confidence": {"accuracy": {"low": 0.5, "high": 0.7}},
        },
        "avc_confidence": {"avc_accuracy": {"low": 0.88, "high": 0.92}},
    }
    assert metric_rows(report) == [
        MetricRow("AVC accuracy", 0.9, 0.5, 0.95, {}, 0.88, 0.92),
        MetricRow("Pointing accuracy", 0.8, 0.1, None, {"centre": 0.3, "wrong sound": 0.2}),
        MetricRow("cIoU", 0.5, None, None, {"centre": 0.4}, 0.45, 0.55),
        MetricRow("nDCG@30 sound → image", 0.7, 0.2, low=0.6),
        MetricRow("esc10, conv4_2", 0.6, 0.1, None, {"MFCC": 0.55}, 0.5, 0.7),
    ]


def test_an_empty_run_has_no_rows():
    assert metric_rows(report_json(RunSummary("empty"))) == []
